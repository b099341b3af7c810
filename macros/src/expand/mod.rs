//! The checked network to code: a struct of parameters, and straight-line calls into the runtime.

mod costs;
mod document;
mod info;
mod items;
mod names;
mod parts;
mod passes;
mod penalties;
mod places;

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt as _;

use self::costs::cost;
use self::info::info;
use self::items::{body_type, body_value, head, item_type, item_value};
use self::names::Names;
use self::passes::{backward, complete, finish, forward, initialize, predict};
use self::penalties::{constrain, penalty};
use self::places::places;
use crate::network::{Layer, Meeting, Network, Size};

/// Writes one network. `typenet` is the crate's path as the user's program knows it.
pub fn expand(network: &Network, typenet: &TokenStream) -> TokenStream {
    let structure = structure(network, typenet);
    let implementation = implementation(network, typenet);
    quote_spanned!(Span::mixed_site()=> #structure #implementation)
}

fn structure(network: &Network, typenet: &TokenStream) -> TokenStream {
    let Network { attributes, visibility, name, scalar, layers, .. } = network;
    let table = document::table(network);
    let fields = layers.iter().enumerate().map(|(index, layer)| {
        let label = &layer.label;
        let documentation = document::field(layer);
        let layer = body_type(network, index, typenet);
        quote_spanned! {Span::mixed_site()=>
            #[doc = #documentation]
            pub #label: #typenet::layers::Parameters<#layer, ::core::primitive::#scalar>,
        }
    });
    // `<>`: otherwise rustc would propose to make a size that it does not know a generic parameter of the struct
    quote_spanned! {Span::mixed_site()=>
        #(#attributes)*
        #(#[doc = #table])*
        #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
        #[repr(C)]
        #[allow(unused_qualifications, reason = "the macro wants paths where rustc does not")]
        #visibility struct #name<> {
            #(#fields)*
        }
    }
}

fn implementation(network: &Network, typenet: &TokenStream) -> TokenStream {
    let names = &Names::of(network);
    let definitions = definitions(network, names, typenet);
    let memory = memory(network, names);
    let markers = markers(network, names);
    let places = places(network, names);
    let implemented = implemented(network, names, typenet);
    let methods = methods(network);
    // a struct that is not there has no implementations
    let conditions = network.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    quote_spanned! {Span::mixed_site()=>
        #(#conditions)*
        #[allow(unused_qualifications, reason = "the macro wants paths where rustc does not")]
        const _: () = {
            use #typenet::__private as __typenet;

            #definitions
            #memory
            #markers
            #places
            #implemented
            #methods
        };
    }
}

