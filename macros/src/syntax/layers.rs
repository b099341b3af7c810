//! The list of layers.

use proc_macro2::{Span, TokenStream};
use syn::Token;
use syn::parse::ParseStream;

use super::layer::layer;
use super::{Form, Layer, starts_item, tokens};
use crate::errors::Errors;

/// Where a list stands, and so what ends it.
#[derive(Clone, Copy)]
pub enum Place {
    /// After the `=` of a network, and after a `<` if there was one.
    Network(Option<Span>),
    /// In the parentheses of a `Residual`.
    Parentheses,
    /// In the brackets of a repetition, before its `;`.
    Brackets,
}

impl Place {
    /// Whether a `>` ends the list.
    fn is_open(self) -> bool {
        matches!(self, Self::Network(Some(_)))
    }

    /// Whether another network begins here.
    fn next_network(self, input: ParseStream<'_>) -> bool {
        matches!(self, Self::Network(_)) && starts_item(input)
    }
}

/// `layers | "<" layers ">"`
pub fn list(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Layer> {
    let open = input.parse::<Token![<]>().ok().map(|open| open.spans[0]);
    let layers = layers(input, Place::Network(open), errors);
    let closed = input.parse::<Token![>]>().is_ok();
    if let Some(open) = open.filter(|_| !closed) {
        errors.at_span(open, "this `<` is never closed", "write `>` after the last layer, or leave out the `<`");
    }
    rest(input, errors);
    layers
}

/// `layer { "," layer } [ "," ]`
pub fn layers(input: ParseStream<'_>, place: Place, errors: &mut Errors) -> Vec<Layer> {
    let mut layers = Vec::new();
    loop {
        if ends(input, place, errors) {
            return layers;
        }
        if input.peek(Token![,]) {
            let comma = tokens::next(input);
            errors.at(comma, "expected a layer, found `,`", "remove this `,`, or write the layer before it");
            continue;
        }
        layers.push(layer(input, errors));
        if separator(input, place, errors) {
            layers.push(Layer { label: None, form: Form::Mistaken });
        }
    }
}

/// Whether the list ends here.
pub fn ends(input: ParseStream<'_>, place: Place, errors: &mut Errors) -> bool {
    if input.is_empty() || input.peek(Token![;]) {
        return true;
    }
    if input.peek(Token![>]) {
        if place.is_open() {
            return true;
        }
        errors.at(
            tokens::next(input),
            "this `>` closes nothing",
            "write `<` before the first layer, or remove the `>`",
        );
        return ends(input, place, errors);
    }
    // where a comma stood before it, `separator` has said what is wrong
    place.next_network(input)
}

/// What stands between two layers. Whether it was skipped, and layers perhaps with it.
pub fn separator(input: ParseStream<'_>, place: Place, errors: &mut Errors) -> bool {
    if input.is_empty() || input.peek(Token![>]) {
        return false;
    }
    if input.peek(Token![,]) {
        let comma = tokens::next(input);
        if !input.is_empty() && !input.peek(Token![;]) && place.next_network(input) {
            errors.at(comma, "expected `;` between two networks, found `,`", "write `;`");
        }
        return false;
    }
    if input.peek(Token![;]) {
        let ahead = input.fork();
        tokens::next(&ahead);
        let between = match place {
            Place::Network(_) => !ahead.is_empty() && !starts_item(&ahead) && tokens::starts_layer(&ahead),
            Place::Parentheses => true,
            Place::Brackets => false,
        };
        if between {
            let semicolon = tokens::next(input);
            errors.at(semicolon, "expected `,` between two layers, found `;`", "write `,`");
        }
        return false;
    }
    let found = tokens::found(input);
    if place.next_network(input) {
        let message = format_args!("expected `;` between two networks, found {found}");
        errors.at_span(tokens::start(input), message, "write `;` before it");
    } else if tokens::starts_layer(input) {
        let message = format_args!("expected `,` between two layers, found {found}");
        errors.at_span(tokens::start(input), message, "write `,` before it");
    } else {
        let message = format_args!("expected `,` or `;` after a layer, found {found}");
        let mut skipped = TokenStream::new();
        skip(input, place, &mut skipped);
        errors.at(skipped, message, "write `,` between two layers, and `;` between two networks");
        if input.peek(Token![,]) {
            tokens::next(input);
        }
        return true;
    }
    false
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
pub fn skip(input: ParseStream<'_>, place: Place, skipped: &mut TokenStream) {
    loop {
        if input.peek(Token![->]) || input.peek(Token![=>]) {
            skipped.extend(tokens::operator(input));
            continue;
        }
        let closes = place.is_open() && input.peek(Token![>]);
        if input.is_empty() || input.peek(Token![;]) || input.peek(Token![,]) || closes {
            return;
        }
        skipped.extend(tokens::next(input));
    }
}
