//! The ways of a batch whose tiles wait for each other. Of a network without such a layer nothing of it is written.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};

use super::names::Names;
use super::passes::{backwards, output_before};
use crate::network::{Layer, Network};

/// The methods between whose calls the tiles wait.
pub fn parts(network: &Network, names: &Names) -> TokenStream {
    if !network.layers.iter().any(Layer::meets) {
        return TokenStream::new();
    }
    let (forward, backward) = (forward(network, names), backward(network, names));
    let (meet, absorb) = (meet(network, names), absorb(network, names));
    quote_spanned!(Span::mixed_site()=> #forward #backward #meet #absorb)
}

/// How often the tiles wait in a layer.
fn barriers(network: &Network, names: &Names, index: usize) -> TokenStream {
    let (scalar, alias) = (&network.scalar, names.at(index).0);
    if network.layers[index].meets() {
        quote_spanned!(Span::mixed_site()=> __typenet::barriers::<#alias, __typenet::#scalar>())
    } else {
        0_usize.into_token_stream()
    }
}

fn forward(network: &Network, names: &Names) -> TokenStream {
    let calls = network.layers.iter().enumerate().map(|(index, layer)| {
        let (label, (_, constant)) = (&layer.label, names.at(index));
        let (input, barriers) = (output_before(network, index), barriers(network, names, index));
        quote_spanned!(Span::mixed_site()=>
            let __place = __tape.#label.forward_part(__simd, __place, #barriers, #constant, &self.#label, #input);)
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn forward_part<S: __typenet::Simd>(
            &self,
            __simd: S,
            __part: __typenet::usize,
            __noise: __typenet::Noise,
            __input: &Self::Input,
            __tape: &mut Self::Tape,
        ) {
            let __place = (__typenet::Some(__part), __noise);
            #(#calls)*
        }
    }
}

fn backward(network: &Network, names: &Names) -> TokenStream {
    let calls = backwards(network, names, |index| {
        let barriers = barriers(network, names, index);
        (
            quote_spanned!(Span::mixed_site()=> let __at =),
            quote_spanned!(Span::mixed_site()=> backward_part),
            quote_spanned!(Span::mixed_site()=> __at, #barriers,),
        )
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn backward_part<S: __typenet::Simd>(
            &self,
            __simd: S,
            __part: __typenet::usize,
            __input: &Self::Input,
            __input_gradient: __typenet::Option<&mut Self::Input>,
            __tape: &mut Self::Tape,
            mut __shares: __typenet::Shares<'_, Self>,
        ) {
            let __at = <Self as __typenet::Network>::BARRIERS.checked_sub(__part);
            #calls
        }
    }
}

fn meet(network: &Network, names: &Names) -> TokenStream {
    let calls = meeting(network).map(|(index, layer)| {
        let (label, (_, constant)) = (&layer.label, names.at(index));
        let seen = match index.checked_sub(1).map(|before| &network.layers[before].label) {
            None => quote_spanned!(Span::mixed_site()=> |__input, __tape| (__input, &mut __tape.#label)),
            Some(before) => {
                quote_spanned!(Span::mixed_site()=> |_, __tape| (&__tape.#before.output, &mut __tape.#label))
            }
        };
        quote_spanned!(Span::mixed_site()=>
            let __at = __typenet::meet::<Self, _>(__simd, #constant, __batch, #seen, __at, __way);)
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn meet<S: __typenet::Simd, G: __typenet::TapesMut<Self>>(
            __simd: S,
            __barrier: __typenet::usize,
            __way: __typenet::Way,
            __batch: &mut G,
        ) {
            let __at = __typenet::Some(__barrier);
            #(#calls)*
        }
    }
}

fn absorb(network: &Network, names: &Names) -> TokenStream {
    let scalar = &network.scalar;
    let calls = meeting(network).map(|(index, layer)| {
        let (label, (_, constant)) = (&layer.label, names.at(index));
        quote_spanned!(Span::mixed_site()=>
            __typenet::absorb::<__typenet::#scalar, _>(#constant, &mut self.#label, &__tape.#label);)
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn absorb(&mut self, __tape: &Self::Tape) {
            #(#calls)*
        }
    }
}

/// The layers in which tiles wait for each other, and their places.
fn meeting(network: &Network) -> impl Iterator<Item = (usize, &Layer)> {
    network.layers.iter().enumerate().filter(|(_, layer)| layer.meets())
}
