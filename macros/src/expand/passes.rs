//! The ways of a tile, a batch and a sample through the layers: straight-line calls into the runtime.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote_spanned};

use super::ends;
use super::names::Names;
use crate::network::{Layer, Network};

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
        let input = output_before(network, index);
        let call = quote_spanned!(Span::mixed_site()=>
            __tape.#label.forward(__simd, __mode, #constant, &self.#label, #input););
        // where the random numbers of one layer end, those of the next begin
        if index == last { call } else { quote_spanned!(Span::mixed_site()=> let __mode = #call) }
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn forward<__S: __typenet::Simd, __M: __typenet::Mode>(
            &self,
            __simd: __S,
            __mode: __M,
            __input: &Self::Input,
            __tape: &mut Self::Tape,
        ) {
            #(#calls)*
        }
    }
}

pub fn backward(network: &Network, names: &Names) -> TokenStream {
    let method = quote_spanned!(Span::mixed_site()=> backward);
    let calls = backwards(network, names, |_| (TokenStream::new(), method.clone(), TokenStream::new()));
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn backward<__S: __typenet::Simd>(
            &self,
            __simd: __S,
            __input: &Self::Input,
            __input_gradient: __typenet::Option<&mut Self::Input>,
            __tape: &mut Self::Tape,
            mut __shares: __typenet::Shares<'_, Self>,
        ) {
            #calls
        }
    }
}

/// One call for each layer, last to first: `call` gives what becomes of its result, the method, and what that is told beside
/// all others.
pub fn backwards(
    network: &Network,
    names: &Names,
    call: impl Fn(usize) -> (TokenStream, TokenStream, TokenStream),
) -> TokenStream {
    let untrained = network.untrained();
    let mut calls = network.layers.iter().enumerate().rev().map(|(index, layer)| {
        let (label, (_, constant)) = (&layer.label, names.at(index));
        let (input, (result, method, told)) = (output_before(network, index), call(index));
        let share = if layer.trainable() {
            quote_spanned!(Span::mixed_site()=>
                __typenet::share(&mut __shares, |__gradient, __sums| (&mut __gradient.#label, &mut __sums.#label[..])))
        } else {
            quote_spanned!(Span::mixed_site()=> __typenet::None)
        };
        let Some(before) = index.checked_sub(1).map(|before| &network.layers[before].label) else {
            return quote_spanned!(Span::mixed_site()=>
                #result __tape.#label.#method(
                    __simd, #told #constant, &self.#label, #input, __input_gradient, #share
                ););
        };
        let d_before = format_ident!("__d_{}", before, span = Span::mixed_site());
        let place = quote_spanned!(Span::mixed_site()=> &mut __tape.#before.d_output);
        let place = if index == untrained {
            quote_spanned!(Span::mixed_site()=> __wanted.then_some(#place))
        } else {
            quote_spanned!(Span::mixed_site()=> __typenet::Some(#place))
        };
        quote_spanned! {Span::mixed_site()=>
            let #d_before = #place;
            #result __tape.#label.#method(__simd, #told #constant, &self.#label, #input, #d_before, #share);
        }
    });
    if untrained == 0 {
        return quote_spanned!(Span::mixed_site()=> #(#calls)*);
    }
    let trained: Vec<_> = calls.by_ref().take(network.layers.len() - untrained).collect();
    // what comes before all that is trained goes back only for who asks for the gradient of the inputs
    quote_spanned! {Span::mixed_site()=>
        let __wanted = __input_gradient.is_some();
        #(#trained)*
        if __wanted {
            #(#calls)*
        }
    }
}

pub fn complete(network: &Network, names: &Names) -> TokenStream {
    let scalar = &network.scalar;
    let last = network.layers.len().saturating_sub(1);
    let calls = network.layers.iter().enumerate().map(|(index, layer)| {
        let (label, (alias, constant)) = (&layer.label, names.at(index));
        let seen = match index.checked_sub(1).map(|before| &network.layers[before].label) {
            None => quote_spanned!(Span::mixed_site()=> |__input, __tape| (__input, &__tape.#label)),
            Some(before) => quote_spanned!(Span::mixed_site()=> |_, __tape| (&__tape.#before.output, &__tape.#label)),
        };
        let call = if layer.trainable() {
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
            Some(before) => quote_spanned!(Span::mixed_site()=> &#before),
            None => quote_spanned!(Span::mixed_site()=> __input),
        };
        let (declared, output) = if index == last {
            (TokenStream::new(), quote_spanned!(Span::mixed_site()=> __output))
        } else {
            let value = value(index);
            let declared = quote_spanned!(Span::mixed_site()=> let mut #value = [0.0; #size];);
            (declared, quote_spanned!(Span::mixed_site()=> &mut #value))
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

/// Where the input of a layer comes from in a forward or backward pass.
pub fn output_before(network: &Network, index: usize) -> TokenStream {
    match index.checked_sub(1) {
        None => quote_spanned!(Span::mixed_site()=> __input),
        Some(before) => {
            let label = &network.layers[before].label;
            quote_spanned!(Span::mixed_site()=> &__tape.#label.output)
        }
    }
}
