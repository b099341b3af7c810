//! What becomes of a batch where its tiles wait for each other. Of a network without such a layer nothing of it is written.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::names::Names;
use crate::network::{Layer, Network, Special};

/// The methods that see all tiles.
pub fn parts(network: &Network, names: &Names) -> TokenStream {
    if !network.may(Special::Meets) {
        return TokenStream::new();
    }
    let (meet, absorb) = (meet(network, names), absorb(network, names));
    quote_spanned!(Span::mixed_site()=> #meet #absorb)
}

fn meet(network: &Network, names: &Names) -> TokenStream {
    let calls = meeting(network).map(|(index, _)| {
        let (constant, tile) = (names.at(index).1, names.tile(index));
        quote_spanned!(Span::mixed_site()=>
            __typenet::meet::<Self, #index, _>(__simd, #constant, __batch, #tile, (__barrier, __way, __samples));)
    });
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn meet<__S: __typenet::Simd, __G: __typenet::Tiles<Self::Input, Self::Tape>>(
            __simd: __S,
            __barrier: __typenet::usize,
            __way: __typenet::Way,
            __samples: __typenet::usize,
            __batch: &mut __G,
        ) {
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
    network.layers.iter().enumerate().filter(|(_, layer)| layer.may(Special::Meets))
}
