//! Where a layer finds what is its own, each a function. As closures they would be new ones for each instruction set and
//! each way through the network, and so would be all that is compiled for them.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use super::names::Names;
use crate::network::Network;

pub fn places(network: &Network, names: &Names) -> TokenStream {
    let places = (0..network.layers.len()).map(|index| {
        let tile = tile(network, names, index);
        let trained = network.layers[index].trainable().then(|| {
            let (batch, share) = (batch(network, names, index), share(network, names, index));
            quote_spanned!(Span::mixed_site()=> #batch #share)
        });
        quote_spanned!(Span::mixed_site()=> #tile #trained)
    });
    quote_spanned!(Span::mixed_site()=> #(#places)*)
}

/// What a layer sees of a tile on its way.
fn tile(network: &Network, names: &Names, index: usize) -> TokenStream {
    let Network { name, scalar, layers, .. } = network;
    let (label, alias, function) = (&layers[index].label, names.at(index).0, names.tile(index));
    let seen = match index.checked_sub(1).map(|before| &layers[before].label) {
        None => quote_spanned!(Span::mixed_site()=> __tile.first(|__tape| &mut __tape.#label)),
        Some(before) => {
            let both = quote_spanned!(Span::mixed_site()=> |__tape| (&mut __tape.#before, &mut __tape.#label));
            if index == network.untrained() {
                quote_spanned!(Span::mixed_site()=> __tile.after_untrained(#both))
            } else {
                quote_spanned!(Span::mixed_site()=> __tile.after(#both))
            }
        }
    };
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn #function(__tile: __typenet::OnWay<'_, #name>) -> __typenet::Tracing<'_, __typenet::#scalar, #alias> {
            #seen
        }
    }
}

/// What a layer sees of a batch.
fn batch(network: &Network, names: &Names, index: usize) -> TokenStream {
    let Network { name, scalar, layers, .. } = network;
    let (label, alias, function) = (&layers[index].label, names.at(index).0, names.batch(index));
    let (input, seen) = match index.checked_sub(1).map(|before| &layers[before].label) {
        None => (quote_spanned!(Span::mixed_site()=> __input), quote_spanned!(Span::mixed_site()=> __input)),
        Some(before) => {
            (quote_spanned!(Span::mixed_site()=> _), quote_spanned!(Span::mixed_site()=> &__tape.#before.output))
        }
    };
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn #function<'__t>(
            #input: &'__t <#name as __typenet::Network>::Input,
            __tape: &'__t __Tape,
        ) -> __typenet::Seen<'__t, __typenet::#scalar, #alias> {
            (#seen, &__tape.#label)
        }
    }
}

/// Where a layer's share of a gradient goes.
fn share(network: &Network, names: &Names, index: usize) -> TokenStream {
    let Network { name, scalar, layers, .. } = network;
    let (label, alias, function) = (&layers[index].label, names.at(index).0, names.share(index));
    quote_spanned! {Span::mixed_site()=>
        #[inline(always)]
        fn #function<'__t>(
            __gradient: &'__t mut #name,
            __sums: &'__t mut __Sums,
        ) -> __typenet::Place<'__t, __typenet::#scalar, #alias> {
            (&mut __gradient.#label, &mut __sums.#label[..])
        }
    }
}