/// The layers as types and constants, and what only the compiler can compare.
fn definitions(network: &Network, names: &Names, typenet: &TokenStream) -> TokenStream {
    let layers = (0..network.layers.len()).map(|index| {
        let (alias, constant) = names.at(index);
        let layer = body_type(network, index, typenet);
        let value = body_value(network, index, typenet);
        quote_spanned! {Span::mixed_site()=>
            type #alias = #layer;
            const #constant: #alias = #value;
        }
    });
    let meetings = network.meetings.iter().map(|meeting| {
        let Meeting { taken, produced } = meeting;
        let span = taken.span().resolved_at(Span::mixed_site());
        let check = quote_spanned!(span=> __typenet::meets::<__typenet::Sizes, #taken, #produced>());
        quote_spanned!(Span::mixed_site()=> const _: __typenet::bool = #check;)
    });
    let sizes = sizes(network);
    quote_spanned!(Span::mixed_site()=> #(#layers)* #(#sizes)* #(#meetings)*)
}

/// A check of each size that only the compiler knows.
fn sizes(network: &Network) -> Vec<TokenStream> {
    let mut known = HashSet::new();
    let sizes = network.layers.iter().flat_map(|layer| [&layer.inputs, &layer.outputs]);
    let unknown = sizes.filter(|size| matches!(size, Size::Expression { .. }) && known.insert(size.to_string()));
    let checks = unknown.map(|size| {
        let span = size.span().resolved_at(Span::mixed_site());
        let positive = quote_spanned!(span=> { 0 < #size });
        quote_spanned!(Span::mixed_site()=> const _: () = __typenet::assert_size::<#positive>();)
    });
    checks.collect()
}

/// What training keeps of a tile, and of a batch.
fn memory(network: &Network, names: &Names) -> TokenStream {
    let Network { name, scalar, layers, .. } = network;
    let labels: Vec<_> = layers.iter().map(|layer| &layer.label).collect();
    let aliases: Vec<_> = (0..layers.len()).map(|index| names.at(index).0).collect();
    // what is not trained has no gradient to be summed
    let sums = layers.iter().zip(&aliases).filter(|(layer, _)| layer.trainable()).map(|(layer, alias)| {
        let label = &layer.label;
        quote_spanned!(Span::mixed_site()=>
            #label: [__typenet::Lane<__typenet::#scalar>; __typenet::sums::<#alias, __typenet::#scalar>()],)
    });
    let about_tape = format!("What `{name}` keeps of one tile between forward and backward.");
    let about_sums = format!("Running sums of the gradient of `{name}`, lane by lane.");
    quote_spanned! {Span::mixed_site()=>
        #[doc = #about_tape]
        #[repr(C)]
        pub struct __Tape {
            #(#labels: __typenet::Trace<__typenet::#scalar, #aliases>,)*
        }

        #[doc = #about_sums]
        #[derive(::core::clone::Clone, ::core::marker::Copy)]
        #[repr(C)]
        pub struct __Sums {
            #(#sums)*
        }
    }
}

/// The proofs of the struct's layout.
fn markers(network: &Network, names: &Names) -> TokenStream {
    let Network { name, scalar, layers, .. } = network;
    let aliases = (0..layers.len()).map(|index| names.at(index).0);
    // SAFETY of what is written here, where comments do not survive: `Trace`, lanes and parameters may be all zeros;
    // the sums are `repr(C)` and nothing but lanes, which fill their alignment, so that there is no padding;
    // the struct is `repr(C)`, `initialize` names every field with its type, plain old data made of the scalar, and
    // the assertion shows that there is nothing else and no packing
    quote_spanned! {Span::mixed_site()=>
        unsafe impl __typenet::Zeroable for __Tape {}
        unsafe impl __typenet::Zeroable for __Sums {}
        unsafe impl __typenet::Pod for __Sums {}
        unsafe impl __typenet::Zeroable for #name {}
        unsafe impl __typenet::Flat<__typenet::#scalar> for #name {}
        const _: () = __typenet::assert_no_padding::<#name, __typenet::#scalar>(
            0 #(+ __typenet::count::<#aliases, __typenet::#scalar>())*
        );
    }
}

fn implemented(network: &Network, names: &Names, typenet: &TokenStream) -> TokenStream {
    let Network { name, scalar, layers, .. } = network;
    let (inputs, outputs) = ends(layers);
    let text = name.unraw().to_string();
    let head = head(network);
    let (head_type, head_value) = (item_type(&head, typenet), item_value(&head, typenet));
    let informed = layers.iter().enumerate().map(|(index, layer)| info(layer, scalar, names.at(index)));
    let aliases = (0..layers.len()).map(|index| names.at(index).0);
    let initialize = initialize(network, names);
    let forward = forward(network, names);
    let backward = backward(network, names);
    let complete = complete(network, names);
    let finish = finish(network, names);
    let predict = predict(network, names);
    let (cost, penalty, constrain) = (cost(network, names), penalty(network), constrain(network));
    let parts = parts::parts(network, names);
    let (chain_type, chain_value) = chain(layers.len(), names);
    let last = layers.last().map(|layer| &layer.label);
    quote_spanned! {Span::mixed_site()=>
        impl __typenet::Network for #name {
            type Scalar = __typenet::#scalar;
            type Input = __typenet::Tile<__typenet::#scalar, #inputs>;
            type Output = __typenet::Tile<__typenet::#scalar, #outputs>;
            type Head = #head_type;
            type Tape = __Tape;
            type Sums = __Sums;
            type Layers = #chain_type;

            const HEAD: Self::Head = #head_value;
            const NAME: &'static __typenet::str = #text;
            const STREAMS: __typenet::usize = 0 #(+ __typenet::streams::<#aliases, __typenet::#scalar>())*;
            const LAYERS: &'static [__typenet::LayerInfo] = &[#(#informed),*];
            const CHAIN: Self::Layers = #chain_value;

            #initialize
            #forward

            #[inline(always)]
            fn logits(__tape: &mut Self::Tape) -> (&Self::Output, &mut Self::Output) {
                (&__tape.#last.output, &mut __tape.#last.d_output)
            }

            #backward
            #complete
            #finish
            #predict
            #cost
            #penalty
            #constrain
            #parts
        }
    }
}

/// The layers as one type and one value: `(A, (B, C))`.
fn chain(layers: usize, names: &Names) -> (TokenStream, TokenStream) {
    let mut backwards = (0..layers).rev().map(|index| names.at(index));
    let last = backwards.next().map(|(alias, constant)| (alias.to_token_stream(), constant.to_token_stream()));
    backwards.fold(last.unwrap_or_default(), |(types, values), (alias, constant)| {
        let pair = |first, rest| quote_spanned!(Span::mixed_site()=> (#first, #rest));
        (pair(alias, types), pair(constant, values))
    })
}

/// What people call by name, without the trait in scope.
fn methods(network: &Network) -> TokenStream {
    let Network { name, scalar, layers, .. } = network;
    let (inputs, outputs) = ends(layers);
    quote_spanned! {Span::mixed_site()=>
        #[allow(dead_code, clippy::same_name_method, reason = "a program uses the methods that it needs, without the trait")]
        impl #name {
            /// How many parameters it has.
            pub const PARAMETERS: __typenet::usize = <Self as __typenet::Network>::PARAMETERS;
            /// How many numbers go in.
            pub const INPUTS: __typenet::usize = #inputs;
            /// How many numbers come out.
            pub const OUTPUTS: __typenet::usize = #outputs;

            /// A network with new parameters, drawn from a generator of random numbers.
            #[must_use]
            pub fn new<__R>(__generator: &mut __R) -> Self
            where
                __R: __typenet::Rng + ?::core::marker::Sized + __typenet::OnStack<{ __typenet::fits_stack::<#name>() }>,
            {
                __typenet::new(__generator)
            }

            __typenet::boxed_method!();

            /// Predicts one sample, without allocation.
            #[must_use]
            #[inline]
            pub fn predict(&self, __sample: &[__typenet::#scalar; #inputs]) -> [__typenet::#scalar; #outputs] {
                __typenet::predict(self, __sample)
            }

            /// The table of the layers.
            #[must_use]
            pub fn summary() -> __typenet::Summary {
                <Self as __typenet::Network>::summary()
            }
        }
    }
}

/// The private module, as it is called within the generated block.
fn private() -> TokenStream {
    quote_spanned!(Span::mixed_site()=> __typenet)
}

/// What goes into the network, and what comes out.
fn ends(layers: &[Layer]) -> (Option<&impl ToTokens>, Option<&impl ToTokens>) {
    (layers.first().map(|layer| &layer.inputs), layers.last().map(|layer| &layer.outputs))
}
