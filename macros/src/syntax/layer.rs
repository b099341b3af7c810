//! One layer, and those within it.

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseBuffer, ParseStream};
use syn::{Ident, Path, Token, braced, bracketed, parenthesized, token};

use super::layers::{Place, ends, layers, separator, skip};
use super::value::{self, Shape, Value};
use super::{Form, Layer, Single, text, tokens};
use crate::catalogue;
use crate::errors::Errors;

/// `[ label ":" ] ( KIND [ "(" arguments ")" ] | "[" layers ";" count "]" )`
pub fn layer(input: ParseStream<'_>, errors: &mut Errors) -> Layer {
    while input.peek(Token![#]) && input.peek2(token::Bracket) {
        let attribute: TokenStream = [tokens::next(input), tokens::next(input)].into_iter().flatten().collect();
        errors.at(attribute, "an attribute cannot apply to a layer", "write it before the network's name");
    }
    let with_equals = tokens::label_with_equals(input);
    let label = if with_equals || tokens::label(input) {
        let label = input.call(Ident::parse_any).ok();
        let sign = tokens::next(input);
        if with_equals && let Some(label) = &label {
            errors.at(sign, "expected `:` after a label, found `=`", format_args!("write `{label}: `"));
        }
        label
    } else {
        None
    };
    if input.peek(token::Bracket) {
        return Layer { label, form: repeat(input, errors).unwrap_or(Form::Mistaken) };
    }
    let Some(kind) = kind(input) else {
        let found = tokens::found(input);
        let mut skipped = TokenStream::new();
        skip(input, Place::Network(None), &mut skipped);
        let help = "a layer is its kind with its sizes in parentheses, as `Dense(2 -> 4, relu)`";
        if skipped.is_empty() {
            errors.at_span(input.cursor().prev_span(), format_args!("expected a layer, found {found}"), help);
        } else {
            errors.at(skipped, format_args!("expected a layer, found {found}"), help);
        }
        return Layer { label, form: Form::Mistaken };
    };
    let angles = angles(input, &kind, errors);
    let content = group(input, &kind, errors);
    if let Some(kind) = kind.get_ident().filter(|kind| catalogue::goes_around(&kind.to_string())) {
        let layers = content.map(|content| layers(&content, Place::Parentheses, errors)).unwrap_or_default();
        return Layer { label, form: Form::Around { kind: kind.clone(), layers } };
    }
    if let Some(kind) = kind.get_ident().filter(|kind| catalogue::has_branches(&kind.to_string())) {
        let branches = content.map(|content| branches(&content, errors)).unwrap_or_default();
        return Layer { label, form: Form::Branches { kind: kind.clone(), branches } };
    }
    let mut single = Single { kind, shape: None, arguments: Vec::new(), parentheses: false };
    if let Some(content) = content {
        single.parentheses = true;
        value::arguments(&content, &mut single, errors);
    } else if angles {
        single.shape = Some(Shape { input: Value::Missing, output: Value::Missing });
        single.parentheses = true;
    }
    Layer { label, form: Form::Single(single) }
}

/// `branch { "," branch } [ "," ]`, where a branch is `layer | "(" layers ")"`
fn branches(input: ParseStream<'_>, errors: &mut Errors) -> Vec<Vec<Layer>> {
    let mut branches = Vec::new();
    while !ends(input, Place::Parentheses, errors) {
        if input.peek(Token![,]) {
            let comma = tokens::next(input);
            errors.at(comma, "expected a layer, found `,`", "remove this `,`, or write the layer before it");
            continue;
        }
        branches.push(match parenthesized_content(input) {
            Some(content) => layers(&content, Place::Parentheses, errors),
            None => vec![layer(input, errors)],
        });
        if separator(input, Place::Parentheses, errors) {
            branches.push(vec![Layer { label: None, form: Form::Mistaken }]);
        }
    }
    branches
}

/// `"[" layers ";" count "]"`
fn repeat(input: ParseStream<'_>, errors: &mut Errors) -> Option<Form> {
    let span = tokens::start(input);
    let content = bracketed_content(input)?;
    let layers = layers(&content, Place::Brackets, errors);
    let help = "write how often after the layers, as `[Dense(64 -> 64, relu); 50]`";
    if !content.peek(Token![;]) {
        errors.at_span(span, "this repetition has no count", help);
        return Some(Form::Repeat { layers, count: None, span });
    }
    let semicolon = tokens::next(&content);
    let mut count = Vec::new();
    while let Some(tree) = tokens::next(&content) {
        count.push(tree);
    }
    let is_comma = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    if let Some(comma) = count.iter().position(is_comma) {
        let rest: TokenStream = count.drain(comma..).collect();
        errors.at(rest, "expected `]` after the count, found `,`", "write what comes next after the `]`");
    }
    if count.is_empty() {
        errors.at(semicolon, "this repetition has no count", help);
        return Some(Form::Repeat { layers, count: None, span });
    }
    Some(Form::Repeat { layers, count: Some(value::value(&count)), span })
}

fn kind(input: ParseStream<'_>) -> Option<Path> {
    input.fork().call(Path::parse_mod_style).ok()?;
    input.call(Path::parse_mod_style).ok()
}

/// `Dense<2, 4>`, as the type is written: whether that stands there.
fn angles(input: ParseStream<'_>, kind: &Path, errors: &mut Errors) -> bool {
    let ahead = input.fork();
    if ahead.peek(Token![::]) {
        tokens::next(&ahead);
        tokens::next(&ahead);
    }
    if !ahead.peek(Token![<]) || tokens::skip_generics(&ahead).is_none() {
        return false;
    }
    while !input.peek(Token![<]) {
        tokens::next(input);
    }
    if let Some(angles) = tokens::skip_generics(input) {
        let help = format!("write the sizes in parentheses, as `{}(2 -> 4)`", text(kind));
        errors.at(angles, "expected `(`, found `<`", help);
    }
    true
}

/// The parentheses; braces and brackets are mended.
fn group<'a>(input: ParseStream<'a>, kind: &Path, errors: &mut Errors) -> Option<ParseBuffer<'a>> {
    if input.peek(token::Paren) {
        return parenthesized_content(input);
    }
    if !input.peek(token::Brace) && !input.peek(token::Bracket) {
        return None;
    }
    let found = tokens::found(input);
    let help = format!("write the sizes in parentheses, as `{}(2 -> 4)`", text(kind));
    errors.at_span(tokens::start(input), format_args!("expected `(`, found {found}"), help);
    if input.peek(token::Brace) { braced_content(input) } else { bracketed_content(input) }
}

/// What stands between two delimiters, which are taken.
macro_rules! content {
    ($($name:ident: $delimited:ident;)*) => {$(
        fn $name(input: ParseStream<'_>) -> Option<ParseBuffer<'_>> {
            fn within(input: ParseStream<'_>) -> syn::Result<ParseBuffer<'_>> {
                let content;
                $delimited!(content in input);
                Ok(content)
            }
            input.call(within).ok()
        }
    )*};
}

content! {
    parenthesized_content: parenthesized;
    bracketed_content: bracketed;
    braced_content: braced;
}
