//! The numbers of an activation, an initialiser, a regularizer or a constraint: as many as it takes, and floats.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{Lit, LitInt, LitStr};

use crate::catalogue::{NEVER_NEGATIVE, Named, Number};
use crate::errors::{listed, plural};
use crate::syntax::{Value, text};

/// What stands in the parentheses after a name, to be handed on; or what is wrong with it, and how to write it.
pub(super) fn numbers(
    row: &'static Named,
    written: Option<TokenStream>,
) -> Result<Option<TokenStream>, (String, String)> {
    let (names, example) = (row.numbers(), row.example());
    let Some(written) = written else {
        return match row.number {
            Number::Must(_) => Err(("needs a number".to_owned(), format!("write `{example}`"))),
            Number::No | Number::May(_) => Ok(None),
        };
    };
    if names.is_empty() {
        return Err(("takes no number".to_owned(), format!("write `{example}`")));
    }
    let Some(pieces) = pieces(&written) else { return Ok(Some(written)) };
    let nameless: Vec<String> = pieces.iter().map(|piece| text(stream(without_name(piece)))).collect();
    if pieces.iter().any(|piece| without_name(piece).len() < piece.len()) {
        let help = format!("write `{}({})`", row.name, nameless.join(", "));
        return Err(("takes its numbers without names".to_owned(), help));
    }
    if pieces.len() != names.len() {
        let values = plural(names.len(), "value");
        let message = format!("takes {values}, {}, not {}", listed(names), pieces.len());
        return Err((message, format!("write `{example}`, for instance")));
    }
    if let Some(string) = pieces.iter().find_map(|piece| syn::parse2::<LitStr>(stream(piece)).ok()) {
        let help = format!("write `{}`, without quotes", string.value());
        return Err((format!("takes numbers, and `{}` is a string", text(string)), help));
    }
    let negative =
        names.iter().zip(&pieces).find(|(name, piece)| NEVER_NEGATIVE.contains(name) && is(piece.first(), '-'));
    if let Some((name, _)) = negative {
        let positive: Vec<&str> = nameless.iter().map(|number| number.trim_start_matches('-')).collect();
        let help = format!("write `{}({})`", row.name, positive.join(", "));
        return Err((format!("takes no negative number as its `{name}`"), help));
    }
    let floats = pieces.iter().map(|piece| float(piece));
    Ok(Some(quote!(#(#floats),*)))
}

/// The number that an option is given; `None` if the value cannot be one.
pub(super) fn number(value: &Value) -> Option<TokenStream> {
    match value {
        Value::Wildcard(_) | Value::Image(_) => None,
        Value::Literal(literal) if !matches!(literal, Lit::Int(_) | Lit::Float(_)) => None,
        Value::Expression(group) => Some(group.stream()),
        _ => Some(float(&value.to_token_stream().into_iter().collect::<Vec<_>>())),
    }
}

/// What stands between commas; `None` where the angles of generics may hide some of them.
fn pieces(written: &TokenStream) -> Option<Vec<Vec<TokenTree>>> {
    let trees: Vec<TokenTree> = written.clone().into_iter().collect();
    if trees.iter().any(|tree| is(Some(tree), '<')) {
        return None;
    }
    let mut pieces: Vec<Vec<TokenTree>> = trees.split(|tree| is(Some(tree), ',')).map(<[_]>::to_vec).collect();
    // nothing at all, or a comma after the last
    pieces.pop_if(|last| last.is_empty());
    Some(pieces)
}

/// `0.3` of `negative_slope = 0.3`.
fn without_name(piece: &[TokenTree]) -> &[TokenTree] {
    match piece {
        [TokenTree::Ident(_), equals, value @ ..] if is(Some(equals), '=') && !is(value.first(), '=') => value,
        _ => piece,
    }
}

/// `1.0` for `1`: no number here counts anything.
fn float(piece: &[TokenTree]) -> TokenStream {
    let (sign, number) = if is(piece.first(), '-') { piece.split_at(1) } else { piece.split_at(0) };
    let integer = syn::parse2::<LitInt>(stream(number)).ok().filter(|integer| integer.suffix().is_empty());
    let Some((integer, value)) =
        integer.and_then(|integer| Some((integer.span(), integer.base10_parse::<u32>().ok()?)))
    else {
        return stream(piece);
    };
    let mut float = Literal::f64_unsuffixed(f64::from(value));
    float.set_span(integer);
    let sign = sign.first();
    quote!(#sign #float).into_token_stream()
}

fn stream(trees: &[TokenTree]) -> TokenStream {
    trees.iter().cloned().collect()
}

fn is(tree: Option<&TokenTree>, sign: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}
