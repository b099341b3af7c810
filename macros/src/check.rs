//! Judges what was written: sizes flow through the layers, names are looked up. Every mistake is reported and mended,
//! and the check goes on: whatever comes in, a network comes out.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{Attribute, Ident, Lit, Path};

use crate::catalogue::{
    self, ACTIVATIONS, Entry, INITIALIZERS, LAYERS, LayerOption, Named, Number, OptionKind, ShapeRule,
};
use crate::errors::{Errors, listed, plural};
use crate::network::{Item, Kind, Layer, Meeting, Network, Setting, Size};
use crate::syntax::{self, Argument, Value, text};

/// Checks all networks of a declaration.
pub fn check(written: Vec<syntax::Network>, errors: &mut Errors) -> Vec<Network> {
    let mut networks: Vec<Network> = Vec::new();
    for network in written {
        let Some(network) = self::network(network, errors) else { continue };
        if networks.iter().any(|other| other.name == network.name) {
            let message = format_args!("two networks are called `{}`", network.name);
            errors.at(&network.name, message, "choose another name for one of them");
        } else {
            networks.push(network);
        }
    }
    networks
}

fn network(written: syntax::Network, errors: &mut Errors) -> Option<Network> {
    let mut scalar = written.scalar.unwrap_or_else(|| Ident::new("f32", Span::call_site()));
    if scalar != "f32" && scalar != "f64" {
        errors.at(&scalar, format_args!("unknown scalar type `{scalar}`"), "the scalar types are `f32` and `f64`");
        scalar = Ident::new("f32", scalar.span());
    }
    let (mut layers, mut meetings, mut counts) = (Vec::new(), Vec::new(), HashMap::new());
    for layer in &written.layers {
        let layer = self::layer(layer, layers.last(), &mut counts, &mut meetings, errors);
        layers.push(layer);
    }
    if layers.is_empty() {
        errors.at_span(written.start, "the network has no layers", "write layers, as `Dense(2 -> 4, relu)`");
        return None;
    }
    labels(&mut layers, errors);
    for layer in &mut layers {
        lonely_softmax(layer, errors);
    }
    let attributes = attributes(written.attributes, errors);
    Some(Network { attributes, visibility: written.visibility, name: written.name?, scalar, layers, meetings })
}

/// The layout is what makes the flat view of the parameters sound, so it is not for others to choose.
fn attributes(written: Vec<Attribute>, errors: &mut Errors) -> Vec<Attribute> {
    let (refused, kept): (Vec<_>, Vec<_>) =
        written.into_iter().partition(|attribute| attribute.path().is_ident("repr"));
    for attribute in refused {
        errors.at(attribute, "`repr` cannot apply to a network, whose layout is fixed", "remove it");
    }
    kept
}

/// A label is the name of a field: it must be one, and the only one.
fn labels(layers: &mut [Layer], errors: &mut Errors) {
    let mut taken = HashSet::new();
    for (index, layer) in layers.iter_mut().enumerate() {
        let label = layer.label.to_string();
        if syn::parse_str::<Ident>(&label).is_err() {
            errors.at(&layer.label, format_args!("label `{label}` is a keyword"), "choose another label");
            layer.label = format_ident!("__label_{index}");
        }
        if !taken.insert(layer.label.to_string()) {
            let help = "give one of them another label, as `label: Dense(...)`";
            errors.at(&layer.label, format_args!("two layers are called `{label}`"), help);
            layer.label = format_ident!("__label_{index}");
        }
    }
}

/// A softmax over one output is always 1, and never learns.
fn lonely_softmax(layer: &mut Layer, errors: &mut Errors) {
    let Kind::BuiltIn { settings, .. } = &mut layer.kind else { return };
    if !matches!(layer.outputs, Size::Literal { value: 1, .. }) {
        return;
    }
    for setting in settings {
        if let Setting::Item(Item::BuiltIn { row, span, .. }) = setting
            && row.name == "softmax"
            && let Some(sigmoid) = catalogue::find(ACTIVATIONS, "sigmoid")
        {
            let help = "write `sigmoid` for one probability, or give the layer an output for each class";
            errors.at_span(*span, "`softmax` over one output is always 1", help);
            *row = sigmoid;
        }
    }
}

