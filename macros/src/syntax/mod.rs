//! Tokens to the networks as written. Every part keeps its span, nothing is judged beyond its form, and after a
//! mistake parsing goes on at the next place that is sure: an argument, a layer, a network.

mod attribute;
mod layer;
mod layers;
mod text;
mod tokens;
mod value;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Ident, Path, Token, Visibility};

pub use self::attribute::parse_attribute;
pub use self::text::text;
pub use self::value::{Argument, Shape, Value};
use crate::errors::Errors;

/// All that one `network!` holds.
pub struct Declaration {
    /// The crate's own path, as the calling `macro_rules!` knows it.
    pub typenet: TokenStream,
    pub networks: Vec<Network>,
}

/// `pub Xor: f32 = Dense(2 -> 4, relu), ...`
pub struct Network {
    pub attributes: Vec<Attribute>,
    pub visibility: Visibility,
    /// Missing only after a mistake.
    pub name: Option<Ident>,
    pub scalar: Option<Ident>,
    pub layers: Vec<Layer>,
    /// The last token before the layers.
    pub start: Span,
}

/// `label: form`
pub struct Layer {
    pub label: Option<Ident>,
    pub form: Form,
}

pub enum Form {
    Single(Single),
    /// `Residual(Dense(64 -> 64, relu), Dense(64 -> 64))`
    Around {
        kind: Ident,
        layers: Vec<Layer>,
    },
    /// `Concatenate(Dense(4 -> 8), (Dense(4 -> 8, relu), Dense(8)))`
    Branches {
        kind: Ident,
        branches: Vec<Vec<Layer>>,
    },
    /// `[Dense(64 -> 64, relu); 50]`
    Repeat {
        layers: Vec<Layer>,
        /// Missing only after a mistake.
        count: Option<Value>,
        /// The opening bracket.
        span: Span,
    },
    /// What nobody can read as a layer, which has been reported.
    Mistaken,
}

/// `Kind(2 -> 4, relu)`
pub struct Single {
    pub kind: Path,
    /// Before the arguments.
    pub shape: Option<Shape>,
    pub arguments: Vec<Argument>,
    /// Whether parentheses were written.
    pub parentheses: bool,
}

/// Reads a whole declaration.
pub fn parse(input: TokenStream, errors: &mut Errors) -> Declaration {
    let mut tokens = input.into_iter();
    let typenet = tokens.by_ref().take_while(|tree| !is_semicolon(tree)).collect();
    let mut networks = Vec::new();
    let parsed = (|input: ParseStream<'_>| {
        items(input, &mut networks, errors);
        Ok(())
    })
    .parse2(tokens.collect());
    if let Err(error) = parsed {
        errors.push(error);
    }
    Declaration { typenet, networks }
}

fn is_semicolon(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';')
}

/// `item { ";" item } [ ";" ]`
fn items(input: ParseStream<'_>, networks: &mut Vec<Network>, errors: &mut Errors) {
    while !input.is_empty() {
        if input.peek(Token![;]) {
            let semicolon = tokens::next(input);
            errors.at(semicolon, "expected a network, found `;`", "remove one of the two `;`");
            continue;
        }
        networks.push(item(input, errors));
        if input.peek(Token![;]) {
            tokens::next(input);
        }
    }
}

/// `{ attribute } [ visibility ] NAME [ ":" scalar ] "=" list`
fn item(input: ParseStream<'_>, errors: &mut Errors) -> Network {
    let attributes = attributes(input, errors);
    let visibility = input.parse().unwrap_or_else(|error| {
        errors.push(error);
        Visibility::Inherited
    });
    let mut network =
        Network { attributes, visibility, name: None, scalar: None, layers: Vec::new(), start: input.span() };
    network.name = name(input, errors);
    if network.name.is_some() {
        network.start = input.cursor().prev_span();
        generics(input, errors);
        network.scalar = scalar(input, errors);
    }
    let mistakes = errors.len();
    equals(input, &mut network, errors);
    network.layers = layers::list(input, errors);
    if network.layers.is_empty()
        && mistakes == errors.len()
        && let Some(name) = &network.name
    {
        let help = format_args!("write at least one, as in `{name} = Dense(2 -> 1)`");
        errors.at_span(network.start, "the network has no layers", help);
    }
    network
}

