//! What stands in a layer's parentheses.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{Ident, Lit, Path, Token, token};

use super::{Single, tokens};
use crate::errors::Errors;

/// `2 -> 4`
pub struct Shape {
    pub input: Value,
    pub output: Value,
}

/// `relu` or `bias = false`
pub struct Argument {
    pub name: Option<Ident>,
    pub value: Value,
}

/// What an argument is by its form; what it means depends on the layer.
#[derive(Clone)]
pub enum Value {
    /// `_`
    Wildcard(Token![_]),
    /// `4`, `true`
    Literal(Lit),
    /// `-1`, which no size can be
    Negative(TokenStream),
    /// `{ HIDDEN * 2 }`, or a fragment of the user's own macro
    Expression(Group),
    /// `[28, 28, 1]`
    Image(Group),
    /// `relu`, `my::Square`, `HIDDEN`
    Path(Path),
    /// `constant(0.1)`
    Call(Path, Group),
    /// Anything else; options of a user's own layer may be any expression.
    Other(TokenStream),
    /// Nothing: what is wrong has been reported.
    Missing,
}

impl ToTokens for Value {
    fn to_tokens(&self, output: &mut TokenStream) {
        match self {
            Self::Wildcard(wildcard) => wildcard.to_tokens(output),
            Self::Literal(literal) => literal.to_tokens(output),
            Self::Expression(group) | Self::Image(group) => group.to_tokens(output),
            Self::Path(path) => path.to_tokens(output),
            Self::Call(path, group) => {
                path.to_tokens(output);
                group.to_tokens(output);
            }
            Self::Negative(tokens) | Self::Other(tokens) => tokens.to_tokens(output),
            Self::Missing => {}
        }
    }
}

