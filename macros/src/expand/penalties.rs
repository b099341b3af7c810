//! What regularisers and constraints cost and do. Of a network without them nothing of it is written.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote_spanned};

use super::items::{setting_value, width};
use crate::catalogue::{KERNEL, OptionKind, ShapeRule, WHOLE};
use crate::network::{Kind, Layer, Network, Setting, Special};

/// `penalty`, if there may be one.
pub fn penalty(network: &Network) -> TokenStream {
    let (calls, regularized) = calls(network, OptionKind::Regularizer);
    if calls.is_empty() {
        return TokenStream::new();
    }
    quote_spanned! {Span::mixed_site()=>
        const REGULARIZED: __typenet::bool = #(#regularized)||*;

        #[inline(always)]
        fn penalty(&self, mut __gradient: __typenet::Option<&mut Self>) -> __typenet::f64 {
            let mut __penalty = 0.0;
            #(#calls)*
            __penalty
        }
    }
}

/// `constrain`, if there may be something to do.
pub fn constrain(network: &Network) -> TokenStream {
    let (calls, constrained) = calls(network, OptionKind::Constraint);
    if calls.is_empty() {
        return TokenStream::new();
    }
    quote_spanned! {Span::mixed_site()=>
        const CONSTRAINED: __typenet::bool = #(#constrained)||*;

        #[inline(always)]
        fn constrain(&mut self) {
            #(#calls)*
        }
    }
}

/// The statements for the options of this kind, and what says that there are some.
fn calls(network: &Network, kind: OptionKind) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let (mut calls, mut conditions) = (Vec::new(), Vec::new());
    for layer in &network.layers {
        let label = &layer.label;
        let place = quote_spanned!(Span::mixed_site()=> .#label);
        calls.extend(of_layer(layer, kind, &place, 0, &mut conditions));
    }
    (calls, conditions)
}

fn of_layer(
    layer: &Layer,
    kind: OptionKind,
    place: &TokenStream,
    depth: usize,
    conditions: &mut Vec<TokenStream>,
) -> Vec<TokenStream> {
    let regularizer = kind == OptionKind::Regularizer;
    if !layer.may(if regularizer { Special::Regularized } else { Special::Constrained }) {
        return Vec::new();
    }
    match &layer.kind {
        Kind::BuiltIn { row, settings, .. } => {
            let options = row.options.iter().zip(settings).filter(|(option, _)| option.value == kind);
            let calls = options.filter_map(|(option, setting)| {
                let Setting::Item(item) = setting else { return None };
                conditions.push(quote_spanned!(Span::mixed_site()=> true));
                let value = setting_value(kind, item);
                let tensor = match option.method {
                    WHOLE => place.clone(),
                    field => {
                        let field = format_ident!("{field}");
                        quote_spanned!(Span::mixed_site()=> #place.#field)
                    }
                };
                let units = match option.method {
                    KERNEL => layer.outputs.to_token_stream(),
                    _ if row.shape == ShapeRule::Rows => width(layer, &super::private()),
                    _ => Literal::usize_unsuffixed(1).to_token_stream(),
                };
                Some(if regularizer {
                    quote_spanned! {Span::mixed_site()=>
                        __typenet::add(&mut __penalty, __typenet::penalty(
                            #value,
                            &self #tensor,
                            #units,
                            __gradient.as_deref_mut().map(|__gradient| &mut __gradient #tensor),
                        ));
                    }
                } else {
                    quote_spanned!(Span::mixed_site()=>
                        __typenet::constrain(#value, &mut self #tensor, #units);)
                })
            });
            calls.collect()
        }
        Kind::Own { .. } => Vec::new(),
        Kind::Network { network, .. } => {
            let (constant, call) = if regularizer {
                let call = quote_spanned! {Span::mixed_site()=>
                    __typenet::add(&mut __penalty, __typenet::Network::penalty(
                        &self #place,
                        __gradient.as_deref_mut().map(|__gradient| &mut __gradient #place),
                    ));
                };
                ("REGULARIZED", call)
            } else {
                let call = quote_spanned!(Span::mixed_site()=> __typenet::Network::constrain(&mut self #place););
                ("CONSTRAINED", call)
            };
            let constant = format_ident!("{constant}", span = Span::mixed_site());
            conditions.push(quote_spanned!(Span::mixed_site()=> <#network as __typenet::Network>::#constant));
            vec![call]
        }
        Kind::Residual { inner, .. } => of_layer(inner, kind, place, depth, conditions),
        Kind::Concatenate { first, second, .. } => {
            let (one, other) =
                (quote_spanned!(Span::mixed_site()=> #place.first), quote_spanned!(Span::mixed_site()=> #place.second));
            let mut calls = of_layer(first, kind, &one, depth, conditions);
            calls.extend(of_layer(second, kind, &other, depth, conditions));
            calls
        }
        Kind::Repeat { inner, .. } => {
            let copy = format_ident!("__copy_{depth}", span = Span::mixed_site());
            let one = quote_spanned!(Span::mixed_site()=> #place[#copy]);
            let calls = of_layer(inner, kind, &one, depth + 1, conditions);
            vec![quote_spanned!(Span::mixed_site()=> for #copy in 0..self #place.len() { #(#calls)* })]
        }
    }
}