fn layer(
    written: &syntax::Layer,
    before: Option<&Layer>,
    counts: &mut HashMap<String, usize>,
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
        if let Some(size) = written.shape.as_ref().and_then(|shape| size(&shape.output, errors))
            && size.to_string() != inputs.to_string()
        {
            let message = format_args!("layer `{name}` gives as many numbers as it takes, {inputs}, not {size}");
            errors.at_span(size.span(), message, format_args!("write `{inputs}`, or leave the sizes out"));
        }
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
        None => Kind::Own { path: written.kind.clone(), calls: calls(&name, &arguments, errors) },
        Some(row) => {
            let settings = match bare {
                Some(bare) => {
                    for argument in &arguments {
                        let message = format_args!("layer `{name}` takes no argument");
                        errors.at(argument, message, format_args!("write `{name}`"));
                    }
                    vec![Setting::Item(Item::BuiltIn { row: bare, span, number: None })]
                }
                None => settings(row, &written.kind, &arguments, errors),
            };
            Kind::BuiltIn { row, span, settings }
        }
    };
    let label = written.label.clone().unwrap_or_else(|| label(&name, counts));
    let mut layer = Layer { label, kind, inputs, outputs, written: String::new() };
    layer.written = match layer.activation() {
        Some(activation) if bare.is_none() => format!("{name}({} -> {}, {activation})", layer.inputs, layer.outputs),
        _ => format!("{name}({} -> {})", layer.inputs, layer.outputs),
    };
    layer
}

