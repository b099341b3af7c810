//! What the outputs of layers cost. Of a network whose outputs cost nothing nothing of it is written.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::names::Names;
use crate::network::{Network, Special};

/// `cost`, if there may be one.
pub fn cost(network: &Network, names: &Names) -> TokenStream {
    let scalar = &network.scalar;
    let costly = network.layers.iter().enumerate().filter(|(_, layer)| layer.may(Special::Costs));
    let (conditions, calls): (Vec<_>, Vec<_>) = costly
        .map(|(index, layer)| {
            let (label, (alias, constant)) = (&layer.label, names.at(index));
            let condition = quote_spanned!(Span::mixed_site()=> __typenet::costs::<#alias, __typenet::#scalar>());
            let call = quote_spanned! {Span::mixed_site()=>
                __typenet::cost(__simd, #constant, &mut __tape.#label, __share, &mut __cost);
            };
            (condition, call)
        })
        .unzip();
    if calls.is_empty() {
        return TokenStream::new();
    }
    quote_spanned! {Span::mixed_site()=>
        const COSTS: __typenet::bool = #(#conditions)||*;

        #[inline(always)]
        fn cost<__S: __typenet::Simd>(
            __simd: __S,
            __tape: &mut Self::Tape,
            __share: __typenet::Vector<__typenet::#scalar, __S>,
        ) -> __typenet::Vector<__typenet::#scalar, __S> {
            let mut __cost = __typenet::nothing::<__typenet::#scalar, __S>(__simd);
            #(#calls)*
            __cost
        }
    }
}
