//! Judges what was written: sizes flow through the layers, names are looked up. Every mistake is reported and mended,
//! and the check goes on: whatever comes in, a network comes out.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::{ToTokens, format_ident};
use syn::{Ident, Lit};

use crate::catalogue::{self, ACTIVATIONS, Entry, INITIALIZERS, LAYERS, LayerOption, Named, OptionKind, ShapeRule};
use crate::errors::{Errors, listed, plural};
use crate::network::{Item, Kind, Layer, Meeting, Network, Setting, Size};
use crate::syntax::{self, Argument, Value, text};

/// Checks all networks of a declaration.
pub fn check(written: Vec<syntax::Network>, errors: &mut Errors) -> Vec<Network> {
    written.into_iter().filter_map(|network| self::network(network, errors)).collect()
}

fn network(written: syntax::Network, errors: &mut Errors) -> Option<Network> {
    let scalar = written.scalar.unwrap_or_else(|| Ident::new("f32", Span::call_site()));
    if scalar != "f32" && scalar != "f64" {
        errors.at(&scalar, format_args!("unknown scalar type `{scalar}`"), "the scalar types are `f32` and `f64`");
        return None;
    }
    let (mut layers, mut meetings, mut labels) = (Vec::new(), Vec::new(), HashMap::new());
    for layer in &written.layers {
        let layer = self::layer(layer, layers.last(), &mut labels, &mut meetings, errors);
        layers.push(layer);
    }
    if layers.is_empty() {
        errors.at_span(written.start, "the network has no layers", "write layers, as `Dense(2 -> 4, relu)`");
        return None;
    }
    let (attributes, visibility) = (written.attributes, written.visibility);
    Some(Network { attributes, visibility, name: written.name?, scalar, layers, meetings })
}

fn layer(
    written: &syntax::Layer,
    before: Option<&Layer>,
    labels: &mut HashMap<String, usize>,
    meetings: &mut Vec<Meeting>,
    errors: &mut Errors,
) -> Layer {
    let name = text(&written.kind);
    let bare = catalogue::find(ACTIVATIONS, &name);
    let is_own = written.kind.segments.len() > 1;
    let row = if is_own { None } else { Some(row(written, &name, bare.is_some(), errors)) };
    let is_same = row.is_some_and(|row| row.shape == ShapeRule::Same);
    let mut arguments: Vec<&Argument> = written.arguments.iter().collect();
    let produced = before.map(|before| before.outputs.clone());
    let stated = written.shape.as_ref().and_then(|shape| size(&shape.input, errors));
    let one = || Size::literal(1, Span::call_site());
    let inputs = match (produced, stated) {
        (Some(produced), Some(taken)) => {
            meet(&name, &taken, &produced, meetings, errors);
            produced
        }
        (Some(size), None) | (None, Some(size)) => size,
        (None, None) => {
            let help = format_args!("state its inputs, as `{name}(2 -> 4)`");
            errors.at(&written.kind, "the first layer must state how many inputs it takes", help);
            one()
        }
    };
    let outputs = if is_same {
        inputs.clone()
    } else if let Some(shape) = &written.shape {
        size(&shape.output, errors).unwrap_or_else(one)
    } else if arguments.first().is_some_and(|argument| argument.name.is_none()) {
        size(&arguments.remove(0).value, errors).unwrap_or_else(one)
    } else {
        let help = format_args!("write `{name}(4)`, or `{name}({inputs} -> 4)`");
        errors.at(&written.kind, format_args!("layer `{name}` has no size"), help);
        one()
    };
    let span = written.kind.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let kind = match row {
        None => {
            let calls = arguments
                .iter()
                .filter_map(|argument| Some((argument.name.clone()?, argument.value.to_token_stream())));
            Kind::Own { path: written.kind.clone(), calls: calls.collect() }
        }
        Some(row) => {
            let settings = match bare {
                Some(bare) => vec![Setting::Item(Item::BuiltIn { row: bare, span, number: None })],
                None => settings(row, &arguments, errors),
            };
            Kind::BuiltIn { row, span, settings }
        }
    };
    let label = written.label.clone().unwrap_or_else(|| label(&name, labels));
    Layer { label, kind, inputs, outputs, written: name }
}

/// The layer's row in the catalogue; for an unknown one, the first.
fn row(written: &syntax::Layer, name: &str, bare: bool, errors: &mut Errors) -> &'static catalogue::Layer {
    let sought = if bare { catalogue::ACTIVATION } else { name };
    catalogue::find(LAYERS, sought).unwrap_or_else(|| {
        let help = match catalogue::meant(LAYERS, name) {
            Some(known) => format!("a layer with a similar name exists: `{}`", known.name),
            None => format!("the layers are {}", listed(catalogue::names(LAYERS))),
        };
        errors.at(&written.kind, format_args!("unknown layer `{name}`"), help);
        &LAYERS[0]
    })
}

