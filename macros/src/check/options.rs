//! What a layer is given beside its sizes: names are looked up in the catalogue.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Path;

use super::instead::{instead_of, instead_of_option, names_of};
use super::numbers::{number, numbers};
use super::sizes::size;
use crate::catalogue::{
    self, ACTIVATIONS, CONSTRAINTS, INITIALIZERS, LayerOption, Named, OptionKind, REGULARIZERS, TRAINABLE,
};
use crate::errors::{Errors, listed};
use crate::network::{Item, Setting, Size};
use crate::syntax::{Argument, Value, text};

/// The value of each option, in the order of the row.
pub(super) fn settings(
    row: &'static catalogue::Layer,
    kind: &Path,
    arguments: &[&Argument],
    errors: &mut Errors,
) -> Vec<Setting> {
    nameless(row, arguments, errors);
    unknown_names(row, arguments, errors);
    row.options.iter().map(|option| given(row, option, kind, arguments, errors)).collect()
}

/// Whether an argument has no name, and is no activation by its form.
fn is_nameless(argument: &Argument) -> bool {
    argument.name.is_none() && !is_activation(&argument.value)
}

/// Whether an argument is for this option of the layer.
fn fits(row: &catalogue::Layer, option: &LayerOption, argument: &Argument) -> bool {
    if lacks_value(row, argument) {
        return false;
    }
    match (&argument.name, option.value) {
        (Some(name), _) => name == option.name,
        (None, OptionKind::Activation) => is_activation(&argument.value),
        (None, OptionKind::Alone(_)) => !is_built_in(&argument.value),
        (None, _) => false,
    }
}

/// Whether an argument is nothing but an option's name.
fn lacks_value(row: &catalogue::Layer, argument: &Argument) -> bool {
    argument.name.is_none()
        && matches!(&argument.value, Value::Path(path) if row.options.iter().any(|option| path.is_ident(option.name)))
}

/// Reports arguments without a name that are for no option.
fn nameless(row: &'static catalogue::Layer, arguments: &[&Argument], errors: &mut Errors) {
    let fits_none = |argument: &&&Argument| !row.options.iter().any(|option| fits(row, option, argument));
    for argument in arguments.iter().filter(|argument| argument.name.is_none()).filter(fits_none) {
        let (name, shown) = (row.name, text(&argument.value));
        if lacks_value(row, argument) {
            let help = format_args!("write `{shown} = ...`");
            errors.at(argument, format_args!("option `{shown}` has no value"), help);
        } else if row.takes_activation() {
            let help = match row.options.iter().find(|option| option.value == OptionKind::Flag) {
                Some(flag) if shown == "true" || shown == "false" => format!("write `{} = {shown}`", flag.name),
                _ => instead_of(&argument.value, ACTIVATIONS),
            };
            errors.at(argument, format_args!("`{shown}` is not an activation"), help);
        } else if is_activation(&argument.value) {
            let help = format_args!("write it after the layer, as `{name}, {shown}`");
            errors.at(argument, format_args!("layer `{name}` takes no activation"), help);
        } else {
            let help = match row.options {
                [] => format!("write `{name}` alone"),
                _ => format!("its options are {}", listed(row.options.iter().map(|option| option.name))),
            };
            errors.at(argument, format_args!("an option of layer `{name}` must be named"), help);
        }
    }
}

/// Reports names that are those of no option.
fn unknown_names(row: &'static catalogue::Layer, arguments: &[&Argument], errors: &mut Errors) {
    for name in arguments.iter().filter_map(|argument| argument.name.as_ref()) {
        let written = name.to_string();
        if !row.options.iter().any(|option| option.name == written) {
            let message = format_args!("layer `{}` has no option `{name}`", row.name);
            errors.at(name, message, instead_of_option(row, &written));
        }
    }
}

/// The value of one option.
fn given(
    row: &'static catalogue::Layer,
    option: &LayerOption,
    kind: &Path,
    arguments: &[&Argument],
    errors: &mut Errors,
) -> Setting {
    let given: Vec<_> = arguments.iter().filter(|argument| fits(row, option, argument)).collect();
    if let [_, again, ..] = given.as_slice() {
        errors.at(again, format_args!("option `{}` is given twice", option.name), "remove one of them");
    }
    let value = given.first().map(|argument| &argument.value);
    if value.is_none() {
        let is_activation = option.value == OptionKind::Activation;
        // what has no name, and has been reported, may be what was meant
        let may_be_nameless = is_activation || option.value == OptionKind::Number;
        let mistaken = may_be_nameless && arguments.iter().any(|argument| is_nameless(argument));
        if !mistaken && option.default.is_none() {
            let message = format_args!("layer `{}` has no {}", row.name, option.name);
            let example = match option.value {
                OptionKind::Number => format!("{} = 0.5", option.name),
                OptionKind::Size => format!("{} = 100", option.name),
                OptionKind::Alone(_) => "0.5".to_owned(),
                _ => "relu".to_owned(),
            };
            errors.at(kind, message, format_args!("write one, as `{}({example})`", row.name));
        }
        if is_activation && (mistaken || option.default.is_none()) {
            return unknown(errors);
        }
    }
    setting(option, value, errors)
}

/// The options of a layer as the catalogue has them, but for the activation, which the latest mistake leaves unknown.
pub(super) fn mistaken(row: &'static catalogue::Layer, errors: &mut Errors) -> Vec<Setting> {
    let options = row.options.iter().map(|option| match option.value {
        OptionKind::Activation => unknown(errors),
        _ => setting(option, None, errors),
    });
    options.collect()
}

