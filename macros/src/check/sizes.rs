//! Sizes: what they may be, and whether they meet.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::Lit;

use crate::errors::{Errors, plural};
use crate::network::{Meeting, Rule, Size};
use crate::syntax::{Value, text};

/// A size; `None` for `_`, [`Size::Unknown`] after a mistake.
pub(super) fn size(value: &Value, errors: &mut Errors) -> Option<Size> {
    let (message, help) = match value {
        Value::Wildcard(_) => return None,
        Value::Literal(Lit::Int(literal)) if literal.suffix().is_empty() || literal.suffix() == "usize" => {
            match literal.base10_parse::<u32>() {
                Ok(number) if number > 0 => return Some(Size::literal(number, literal.span())),
                Ok(_) => ("`0` is not a size".to_owned(), "a layer has at least 1 of them".to_owned()),
                Err(_) => (format!("`{literal}` is not a size"), format!("the largest is {}", u32::MAX)),
            }
        }
        Value::Literal(Lit::Int(literal)) => {
            (format!("`{literal}` is not a size"), format!("write `{}`", literal.base10_digits()))
        }
        Value::Path(path) => {
            let span = path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
            return Some(Size::Expression { tokens: path.to_token_stream(), span });
        }
        Value::Expression(group) => return Some(Size::Expression { tokens: group.stream(), span: group.span() }),
        Value::Image(_) => (
            format!("`{}` is not a size: layers take rows of numbers", text(value)),
            "write how many numbers there are in all".to_owned(),
        ),
        Value::Call(..) | Value::Other(_) => (
            format!("`{}` is not a size", text(value)),
            format!("write an expression in braces, as `{{ {} }}`", text(value)),
        ),
        Value::Literal(_) | Value::Negative(_) => (
            format!("`{}` is not a size", text(value)),
            "a size is a positive integer, a constant's path, or an expression in braces".to_owned(),
        ),
    };
    errors.at(value, message, help);
    Some(Size::Unknown(errors.latest()))
}

/// Compares a stated input with what the layer before produces.
pub(super) fn meet(name: &str, taken: &Size, produced: &Size, meetings: &mut Vec<Meeting>, errors: &mut Errors) {
    compare(taken, produced, Rule::Meets, meetings, || {
        let inputs = plural(taken, "input");
        let message = format_args!("layer `{name}` takes {inputs}, but the layer before it produces {produced}");
        let help = format_args!("write `{produced} ->`, or `_ ->` to take it from the layer before");
        errors.at_span(taken.span(), message, help);
    });
}

/// Whether what stands inside a layer gives back as much as it takes.
pub(super) fn give_back(
    what: &str,
    taken: &Size,
    given: &Size,
    meetings: &mut Vec<Meeting>,
    errors: &mut Errors,
) -> bool {
    let mut meets = true;
    compare(taken, given, Rule::GivesBack, meetings, || {
        meets = false;
        let inputs = plural(taken, "input");
        let message = format_args!("what {what} takes {inputs}, but gives back {given}");
        errors.at_span(given.span(), message, format_args!("let its last layer produce {taken}, as `-> {taken}`"));
    });
    meets
}

fn compare(taken: &Size, other: &Size, rule: Rule, meetings: &mut Vec<Meeting>, differ: impl FnOnce()) {
    match (taken, other) {
        (Size::Unknown(_), _) | (_, Size::Unknown(_)) => {}
        (Size::Literal { value: a, .. }, Size::Literal { value: b, .. }) if a == b => {}
        (Size::Literal { .. }, Size::Literal { .. }) => differ(),
        _ if taken.to_string() == other.to_string() => {}
        _ => meetings.push(Meeting { rule, taken: taken.clone(), other: other.clone() }),
    }
}
