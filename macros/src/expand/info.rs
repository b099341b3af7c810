//! What is known of each layer: its row in `LAYERS`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt as _;

use crate::catalogue::OptionKind;
use crate::network::{Kind, Layer};

/// What is known of a layer of this type and this value.
pub fn info(layer: &Layer, scalar: &Ident, (alias, constant): (&Ident, &Ident)) -> TokenStream {
    let (label, kind, activation) = (layer.label.unraw().to_string(), layer.kind(), activation_name(layer));
    let numbers = numbers(layer, &constant.to_token_stream());
    let info = quote_spanned! {Span::mixed_site()=>
        __typenet::info::<#alias, __typenet::#scalar>(#label, #kind, #activation) #numbers
    };
    if layer.trainable() { info } else { quote_spanned!(Span::mixed_site()=> __typenet::frozen(#info)) }
}

/// What is told of the numbers that a layer computes with and does not train, if it has any. `value` is the layer's.
fn numbers(layer: &Layer, value: &TokenStream) -> Option<TokenStream> {
    match &layer.kind {
        Kind::BuiltIn { row, .. } => {
            let has_numbers = row.options.iter().any(|option| option.value == OptionKind::Number);
            has_numbers.then(|| quote_spanned!(Span::mixed_site()=> .numbers(const { &#value.numbers() })))
        }
        Kind::Residual { inner, .. } | Kind::Repeat { inner, .. } => {
            numbers(inner, &quote_spanned!(Span::mixed_site()=> #value.layer()))
        }
        Kind::Own { .. } | Kind::Network { .. } | Kind::Concatenate { .. } => None,
    }
}

/// The name of a layer's activation, which only the compiler knows of a network that is declared elsewhere.
fn activation_name(layer: &Layer) -> TokenStream {
    match &layer.kind {
        Kind::Repeat { inner, .. } | Kind::Residual { inner, .. } => activation_name(inner),
        Kind::Network { network, .. } => quote_spanned!(Span::mixed_site()=>
            <<#network as __typenet::Network>::Head as __typenet::activations::Activation>::NAME),
        _ => layer.activation_shown().into_token_stream(),
    }
}