/// After a mistake.
fn unknown(errors: &Errors) -> Setting {
    Setting::Item(Item::Unknown(errors.latest()))
}

/// Takes `trainable = ...` out of the arguments; whether it says that the layer is trained.
pub(super) fn trainable(arguments: &mut Vec<&Argument>, errors: &mut Errors) -> bool {
    let mut given = Vec::new();
    arguments.retain(|argument| {
        let is_it = argument.name.as_ref().is_some_and(|name| name == TRAINABLE.name);
        if is_it {
            given.push(*argument);
        }
        !is_it
    });
    if let [_, again, ..] = given.as_slice() {
        errors.at(again, format_args!("option `{}` is given twice", TRAINABLE.name), "remove one of them");
    }
    !matches!(setting(&TRAINABLE, given.first().map(|argument| &argument.value), errors), Setting::Flag(false))
}

fn setting(option: &LayerOption, value: Option<&Value>, errors: &mut Errors) -> Setting {
    let (rows, what) = match option.value {
        OptionKind::Flag | OptionKind::Trainable => {
            let default = option.default == Some("true");
            let Some(value) = value else { return Setting::Flag(default) };
            let on = match &*text(value) {
                "true" => true,
                "false" => false,
                _ => {
                    let message = format_args!("option `{}` is `true` or `false`", option.name);
                    errors.at(value, message, format_args!("write `{} = {}`", option.name, !default));
                    default
                }
            };
            return Setting::Flag(on);
        }
        OptionKind::Number | OptionKind::Alone(_) => {
            let Some(value) = value else { return Setting::Number(None) };
            let number = number(value);
            if number.is_none() {
                let message = format_args!("option `{}` is a number", option.name);
                errors.at(
                    value,
                    message,
                    format_args!("write `{} = {}`", option.name, option.default.unwrap_or("0.5")),
                );
            }
            if let OptionKind::Alone(limits) = option.value
                && let Some(Ok(number)) = number.as_ref().map(|number| text(number).replace(['_', ' '], "").parse())
                && let Err(must) = limits.check(number)
            {
                errors.at(value, format_args!("option `{}` {must}", option.name), "write `0.5`, for instance");
                return Setting::Number(None);
            }
            return Setting::Number(number);
        }
        OptionKind::Size => {
            let size = value.and_then(|value| {
                size(value, errors).or_else(|| {
                    errors.at(value, "`_` is not a size", format_args!("write `{} = 100`", option.name));
                    None
                })
            });
            return Setting::Size(size.unwrap_or_else(|| Size::Unknown(errors.latest())));
        }
        OptionKind::Regularizer | OptionKind::Constraint if value.is_none() => return Setting::Nothing,
        OptionKind::Activation => (ACTIVATIONS, "an activation"),
        OptionKind::Initializer => (INITIALIZERS, "an initializer"),
        OptionKind::Regularizer => (REGULARIZERS, "a regularizer"),
        OptionKind::Constraint => (CONSTRAINTS, "a constraint"),
    };
    let default = option.default.and_then(|default| catalogue::find(rows, default)).unwrap_or(&rows[0]);
    let mended = |row| Setting::Item(Item::BuiltIn { row, span: Span::mixed_site(), number: None });
    let (path, number) = match value {
        None => return mended(default),
        Some(Value::Path(path)) if path.segments.len() > 1 => return Setting::Item(Item::Own(path.clone())),
        Some(Value::Path(path)) => (path, None),
        Some(Value::Call(path, group)) => (path, Some(group.stream())),
        Some(other) => {
            errors.at(other, format_args!("`{}` is not {what}", text(other)), instead_of(other, rows));
            return unknown(errors);
        }
    };
    let name = text(path);
    let span = path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let Some(row) = catalogue::find(rows, &name) else {
        let known = catalogue::meant(rows, &name);
        let help = match known {
            Some(known) => catalogue::suggestion(what, known, &name),
            None => format!("{}; one of your own is written by its path, as `self::{name}`", names_of(rows)),
        };
        let what = what.split_once(' ').map_or(what, |(_, noun)| noun);
        errors.at(path, format_args!("unknown {what} `{name}`"), help);
        return known.map_or_else(|| unknown(errors), mended);
    };
    item(row, span, number, value, errors)
}

/// What is built in, with its numbers, or an unknown one if they are wrong.
pub(super) fn item(
    row: &'static Named,
    span: Span,
    number: Option<TokenStream>,
    written: impl ToTokens,
    errors: &mut Errors,
) -> Setting {
    match numbers(row, number) {
        Ok(number) => Setting::Item(Item::BuiltIn { row, span, number }),
        Err((message, help)) => {
            errors.at(written, format_args!("`{}` {message}", row.name), help);
            unknown(errors)
        }
    }
}

/// Whether a value may be an activation by its form.
fn is_activation(value: &Value) -> bool {
    matches!(value, Value::Path(path) if !path.is_ident("true") && !path.is_ident("false"))
        || matches!(value, Value::Call(..))
}

/// Whether a value is an activation by its name.
fn is_built_in(value: &Value) -> bool {
    matches!(value, Value::Path(path) | Value::Call(path, _) if catalogue::find(ACTIVATIONS, &text(path)).is_some())
}