impl ToTokens for Shape {
    fn to_tokens(&self, output: &mut TokenStream) {
        let Self { input, output: produced } = self;
        output.extend(quote::quote!(#input -> #produced));
    }
}

impl ToTokens for Argument {
    fn to_tokens(&self, output: &mut TokenStream) {
        let value = &self.value;
        output.extend(match &self.name {
            Some(name) => quote::quote!(#name = #value),
            None => quote::quote!(#value),
        });
    }
}

/// `[ shape "->" ] size { "," option }`
pub fn arguments(input: ParseStream<'_>, layer: &mut Single, errors: &mut Errors) {
    while !input.is_empty() {
        let mut piece = Vec::new();
        while !input.is_empty() && !input.peek(Token![,]) && !input.peek(Token![;]) {
            piece.extend(tokens::next(input));
        }
        let separator = tokens::next(input);
        if let Some(TokenTree::Punct(semicolon)) = separator.as_ref().filter(|_| is(separator.as_ref(), ';')) {
            errors.at(semicolon, "expected `,` between two arguments, found `;`", "write `,`");
        }
        if piece.is_empty() {
            errors.at(separator, "expected an argument, found `,`", "remove this `,`");
            continue;
        }
        argument(&piece, layer, errors);
    }
}

fn argument(piece: &[TokenTree], layer: &mut Single, errors: &mut Errors) {
    if let [TokenTree::Ident(name), TokenTree::Punct(equals), value @ ..] = piece
        && equals.as_char() == '='
        && !(equals.spacing() == Spacing::Joint && is(value.first(), '>'))
    {
        return named(name, equals.span(), value, layer, errors);
    }
    if let Some(arrow) = Arrow::find(piece).or_else(|| Arrow::meant(piece)) {
        return shape(piece, &arrow, layer, errors);
    }
    if let [TokenTree::Ident(name), TokenTree::Punct(colon), value @ ..] = piece
        && colon.as_char() == ':'
        && !is(value.first(), ':')
        && !value.is_empty()
    {
        errors.at(colon, "expected `=` after an option's name, found `:`", format_args!("write `{name} = ...`"));
        return named(name, colon.span(), value, layer, errors);
    }
    layer.arguments.push(Argument { name: None, value: value(piece) });
}

/// `name = value`
fn named(name: &Ident, equals: Span, tokens: &[TokenTree], layer: &mut Single, errors: &mut Errors) {
    if tokens.is_empty() {
        errors.at_span(equals, format_args!("option `{name}` has no value"), format_args!("write `{name} = ...`"));
        return;
    }
    layer.arguments.push(Argument { name: Some(name.clone()), value: value(tokens) });
}

/// `input -> output`
fn shape(piece: &[TokenTree], arrow: &Arrow, layer: &mut Single, errors: &mut Errors) {
    let (input, operator, output) = arrow.split(piece);
    let operator: TokenStream = operator.iter().cloned().collect();
    if operator.is_empty() {
        let tokens: TokenStream = piece.iter().cloned().collect();
        errors.at(tokens, "expected `->` between two sizes, found nothing", "write `->`");
    } else if !arrow.right {
        let found = super::text(&operator);
        errors.at(&operator, format_args!("expected `->` between two sizes, found `{found}`"), "write `->`");
    }
    let extra = Arrow::find(output);
    if let Some(extra) = &extra {
        let (_, second, _) = extra.split(output);
        let second: TokenStream = second.iter().cloned().collect();
        errors.at(second, "a layer has one `->`", "write the next layer as a layer of its own, after a `,`");
    }
    let output = extra.map_or(output, |extra| extra.split(output).0);
    if input.is_empty() {
        errors.at(
            &operator,
            "the size before `->` is missing",
            "write the number of inputs, or `_` to take it from the layer before",
        );
    }
    if output.is_empty() {
        errors.at(&operator, "the size after `->` is missing", "write the number of outputs");
    }
    let side = |tokens: &[TokenTree]| if tokens.is_empty() { Value::Missing } else { value(tokens) };
    let shape = Shape { input: side(input), output: side(output) };
    if layer.shape.is_some() || !layer.arguments.is_empty() {
        let help = if layer.shape.is_some() { "remove one of them" } else { "write them before the options" };
        let message =
            if layer.shape.is_some() { "the sizes are given twice" } else { "the sizes stand after an option" };
        errors.at(piece.iter().cloned().collect::<TokenStream>(), message, help);
    }
    layer.shape.get_or_insert(shape);
}

/// The `->` of a shape, or what stands in its place.
struct Arrow {
    start: usize,
    end: usize,
    /// Whether it is `->`.
    right: bool,
}

impl Arrow {
    fn find(piece: &[TokenTree]) -> Option<Self> {
        let at = |i: usize, sign| is(piece.get(i), sign);
        let two = |a, b| (0..piece.len()).find(|&i| at(i, a) && at(i + 1, b));
        if let Some(start) = two('-', '>') {
            return Some(Self { start, end: start + 2, right: true });
        }
        if let Some(start) = two('=', '>').or_else(|| two('~', '>')).or_else(|| two('<', '-')) {
            return Some(Self { start, end: start + 2, right: false });
        }
        // a sign between two sizes; at the start it is a minus
        let one =
            (1..piece.len()).find(|&i| at(i, '-') || at(i, '>') || at(i, ':') && !at(i + 1, ':') && !at(i - 1, ':'));
        let sizes = |i: usize| is_size(piece.get(i - 1)) && is_size(piece.get(i + 1)) && piece.len() == i + 2;
        one.filter(|&i| sizes(i)).map(|start| Self { start, end: start + 1, right: false })
    }

    /// What stands in its place where it was not known how to write it: `2 .. 4`, `2 to 4`, and `2 4`, from which rustc has
    /// taken an arrow that it does not know.
    fn meant(piece: &[TokenTree]) -> Option<Self> {
        let [TokenTree::Literal(_), between @ .., TokenTree::Literal(_)] = piece else { return None };
        let is_arrow = between.iter().all(|tree| is(Some(tree), '.')) || matches!(between, [TokenTree::Ident(_)]);
        is_arrow.then_some(Self { start: 1, end: piece.len() - 1, right: false })
    }

    fn split<'a>(&self, piece: &'a [TokenTree]) -> (&'a [TokenTree], &'a [TokenTree], &'a [TokenTree]) {
        (&piece[..self.start], &piece[self.start..self.end], &piece[self.end..])
    }
}

fn is(tree: Option<&TokenTree>, sign: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn is_size(tree: Option<&TokenTree>) -> bool {
    match tree {
        Some(TokenTree::Literal(_) | TokenTree::Group(_)) => true,
        // a constant, or `_`; not the name of an option
        Some(TokenTree::Ident(name)) => !name.to_string().starts_with(char::is_lowercase),
        _ => false,
    }
}

pub fn value(tokens: &[TokenTree]) -> Value {
    let all: TokenStream = tokens.iter().cloned().collect();
    parse_value.parse2(all.clone()).unwrap_or_else(|_| match tokens {
        // a fragment of the user's own macro
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => Value::Expression(group.clone()),
        _ => Value::Other(all),
    })
}

fn parse_value(input: ParseStream<'_>) -> syn::Result<Value> {
    if input.peek(Token![_]) {
        input.parse().map(Value::Wildcard)
    } else if input.peek(Lit) {
        if input.peek(Token![-]) { input.parse().map(Value::Negative) } else { input.parse().map(Value::Literal) }
    } else if input.peek(Token![-]) {
        input.parse().map(Value::Negative)
    } else if input.peek(token::Brace) {
        input.parse().map(Value::Expression)
    } else if input.peek(token::Bracket) {
        input.parse().map(Value::Image)
    } else if let Some((_, Delimiter::None, ..)) = input.cursor().any_group()
        && input.fork().call(Path::parse_mod_style).is_err()
    {
        input.parse().map(Value::Expression)
    } else {
        let path = input.call(Path::parse_mod_style)?;
        if input.peek(token::Paren) { Ok(Value::Call(path, input.parse()?)) } else { Ok(Value::Path(path)) }
    }
}