fn attributes(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    while input.peek(Token![#]) {
        if input.peek2(Token![!]) {
            let written = [tokens::next(input), tokens::next(input), tokens::next(input)];
            let tokens = written.into_iter().flatten().collect::<TokenStream>();
            let help = "write it without the `!`, before the network's name";
            errors.at(&tokens, "an inner attribute cannot stand in `network!`", help);
            continue;
        }
        if !input.peek2(syn::token::Bracket) {
            let help = "write an attribute as `#[name]`, or remove the `#`";
            errors.at(tokens::next(input), "expected `[` after `#`", help);
            // `#derive(Eq) Xor =`
            if input.peek(Ident) && (input.peek2(Ident) || input.peek2(syn::token::Paren)) {
                tokens::next(input);
                if input.peek(syn::token::Paren) {
                    tokens::next(input);
                }
            }
            continue;
        }
        // one at a time, so that a mistake in one keeps the others
        let written = [tokens::next(input), tokens::next(input)];
        match Attribute::parse_outer.parse2(written.into_iter().flatten().collect()) {
            Ok(attribute) => attributes.extend(attribute),
            Err(error) => errors.push(error),
        }
    }
    attributes
}

fn name(input: ParseStream<'_>, errors: &mut Errors) -> Option<Ident> {
    // `struct Xor = ...`
    if input.peek(Ident::peek_any) && !input.peek(Ident) && input.peek2(Ident) {
        let keyword = tokens::next(input);
        let help = "write the name alone: the struct is what `network!` writes";
        errors.at(&keyword, format_args!("expected the network's name, found keyword `{}`", text(&keyword)), help);
    }
    let help = "write a name and `=` before the layers, as in `Xor = Dense(2 -> 4, relu), ...`";
    // a name alone, which lacks all the rest
    let ahead = input.fork();
    if ahead.parse::<Ident>().is_ok() && (ahead.is_empty() || ahead.peek(Token![;])) {
        return input.parse().ok();
    }
    if input.peek(Token![=]) || input.peek(Token![<]) || tokens::starts_layer(input) {
        errors.at_span(tokens::start(input), "the network has no name", help);
        return None;
    }
    if input.peek(Ident) {
        return input.parse().ok();
    }
    if input.is_empty() || input.peek(Token![;]) {
        // attributes or a visibility without a network
        let last = input.cursor().prev_span();
        errors.at_span(last, "expected a network, found nothing", help);
        return None;
    }
    let keyword = input.peek(Ident::peek_any);
    let found = tokens::next(input);
    let (word, help) = if keyword {
        ("keyword ", "choose another name")
    } else {
        ("", "a network's name is an identifier, as in `Xor = Dense(2 -> 4, relu), ...`")
    };
    errors.at(&found, format_args!("expected the network's name, found {word}`{}`", text(&found)), help);
    None
}

/// `Xor<T> =`, which is not `Xor < Dense(2 -> 4) >`.
fn generics(input: ParseStream<'_>, errors: &mut Errors) {
    let ahead = input.fork();
    if !ahead.peek(Token![<]) || tokens::skip_generics(&ahead).is_none() {
        return;
    }
    if (ahead.peek(Token![=]) || ahead.peek(Token![:]))
        && let Some(generics) = tokens::skip_generics(input)
    {
        let help = "write the scalar type as `: f32` or `: f64` after the name, and sizes in the layers";
        errors.at(generics, "a network takes no generic parameters", help);
    }
}

fn scalar(input: ParseStream<'_>, errors: &mut Errors) -> Option<Ident> {
    // `Xor: Dense(2 -> 4)` lacks the `=`, which is said elsewhere
    if !input.peek(Token![:]) || input.peek(Token![::]) || (input.peek2(Ident) && input.peek3(syn::token::Paren)) {
        return None;
    }
    let colon = tokens::next(input);
    if input.peek(Ident) && !input.peek2(syn::token::Paren) {
        return input.parse().ok();
    }
    errors.at(colon, "expected `f32` or `f64` after `:`", "leave out the `:` for `f32`");
    None
}

fn equals(input: ParseStream<'_>, network: &mut Network, errors: &mut Errors) {
    if input.peek(Token![=]) && !input.peek(Token![=>]) && !input.peek(Token![==]) {
        network.start = input.span();
        tokens::next(input);
        return;
    }
    // the network without a name has been reported
    let Some(name) = &network.name else { return };
    if input.is_empty() || input.peek(Token![;]) {
        return;
    }
    let help = format!("write `{name} = ` before the first layer");
    if tokens::starts_layer(input) || input.peek(Token![<]) {
        errors.at_span(tokens::start(input), format_args!("expected `=`, found {}", tokens::found(input)), help);
        return;
    }
    let found = tokens::found(input);
    let wrong = tokens::operator(input);
    errors.at(wrong, format_args!("expected `=`, found {found}"), help);
}

/// Whether a network starts here, so that the one before it has ended.
fn starts_item(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.peek(Token![#]) {
        while ahead.peek(Token![#]) && ahead.peek2(syn::token::Bracket) {
            tokens::next(&ahead);
            tokens::next(&ahead);
        }
        return !tokens::starts_layer(&ahead);
    }
    if ahead.peek(Token![pub]) {
        return true;
    }
    if tokens::label_with_equals(&ahead) || ahead.call(Ident::parse_any).is_err() {
        return false;
    }
    if ahead.peek(Token![:]) && !ahead.peek(Token![::]) && ahead.peek2(Ident) {
        tokens::next(&ahead);
        tokens::next(&ahead);
    }
    ahead.peek(Token![=]) && !ahead.peek(Token![=>]) && !ahead.peek(Token![==])
}
