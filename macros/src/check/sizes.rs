//! Sizes: what they may be, and whether they meet.

use proc_macro2::{Span, TokenTree};
use quote::ToTokens as _;
use syn::Lit;

use crate::catalogue::{GROUPS, Layer, ShapeRule};
use crate::errors::{Errors, plural};
use crate::network::{Meeting, Setting, Size};
use crate::syntax::{Value, text};

/// What can be written as a size.
const A_SIZE: &str = "a size is a positive integer, a constant's path, or an expression in braces";

/// A size; `None` for `_`, [`Size::Unknown`] after a mistake.
pub(super) fn size(value: &Value, errors: &mut Errors) -> Option<Size> {
    let (message, help) = match value {
        Value::Wildcard(_) => return None,
        Value::Missing => return Some(Size::Unknown(errors.latest())),
        Value::Literal(Lit::Int(literal)) if literal.suffix().is_empty() || literal.suffix() == "usize" => {
            match literal.base10_parse::<u32>() {
                Ok(number) if number > 0 => return Some(Size::literal(number, literal.span())),
                Ok(_) => ("`0` is not a size".to_owned(), "a layer has at least 1 of them".to_owned()),
                Err(_) => (format!("`{literal}` is not a size"), format!("the largest is {}", u32::MAX)),
            }
        }
        Value::Literal(Lit::Int(literal)) => {
            let (first, suffix) = (literal.base10_digits(), literal.suffix());
            // `28x28`
            let second = suffix.strip_prefix('x').filter(|second| second.parse::<u32>().is_ok());
            let help =
                second.map_or_else(|| format!("write `{first}`"), |second| format!("write `{{ {first} * {second} }}`"));
            (format!("`{literal}` is not a size"), help)
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
        Value::Other(tokens) if tokens.clone().into_iter().all(|tree| matches!(tree, TokenTree::Punct(_))) => {
            (format!("`{}` is not a size", text(value)), A_SIZE.to_owned())
        }
        Value::Call(..) | Value::Other(_) => (
            format!("`{}` is not a size", text(value)),
            format!("write an expression in braces, as `{{ {} }}`", text(value)),
        ),
        Value::Literal(_) | Value::Negative(_) => (
            format!("`{}` is not a size", text(value)),
            meant(&text(value)).map_or_else(|| A_SIZE.to_owned(), |size| format!("write `{size}`")),
        ),
    };
    errors.at(value, message, help);
    Some(Size::Unknown(errors.latest()))
}

/// The size that somebody most likely meant: `4` by `4.0`, `-4` and `"4"`, `HIDDEN` by `"HIDDEN"`.
fn meant(written: &str) -> Option<String> {
    let bare = written.trim_matches('"').trim_start_matches('-').trim();
    let number = bare.trim_end_matches("f32").trim_end_matches("f64").trim_end_matches('_').replace('_', "");
    match number.parse::<f64>() {
        Ok(number) if (1.0..=f64::from(u32::MAX)).contains(&number) && number.fract() == 0.0 => {
            Some(number.to_string())
        }
        Ok(_) => None,
        Err(_) => syn::parse_str::<syn::Path>(bare).ok().filter(|_| written.starts_with('"')).map(|_| bare.to_owned()),
    }
}

/// Compares a stated input with what the layer before produces; what only the compiler can compare is left to it.
pub(super) fn meet(name: &str, taken: &Size, produced: &Size, errors: &mut Errors) -> Option<Meeting> {
    let meets = taken.meets(produced);
    if meets == Some(false) {
        let inputs = plural(taken, "input");
        let message = format_args!("layer `{name}` takes {inputs}, but the layer before it produces {produced}");
        let help = format_args!("write `{produced} ->`, or `_ ->` to take it from the layer before");
        errors.at_span(taken.span(), message, help);
    }
    meets.is_none().then(|| Meeting { taken: taken.clone(), produced: produced.clone() })
}

/// Whether a layer can give as many numbers as it is told to; what only the compiler knows is checked in the code.
pub(super) fn gives(row: &Layer, taken: &Size, given: &Size, errors: &mut Errors) -> bool {
    let (Size::Literal { value: taken, .. }, Size::Literal { value: numbers, .. }) = (taken, given) else {
        return true;
    };
    let (name, span) = (row.name, given.span());
    let (message, help) = match row.shape {
        ShapeRule::Half if taken % 2 == 1 => (
            format!("layer `{name}` gives half as many numbers as it takes, and there is no half of {taken}"),
            "let the layer before it produce an even number".to_owned(),
        ),
        ShapeRule::Half if taken / 2 != *numbers => (
            format!("layer `{name}` gives half as many numbers as it takes, and {numbers} is not half of {taken}"),
            format!("write `{}`, or leave the sizes out", taken / 2),
        ),
        ShapeRule::OfHalves if taken % 2 == 1 => (
            format!("layer `{name}` takes two halves, and there is no half of {taken}"),
            "let the layer before it produce an even number".to_owned(),
        ),
        ShapeRule::OfHalves if *numbers != 1 => {
            (format!("layer `{name}` gives one number, not {numbers}"), "write `1`, or leave the sizes out".to_owned())
        }
        ShapeRule::Part if numbers > taken => (
            format!("layer `{name}` gives some of the numbers that it takes, and {numbers} are more than {taken}"),
            format!("write `{taken}`, or less"),
        ),
        ShapeRule::Multiple | ShapeRule::Rows if numbers % taken != 0 => (
            format!("layer `{name}` gives several numbers for each of {taken}, and {numbers} is no multiple of it"),
            format!("write `{}`, for instance", numbers.div_ceil(*taken).saturating_mul(*taken)),
        ),
        _ => return true,
    };
    errors.at_span(span, message, help);
    false
}

/// Sizes to show in a help, of a layer that takes `inputs`: what it could give.
pub(super) fn example(rule: Option<ShapeRule>, inputs: &Size) -> (String, String) {
    let of = |unknown: u32, known: fn(u32) -> u32, any: fn(&Size) -> String| match inputs {
        Size::Unknown(_) => (unknown.to_string(), known(unknown).to_string()),
        Size::Literal { value, .. } => (value.to_string(), known(*value).to_string()),
        Size::Expression { .. } | Size::Constant { .. } => (inputs.to_string(), any(inputs)),
    };
    match rule {
        Some(ShapeRule::Half) => of(4, |inputs| inputs / 2, |inputs| format!("{{ {inputs} / 2 }}")),
        Some(ShapeRule::OfHalves) => of(4, |_| 1, |_| "1".to_owned()),
        Some(ShapeRule::Part) => of(4, |inputs| inputs.div_ceil(2), |inputs| format!("{{ {inputs} / 2 }}")),
        Some(ShapeRule::Multiple | ShapeRule::Rows) => {
            of(2, |inputs| inputs.saturating_mul(2), |inputs| format!("{{ 2 * {inputs} }}"))
        }
        _ => of(2, |_| 4, |_| "4".to_owned()),
    }
}

/// The settings, in which groups of inputs are as large as each other; what only the compiler knows is checked in the
/// code.
pub(super) fn groups(row: &Layer, mut settings: Vec<Setting>, taken: &Size, errors: &mut Errors) -> Vec<Setting> {
    let place = row.options.iter().position(|option| option.name == GROUPS);
    if let Some(setting) = place.and_then(|place| settings.get_mut(place))
        && let (Setting::Size(Size::Literal { value: groups, span }), Size::Literal { value: taken, .. }) =
            (&*setting, taken)
        && taken % groups != 0
    {
        let message =
            format_args!("layer `{}` has groups as large as each other, and {groups} do not make {taken}", row.name);
        errors.at_span(*span, message, format_args!("write `{}`, for instance", divisor(*groups, *taken)));
        *setting = Setting::Size(Size::Unknown(errors.latest()));
    }
    settings
}

/// The greatest number that divides both.
fn divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Whether what stands inside a layer gives back as much as it takes; what only the compiler knows is checked in the
/// code.
pub(super) fn give_back(what: &str, taken: &Size, given: &Size, errors: &mut Errors) -> bool {
    let meets = taken.meets(given).unwrap_or(true);
    if !meets {
        let inputs = plural(taken, "input");
        let message = format_args!("what {what} takes {inputs}, but gives back {given}");
        errors.at_span(given.span(), message, format_args!("let its last layer produce {taken}, as `-> {taken}`"));
    }
    meets
}