/// Compares a stated input with what the layer before produces.
fn meet(name: &str, taken: &Size, produced: &Size, meetings: &mut Vec<Meeting>, errors: &mut Errors) {
    match (taken, produced) {
        (Size::Literal { value: a, .. }, Size::Literal { value: b, .. }) if a == b => {}
        (Size::Literal { value, span }, Size::Literal { .. }) => {
            let inputs = plural(value, "input");
            let message = format_args!("layer `{name}` takes {inputs}, but the layer before it produces {produced}");
            let help = format_args!("write `{produced} ->`, or `_ ->` to take it from the layer before");
            errors.at_span(*span, message, help);
        }
        _ if taken.to_string() == produced.to_string() => {}
        _ => meetings.push(Meeting { taken: taken.clone(), produced: produced.clone() }),
    }
}

/// A size; `None` for `_`, and after a mistake.
fn size(value: &Value, errors: &mut Errors) -> Option<Size> {
    let help = "a size is a positive integer, a constant's path, or an expression in braces";
    match value {
        Value::Wildcard(_) => None,
        Value::Literal(Lit::Int(literal)) => match literal.base10_parse::<u32>() {
            Ok(number) if number > 0 => Some(Size::literal(number, literal.span())),
            _ => {
                errors.at(literal, format_args!("`{literal}` is not a size"), help);
                None
            }
        },
        Value::Path(path) => {
            let span = path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
            Some(Size::Expression { tokens: path.to_token_stream(), span })
        }
        Value::Expression(group) => Some(Size::Expression { tokens: group.stream(), span: group.span() }),
        other => {
            errors.at(other, format_args!("`{}` is not a size", text(other)), help);
            None
        }
    }
}

/// The value of each option, in the order of the row.
fn settings(row: &'static catalogue::Layer, arguments: &[&Argument], errors: &mut Errors) -> Vec<Setting> {
    let fits = |argument: &Argument, option: &LayerOption| match &argument.name {
        Some(name) => name == option.name,
        None => option.value == OptionKind::Activation,
    };
    for argument in arguments {
        if let Some(name) = argument.name.as_ref().filter(|_| !row.options.iter().any(|option| fits(argument, option)))
        {
            let known = listed(row.options.iter().map(|option| option.name));
            let message = format_args!("layer `{}` has no option `{name}`", row.name);
            errors.at(name, message, format_args!("its options are {known}"));
        }
    }
    let options = row.options.iter().map(|option| {
        let given: Vec<_> = arguments.iter().filter(|argument| fits(argument, option)).collect();
        if let [_, again, ..] = given.as_slice() {
            errors.at(again, format_args!("option `{}` is given twice", option.name), "remove one of them");
        }
        let value = given.first().map(|argument| &argument.value);
        setting(option, value, errors)
    });
    options.collect()
}

fn setting(option: &LayerOption, value: Option<&Value>, errors: &mut Errors) -> Setting {
    let (rows, what) = match option.value {
        OptionKind::Flag => {
            let written = value.map_or_else(|| "true".to_owned(), text);
            if let Some(value) = value.filter(|_| written != "true" && written != "false") {
                errors.at(value, format_args!("option `{}` is `true` or `false`", option.name), "write one of the two");
            }
            return Setting::Flag(written != "false");
        }
        OptionKind::Activation => (ACTIVATIONS, "activation"),
        OptionKind::Initializer => (INITIALIZERS, "initializer"),
    };
    let default = option.default.and_then(|default| catalogue::find(rows, default)).unwrap_or(&rows[0]);
    let mended = |row| Setting::Item(Item::BuiltIn { row, span: Span::mixed_site(), number: None });
    let (path, number) = match value {
        None => return mended(default),
        Some(Value::Path(path)) if path.segments.len() > 1 => return Setting::Item(Item::Own(path.clone())),
        Some(Value::Path(path)) => (path, None),
        Some(Value::Call(path, group)) => (path, Some(group.stream())),
        Some(other) => {
            errors.at(other, format_args!("`{}` is not an {what}", text(other)), names_of(rows));
            return mended(default);
        }
    };
    let name = text(path);
    let span = path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let Some(row) = catalogue::find(rows, &name) else {
        let known = catalogue::meant(rows, &name);
        let help = match known {
            Some(known) => format!("an {what} with a similar name exists: `{}`", known.name),
            None => names_of(rows),
        };
        errors.at(path, format_args!("unknown {what} `{name}`"), help);
        return mended(known.unwrap_or(default));
    };
    if row.number != number.is_some() {
        let (message, help) = if row.number {
            ("needs a number", format!("write `{name}(0.1)`"))
        } else {
            ("takes no number", format!("write `{name}`"))
        };
        errors.at(value, format_args!("`{name}` {message}"), help);
        return mended(default);
    }
    Setting::Item(Item::BuiltIn { row, span, number })
}

fn names_of(rows: &'static [Named]) -> String {
    format!("there are {}", listed(rows.iter().map(Entry::name)))
}

/// Keras's default: the kind in snake case, counted.
fn label(name: &str, labels: &mut HashMap<String, usize>) -> Ident {
    let mut snake = String::new();
    for letter in name.rsplit(':').next().unwrap_or(name).chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    let count = labels.entry(snake.clone()).or_default();
    *count += 1;
    if *count == 1 { format_ident!("{snake}") } else { format_ident!("{snake}_{}", *count - 1) }
}
