//! The ways of a tile, a batch and a sample through the layers: straight-line calls into the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};

use super::ends;
use super::names::Names;
use crate::network::{Layer, Network, Special};

pub fn initialize(network: &Network, names: &Names) -> TokenStream {
    let scalar = &network.scalar;
    let calls = each(
        network,
        names,
        |_| true,
        |label, constant| {
            quote_spanned!(Span::mixed_site()=>
            __typenet::initialize::<__typenet::#scalar, _, _>(#constant, &mut self.#label, __rng);)
        },
    );
    quote_spanned! {Span::mixed_site()=>
        fn initialize<__R: __typenet::Rng + ?::core::marker::Sized>(&mut self, __rng: &mut __R) {
            #(#calls)*
        }
    }
}

pub fn forward(network: &Network, names: &Names) -> TokenStream {
    let last = network.layers.len().saturating_sub(1);
    let calls = network.layers.iter().enumerate().map(|(index, layer)| {
        let (label, (_, constant)) = (&layer.label, names.at(index));
        let (tiles, tile) = (tiles(network, index), names.tile(index));
        let call = quote_spanned!(Span::mixed_site()=>
            __typenet::forward(__simd, __mode, #constant, &self.#label, #tiles, #tile));
        // where the random numbers of one layer end, those of the next begin
        if index == last { call } else { quote_spanned!(Span::mixed_site()=> let __mode = #call;) }
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn forward<'__m, __S: __typenet::Simd, __G: __typenet::Tiles<Self::Input, Self::Tape>>(
            &self,
            __simd: __S,
            __mode: __typenet::Mode<'__m>,
            __tiles: &mut __G,
        ) -> __typenet::Mode<'__m> {
            #(#calls)*
        }
    }
}

pub fn backward(network: &Network, names: &Names) -> TokenStream {
    let untrained = network.untrained();
    let mut calls = network.layers.iter().enumerate().rev().map(|(index, layer)| {
        let (label, (_, constant)) = (&layer.label, names.at(index));
        let (tiles, tile) = (tiles(network, index), names.tile(index));
        let share = if layer.trainable() {
            let share = names.share(index);
            quote_spanned!(Span::mixed_site()=> __typenet::share(&mut __shares, #share))
        } else {
            quote_spanned!(Span::mixed_site()=> __typenet::None)
        };
        quote_spanned!(Span::mixed_site()=>
            __typenet::backward(__simd, #constant, &self.#label, #tiles, #tile, #share);)
    });
    let trained: Vec<_> = calls.by_ref().take(network.layers.len() - untrained).collect();
    let calls = if untrained == 0 {
        quote_spanned!(Span::mixed_site()=> #(#trained)*)
    } else {
        // what comes before all that is trained goes back only for who asks for the gradient of the inputs
        quote_spanned! {Span::mixed_site()=>
            #(#trained)*
            if __tiles.wanted() {
                #(#calls)*
            }
        }
    };
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn backward<__S: __typenet::Simd, __G: __typenet::Tiles<Self::Input, Self::Tape>>(
            &self,
            __simd: __S,
            __tiles: &mut __G,
            mut __shares: __typenet::Shares<'_, Self>,
        ) {
            #calls
        }
    }
}

/// The tiles that go through a layer: where some wait for each other, only in the parts of the way that are its own.
fn tiles(network: &Network, index: usize) -> TokenStream {
    if network.may(Special::Meets) {
        quote_spanned!(Span::mixed_site()=> &mut __typenet::parted::<Self, #index, _>(__tiles))
    } else {
        quote_spanned!(Span::mixed_site()=> __tiles)
    }
}

pub fn complete(network: &Network, names: &Names) -> TokenStream {
    let scalar = &network.scalar;
    let last = network.layers.len().saturating_sub(1);
    let calls = network.layers.iter().enumerate().map(|(index, layer)| {
        let (alias, constant) = names.at(index);
        let call = if layer.trainable() {
            let seen = names.batch(index);
            quote_spanned!(Span::mixed_site()=>
                __typenet::complete::<Self, _>(__simd, #constant, __batch, #seen, __start, __sink))
        } else {
            quote_spanned!(Span::mixed_site()=> __typenet::skip::<#alias, __typenet::#scalar>(__start))
        };
        // where the parameters of one layer end, those of the next begin
        if index == last { call } else { quote_spanned!(Span::mixed_site()=> let __start = #call;) }
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn complete<
            __S: __typenet::Simd,
            __G: __typenet::Tapes<Self>,
            __K: __typenet::Sink<__typenet::#scalar>,
        >(
            __simd: __S,
            __batch: __G,
            __start: __typenet::usize,
            __sink: &mut __K,
        ) -> __typenet::usize {
            #(#calls)*
        }
    }
}

pub fn finish(network: &Network, names: &Names) -> TokenStream {
    let scalar = &network.scalar;
    let calls = each(network, names, Layer::trainable, |label, constant| {
        quote_spanned! {Span::mixed_site()=>
            __typenet::finish::<__typenet::#scalar, _, _>(
                __simd, #constant, &mut __gradient.#label, &mut __sums.#label,
            );
        }
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn finish<__S: __typenet::Simd>(__simd: __S, __gradient: &mut Self, __sums: &mut Self::Sums) {
            #(#calls)*
        }
    }
}

pub fn predict(network: &Network, names: &Names) -> TokenStream {
    let Network { scalar, layers, .. } = network;
    let (inputs, outputs) = ends(layers);
    let last = layers.len().saturating_sub(1);
    // `__y_dense` and not `dense`: a label may be called `input` or `simd`
    let value = |index: usize| format_ident!("__y_{}", layers[index].label, span = Span::mixed_site());
    let calls = layers.iter().enumerate().map(|(index, layer)| {
        let (label, size, constant) = (&layer.label, &layer.outputs, names.at(index).1);
        let input = match index.checked_sub(1).map(value) {
            Some(before) => quote_spanned!(Span::mixed_site()=> &#before.0),
            None => quote_spanned!(Span::mixed_site()=> __input),
        };
        let (declared, output) = if index == last {
            (TokenStream::new(), quote_spanned!(Span::mixed_site()=> __output))
        } else {
            let value = value(index);
            let declared = quote_spanned!(Span::mixed_site()=> let mut #value = __typenet::Between([0.0; #size]););
            (declared, quote_spanned!(Span::mixed_site()=> &mut #value.0))
        };
        quote_spanned! {Span::mixed_site()=>
            #declared
            __typenet::predict_layer::<__typenet::#scalar, _, _>(__simd, #constant, &self.#label, #input, #output);
        }
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn predict_logits<__S: __typenet::Simd>(
            &self,
            __simd: __S,
            __input: &[__typenet::#scalar; #inputs],
            __output: &mut [__typenet::#scalar; #outputs],
        ) {
            #(#calls)*
        }
    }
}

/// One call for each layer that `is` one, first to last.
fn each(
    network: &Network,
    names: &Names,
    is: fn(&Layer) -> bool,
    call: impl Fn(&Ident, &Ident) -> TokenStream,
) -> Vec<TokenStream> {
    let layers = network.layers.iter().enumerate().filter(|(_, layer)| is(layer));
    layers.map(|(index, layer)| call(&layer.label, names.at(index).1)).collect()
}
