//! What the outputs of layers cost. Of a network whose outputs cost nothing nothing of it is written.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::names::Names;
use crate::catalogue::COSTLY;
use crate::network::{Kind, Layer, Network};

/// `cost`, if there may be one.
pub fn cost(network: &Network, names: &Names) -> TokenStream {
    let scalar = &network.scalar;
    let costly = network.layers.iter().enumerate().filter(|(_, layer)| may_cost(layer));
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
        fn cost<S: __typenet::Simd>(
            __simd: S,
            __tape: &mut Self::Tape,
            __share: __typenet::Vector<__typenet::#scalar, S>,
        ) -> __typenet::Vector<__typenet::#scalar, S> {
            let mut __cost = __typenet::nothing::<__typenet::#scalar, S>(__simd);
            #(#calls)*
            __cost
        }
    }
}

fn may_cost(layer: &Layer) -> bool {
    match &layer.kind {
        Kind::BuiltIn { row, .. } => row.name == COSTLY,
        Kind::Own { .. } | Kind::Network { .. } => true,
        Kind::Residual { inner, .. } | Kind::Repeat { inner, .. } => may_cost(inner),
        Kind::Concatenate { first, second, .. } => may_cost(first) || may_cost(second),
    }
}