/// The options of a user's own layer, which are calls of its builder.
fn calls(name: &str, arguments: &[&Argument], errors: &mut Errors) -> Vec<(Ident, TokenStream)> {
    let calls = arguments.iter().filter_map(|argument| {
        if argument.name.is_none() {
            let message = format_args!("an option of layer `{name}` must be named");
            errors.at(argument, message, format_args!("write `option = {}`", text(&argument.value)));
        }
        Some((argument.name.clone()?, argument.value.to_token_stream()))
    });
    calls.collect()
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
fn settings(row: &'static catalogue::Layer, kind: &Path, arguments: &[&Argument], errors: &mut Errors) -> Vec<Setting> {
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
        if value.is_none() && option.default.is_none() {
            let message = format_args!("layer `{}` has no {}", row.name, option.name);
            errors.at(kind, message, format_args!("write one, as `{}(relu)`", row.name));
        }
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
    let mistake = match (row.number, &number) {
        (Number::Must(example), None) => Some(("needs a number", format!("write `{name}({example})`"))),
        (Number::No, Some(_)) => Some(("takes no number", format!("write `{name}`"))),
        _ => None,
    };
    if let Some((message, help)) = mistake {
        errors.at(value, format_args!("`{name}` {message}"), help);
        return mended(default);
    }
    Setting::Item(Item::BuiltIn { row, span, number })
}

fn names_of(rows: &'static [Named]) -> String {
    format!("there are {}", listed(rows.iter().map(Entry::name)))
}

/// Keras's default: the kind in snake case, counted.
fn label(name: &str, counts: &mut HashMap<String, usize>) -> Ident {
    let mut snake = String::new();
    for letter in name.rsplit(':').next().unwrap_or(name).chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    let count = counts.entry(snake.clone()).or_default();
    *count += 1;
    if *count == 1 { format_ident!("{snake}") } else { format_ident!("{snake}_{}", *count - 1) }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::errors::Errors;
    use crate::expand::expand;
    use crate::syntax;

    /// The messages of a declaration, first lines only; and how many networks come out of it, which must expand.
    fn mistakes(declaration: &str) -> (Vec<String>, usize) {
        let tokens = format!("::typenet; {declaration}").parse().unwrap_or_default();
        let mut errors = Errors::default();
        let declaration = syntax::parse(tokens, &mut errors);
        let networks = check(declaration.networks, &mut errors);
        for network in &networks {
            let code = expand(network, &declaration.typenet).to_string();
            assert!(code.contains("impl __typenet :: Network"), "{code}");
        }
        let first = |error: syn::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
        (errors.into_vec().into_iter().map(first).collect(), networks.len())
    }

    #[test]
    fn every_construct_is_taken() {
        for declaration in [
            "pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)",
            "Xor = < Dense(2->4, relu), Dense(4->4, relu), Dense(4->2, softmax) >",
            "#[doc = \"a\"] pub(crate) Xor: f64 = input: Dense(2 -> HIDDEN), relu, Dense(_ -> { 2 * 2 }, bias = false), Dense(1,);",
            "Own = my::Gate(2 -> 4, gain = 2.0), Activation(my::Act), Dense(3, kernel_initializer = constant(0.1))",
            "Same = Dense(2 -> 4), Activation(4 -> 4, relu), tanh",
            "Numbers = Dense(2 -> 4, leaky_relu), Dense(4, leaky_relu(0.01)), elu, Dense(2, threshold(0.5, -1.0))",
        ] {
            assert_eq!(mistakes(declaration), (vec![], 1), "{declaration}");
        }
        assert_eq!(mistakes("A = Dense(1 -> 1); pub B: f64 = Dense(1 -> 2);"), (vec![], 2));
    }

    #[test]
    fn every_mistake_has_its_message() {
        for (declaration, message) in [
            ("X = Dense(2 -> 4), Dense(5 -> 4)", "layer `Dense` takes 5 inputs, but the layer before it produces 4"),
            ("X = Dense(2 -> 4, rellu)", "unknown activation `rellu`"),
            ("X = Dens(2 -> 4)", "unknown layer `Dens`"),
            ("X = Dense(2 -> 4, kernel_initializer = he)", "unknown initializer `he`"),
            ("X = Dense(2 -> 4, size = 3)", "layer `Dense` has no option `size`"),
            ("X = Dense(2 -> 4, relu, tanh)", "option `activation` is given twice"),
            ("X = Dense(2 -> 4, bias = false, bias = true)", "option `bias` is given twice"),
            ("X = Dense(2 -> 4, bias = 1)", "option `bias` is `true` or `false`"),
            ("X = Dense(2 -> 4, 7)", "`7` is not an activation"),
            ("X = Dense(4)", "the first layer must state how many inputs it takes"),
            ("X = Dense(_ -> 4)", "the first layer must state how many inputs it takes"),
            ("X = Dense(2 -> 0)", "`0` is not a size"),
            ("X = Dense(2 -> 1.5)", "`1.5` is not a size"),
            ("X = Dense(2 -> 99999999999)", "`99999999999` is not a size"),
            ("X = Dense(2 -> 1, softmax)", "`softmax` over one output is always 1"),
            ("X = Dense(2 -> 4), relu(3)", "layer `relu` takes no argument"),
            (
                "X = Dense(2 -> 4), Activation(4 -> 7, relu)",
                "layer `Activation` gives as many numbers as it takes, 4, not 7",
            ),
            ("X = Dense(2 -> 4), Activation", "layer `Activation` has no activation"),
            ("X = my::Gate(2 -> 4, relu)", "an option of layer `my::Gate` must be named"),
            ("X = a: Dense(2 -> 4), a: Dense(4)", "two layers are called `a`"),
            ("X = dense: relu, Dense(2 -> 4)", "the first layer must state how many inputs it takes"),
            ("X = type: Dense(2 -> 4)", "label `type` is a keyword"),
            ("X: f16 = Dense(2 -> 4)", "unknown scalar type `f16`"),
            ("X = Dense(2 -> 4, bias_initializer = constant)", "`constant` needs a number"),
            ("X = Dense(2 -> 4, bias_initializer = zeros(1))", "`zeros` takes no number"),
            ("X = Dense(2 -> 4); X = Dense(2 -> 4)", "two networks are called `X`"),
            ("#[repr(packed)] X = Dense(2 -> 4)", "`repr` cannot apply to a network, whose layout is fixed"),
        ] {
            let (messages, networks) = mistakes(declaration);
            assert!(messages.iter().any(|found| found == message), "{declaration}: {messages:?}");
            assert_eq!(networks, 1, "{declaration}: the rest of the program finds its network");
        }
    }

    #[test]
    fn no_mistake_hides_another() {
        let (messages, networks) =
            mistakes("A = Dense(2 -> 4, rellu), Dense(5 -> 4, bais = true), Dens(4 -> 0); B: f32 = Dense(4, softmx)");
        assert_eq!(
            messages,
            [
                "unknown activation `rellu`",
                "layer `Dense` takes 5 inputs, but the layer before it produces 4",
                "layer `Dense` has no option `bais`",
                "unknown layer `Dens`",
                "`0` is not a size",
                "the first layer must state how many inputs it takes",
                "unknown activation `softmx`",
            ]
        );
        assert_eq!(networks, 2);
    }
}
