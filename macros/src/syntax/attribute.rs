//! `#[network(layers)] pub struct Xor;`, the same network in another form.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, Path, Token, Visibility, token};

use super::{Declaration, Network, attributes, layers, text, tokens};
use crate::errors::Errors;

/// Reads the attribute's arguments, `{ option "," } list`, and the struct that it stands on.
pub fn parse_attribute(arguments: TokenStream, item: TokenStream, errors: &mut Errors) -> Declaration {
    let mut network = None;
    let parsed = (|input: ParseStream<'_>| {
        network = structure(input, errors);
        Ok(())
    })
    .parse2(item);
    errors.extend(parsed.err());
    let mut typenet = quote!(::typenet);
    let parsed = (|input: ParseStream<'_>| {
        let (mut scalar, start) = (None, input.span());
        options(input, &mut typenet, &mut scalar, errors);
        let mistakes = errors.len();
        let layers = layers::list(input, errors);
        if let Some(network) = &mut network {
            if layers.is_empty() && mistakes == errors.len() {
                let help = format!(
                    "write at least one, as in `#[network(Dense(2 -> 1))] struct {};`",
                    network.name.as_ref().map(text).unwrap_or_default()
                );
                errors.at_span(start, "the network has no layers", help);
            }
            (network.scalar, network.layers, network.start) = (scalar, layers, start);
        }
        Ok(())
    })
    .parse2(arguments);
    errors.extend(parsed.err());
    Declaration { typenet, networks: network.into_iter().collect() }
}

/// `{ attribute } [ visibility ] "struct" NAME ";"`
fn structure(input: ParseStream<'_>, errors: &mut Errors) -> Option<Network> {
    let attributes = attributes(input, errors);
    let visibility = input.parse().unwrap_or(Visibility::Inherited);
    let help = "write `struct` and a name, as in `#[network(Dense(2 -> 1))] pub struct Line;`";
    if !input.peek(Token![struct]) {
        let found = tokens::found(input);
        let rest: TokenStream = input.parse().unwrap_or_default();
        errors.at(rest, format_args!("`network` cannot apply to {found}, only to a struct"), help);
        return None;
    }
    tokens::next(input);
    let name: Ident = input.call(Ident::parse_any).ok()?;
    let written = text(&name);
    if input.peek(Token![<]) {
        let generics = tokens::skip_generics(input);
        let help = "write sizes in the layers, and the scalar type as `scalar = f64`";
        errors.at(generics, "a network takes no generic parameters", help);
    }
    if input.peek(token::Brace) || input.peek(token::Paren) {
        let message = format_args!("`network` writes the fields of `{written}` itself");
        errors.at_span(tokens::start(input), message, format_args!("write `struct {written};`"));
    }
    // what is wrong with the rest, such as a missing `;`, the compiler has said before it calls a macro
    let _: TokenStream = input.parse().unwrap_or_default();
    let start = name.span();
    Some(Network { attributes, visibility, name: Some(name), scalar: None, layers: Vec::new(), start })
}

/// `"scalar" "=" TYPE ","` and `"crate" "=" path ","`
fn options(input: ParseStream<'_>, typenet: &mut TokenStream, scalar: &mut Option<Ident>, errors: &mut Errors) {
    while input.peek(Ident::peek_any) && input.peek2(Token![=]) {
        let Ok(option) = input.call(Ident::parse_any) else { return };
        tokens::next(input);
        let ahead = input.fork();
        let Ok(value) = ahead.call(Path::parse_mod_style) else {
            errors.at_span(option.span(), format_args!("option `{option}` has no value"), "write it after the `=`");
            return;
        };
        if option == "crate" {
            *typenet = quote!(#value);
        } else if option == "scalar" {
            *scalar = value.get_ident().cloned();
            if scalar.is_none() {
                errors.at(&value, format_args!("unknown scalar type `{}`", text(&value)), "write `f32` or `f64`");
            }
        } else {
            let help = "the options of `#[network(...)]` are `scalar = f64` and `crate = path`";
            errors.at(&option, format_args!("unknown option `{option}`"), help);
        }
        let _ = input.call(Path::parse_mod_style);
        if input.peek(Token![,]) {
            tokens::next(input);
        }
    }
}
