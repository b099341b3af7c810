//! The list of layers.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{ParseBuffer, ParseStream};
use syn::{Ident, Path, Token, parenthesized, token};

use super::{Layer, starts_item, text, tokens, value};
use crate::errors::Errors;

/// `layers | "<" layers ">"`
pub fn list(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Layer> {
    let open = input.parse::<Token![<]>().ok().map(|open| open.spans[0]);
    let layers = layers(input, open, errors);
    let closed = input.parse::<Token![>]>().is_ok();
    if let Some(open) = open.filter(|_| !closed) {
        errors.at_span(open, "this `<` is never closed", "write `>` after the last layer, or leave out the `<`");
    }
    rest(input, errors);
    layers
}

/// `layer { "," layer } [ "," ]`
fn layers(input: ParseStream<'_>, open: Option<Span>, errors: &mut Errors) -> Vec<Layer> {
    let mut layers = Vec::new();
    loop {
        if ends(input, open, errors) {
            return layers;
        }
        if input.peek(Token![,]) {
            let comma = tokens::next(input);
            errors.at(comma, "expected a layer, found `,`", "remove this `,`, or write the layer before it");
            continue;
        }
        layers.extend(layer(input, errors));
        separator(input, open, errors);
    }
}

/// Whether the list ends here.
fn ends(input: ParseStream<'_>, open: Option<Span>, errors: &mut Errors) -> bool {
    if input.is_empty() || input.peek(Token![;]) {
        return true;
    }
    if input.peek(Token![>]) {
        if open.is_some() {
            return true;
        }
        errors.at(
            tokens::next(input),
            "this `>` closes nothing",
            "write `<` before the first layer, or remove the `>`",
        );
        return ends(input, open, errors);
    }
    // where a comma stood before it, `separator` has said what is wrong
    starts_item(input)
}

/// What stands between two layers.
fn separator(input: ParseStream<'_>, open: Option<Span>, errors: &mut Errors) {
    if input.is_empty() || input.peek(Token![>]) {
        return;
    }
    if input.peek(Token![,]) {
        let comma = tokens::next(input);
        if !input.is_empty() && !input.peek(Token![;]) && starts_item(input) {
            errors.at(comma, "expected `;` between two networks, found `,`", "write `;`");
        }
        return;
    }
    if input.peek(Token![;]) {
        let ahead = input.fork();
        tokens::next(&ahead);
        if ahead.is_empty() || starts_item(&ahead) || !tokens::starts_layer(&ahead) {
            return;
        }
        let semicolon = tokens::next(input);
        errors.at(semicolon, "expected `,` between two layers, found `;`", "write `,`");
        return;
    }
    let found = tokens::found(input);
    if starts_item(input) {
        let message = format_args!("expected `;` between two networks, found {found}");
        errors.at_span(tokens::start(input), message, "write `;` before it");
    } else if tokens::starts_layer(input) {
        let message = format_args!("expected `,` between two layers, found {found}");
        errors.at_span(tokens::start(input), message, "write `,` before it");
    } else {
        let message = format_args!("expected `,` or `;` after a layer, found {found}");
        let mut skipped = TokenStream::new();
        skip(input, open, &mut skipped);
        errors.at(skipped, message, "write `,` between two layers, and `;` between two networks");
        if input.peek(Token![,]) {
            tokens::next(input);
        }
    }
}

/// What follows a list: nothing, or a `;`.
fn rest(input: ParseStream<'_>, errors: &mut Errors) {
    if input.is_empty() || input.peek(Token![;]) || starts_item(input) {
        return;
    }
    let found = tokens::found(input);
    let mut skipped = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![;]) {
        skipped.extend(tokens::next(input));
    }
    errors.at(
        skipped,
        format_args!("expected `;`, found {found}"),
        "after the `>`, only `;` and another network can follow",
    );
}

/// Takes all up to the next comma or the end of the list.
fn skip(input: ParseStream<'_>, open: Option<Span>, skipped: &mut TokenStream) {
    loop {
        if input.peek(Token![->]) || input.peek(Token![=>]) {
            skipped.extend(tokens::operator(input));
            continue;
        }
        let closes = open.is_some() && input.peek(Token![>]);
        if input.is_empty() || input.peek(Token![;]) || input.peek(Token![,]) || closes {
            return;
        }
        skipped.extend(tokens::next(input));
    }
}

/// `[ label ":" ] KIND [ "(" arguments ")" ]`
fn layer(input: ParseStream<'_>, errors: &mut Errors) -> Option<Layer> {
    let label = if tokens::label(input) {
        let label = input.call(Ident::parse_any).ok();
        tokens::next(input);
        label
    } else {
        None
    };
    let Some(kind) = kind(input) else {
        let found = tokens::found(input);
        let mut skipped = TokenStream::new();
        skip(input, None, &mut skipped);
        let help = "a layer is its kind with its sizes in parentheses, as `Dense(2 -> 4, relu)`";
        if skipped.is_empty() {
            errors.at_span(input.cursor().prev_span(), format_args!("expected a layer, found {found}"), help);
        } else {
            errors.at(skipped, format_args!("expected a layer, found {found}"), help);
        }
        return None;
    };
    let mut layer = Layer { label, kind, shape: None, arguments: Vec::new(), parentheses: false };
    angles(input, &layer.kind, errors);
    if let Some(content) = group(input, &layer.kind, errors) {
        layer.parentheses = true;
        value::arguments(&content, &mut layer, errors);
    }
    Some(layer)
}

fn kind(input: ParseStream<'_>) -> Option<Path> {
    input.fork().call(Path::parse_mod_style).ok()?;
    input.call(Path::parse_mod_style).ok()
}

/// `Dense<2, 4>`, as the type is written.
fn angles(input: ParseStream<'_>, kind: &Path, errors: &mut Errors) {
    let ahead = input.fork();
    if ahead.peek(Token![::]) {
        tokens::next(&ahead);
        tokens::next(&ahead);
    }
    if !ahead.peek(Token![<]) || tokens::skip_generics(&ahead).is_none() {
        return;
    }
    while !input.peek(Token![<]) {
        tokens::next(input);
    }
    if let Some(angles) = tokens::skip_generics(input) {
        let help = format_args!("write the sizes in parentheses, as `{}(2 -> 4)`", text(kind));
        errors.at(angles, "expected `(`, found `<`", help);
    }
}

/// The parentheses; braces and brackets are mended.
fn group<'a>(input: ParseStream<'a>, kind: &Path, errors: &mut Errors) -> Option<ParseBuffer<'a>> {
    let parenthesized = |input: ParseStream<'a>| {
        let content;
        parenthesized!(content in input);
        Ok(content)
    };
    if input.peek(token::Paren) {
        return input.call(parenthesized).ok();
    }
    let braced = |input: ParseStream<'a>| {
        let content;
        syn::braced!(content in input);
        Ok(content)
    };
    let bracketed = |input: ParseStream<'a>| {
        let content;
        syn::bracketed!(content in input);
        Ok(content)
    };
    if !input.peek(token::Brace) && !input.peek(token::Bracket) {
        return None;
    }
    let found = tokens::found(input);
    let help = format_args!("write the sizes in parentheses, as `{}(2 -> 4)`", text(kind));
    errors.at_span(tokens::start(input), format_args!("expected `(`, found {found}"), help);
    if input.peek(token::Brace) { input.call(braced).ok() } else { input.call(bracketed).ok() }
}
