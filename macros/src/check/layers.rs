//! Sizes flow through the layers, and into the layers within them.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::{Ident, Lit, Path, Visibility};

use super::labels::{self, labels};
use super::options::{defaults, settings};
use super::sizes::{give_back, meet, size};
use crate::catalogue::{self, ACTIVATIONS, LAYERS, ShapeRule};
use crate::errors::{Errors, listed};
use crate::network::{Count, Item, Kind, Layer, Meeting, Network, Setting, Size, camel};
use crate::syntax::{self, Argument, Form, Single, Value, text};

/// What a layer of one network may refer to, and what comes out beside it.
pub(super) struct Flow<'a> {
    /// The networks declared above, which can be layers of this one.
    pub known: &'a [Network],
    /// The names of this network and of those declared below it.
    pub later: &'a [String],
    pub scalar: &'a Ident,
    pub visibility: &'a Visibility,
    /// Lists of layers within layers, each a network of its own.
    pub parts: Vec<Network>,
    pub errors: &'a mut Errors,
}

impl Flow<'_> {
    /// Checks the layers of the network or part `name`.
    pub fn list(
        &mut self,
        name: &Ident,
        written: &[syntax::Layer],
        before: Option<&Size>,
    ) -> (Vec<Layer>, Vec<Meeting>) {
        let (mut layers, mut list) = (Vec::<Layer>::new(), List { name, counts: HashMap::new(), meetings: Vec::new() });
        for layer in written {
            let before = layers.last().map(|layer| &layer.outputs).or(before).cloned();
            let layer = self.layer(layer, None, before.as_ref(), &mut list);
            if let Some(before) = layers.last_mut().filter(|before| matches!(before.outputs, Size::Unknown { .. })) {
                // a size that was mistaken is best mended by what the next layer says of it
                before.outputs = layer.inputs.clone();
            }
            layers.push(layer);
        }
        labels(&mut layers, self.errors);
        for layer in &mut layers {
            self.lonely_softmax(layer);
        }
        (layers, list.meetings)
    }

    fn layer(
        &mut self,
        written: &syntax::Layer,
        label: Option<&Ident>,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Layer {
        let label = written.label.as_ref().or(label);
        match &written.form {
            Form::Single(single) => self.single(single, label, before, list),
            Form::Around { kind, layers } => {
                let name = kind.to_string();
                let label = label.cloned().unwrap_or_else(|| labels::default(&name, kind.span(), &mut list.counts));
                let inner = self.inner(layers, kind.span(), &name, &label, before, list);
                let what = format!("stands in `{name}`");
                if !give_back(&what, &inner.inputs, &inner.outputs, &mut list.meetings, self.errors) {
                    return stand_in(label, inner.inputs, Size::Unknown { span: kind.span() });
                }
                let written = format!("{name}({})", inner.written);
                let (inputs, outputs) = (inner.inputs.clone(), inner.inputs.clone());
                Layer {
                    label,
                    inputs,
                    outputs,
                    written,
                    kind: Kind::Residual { span: kind.span(), inner: inner.into() },
                }
            }
            Form::Repeat { layers, count, span } => self.repeat(layers, count.as_ref(), *span, label, before, list),
        }
    }

    fn repeat(
        &mut self,
        layers: &[syntax::Layer],
        count: Option<&Value>,
        span: Span,
        label: Option<&Ident>,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Layer {
        let inner = match layers {
            [layer] => self.layer(layer, label, before, list),
            _ => {
                let label = label.cloned().unwrap_or_else(|| labels::default("repeat", span, &mut list.counts));
                self.inner(layers, span, "[...; n]", &label, before, list)
            }
        };
        let nothing = |count: &&Value| matches!(count, Value::Literal(Lit::Int(count)) if count.base10_digits() == "0");
        if let Some(count) = count.filter(nothing) {
            self.errors.at(count, "a repetition of `0` has no layers", "write how often, or leave the layers out");
        }
        let copies = match count.filter(|count| !nothing(count)).map(|count| (count, size(count, self.errors))) {
            Some((_, Some(copies))) => copies,
            Some((count, None)) => {
                self.errors.at(count, "`_` is not a count", "write how often, as `[Dense(64 -> 64, relu); 50]`");
                Size::Unknown { span }
            }
            None => Size::Unknown { span },
        };
        let what = "is repeated";
        if !give_back(what, &inner.inputs, &inner.outputs, &mut list.meetings, self.errors) {
            return stand_in(inner.label, inner.inputs, Size::Unknown { span });
        }
        let written = format!("[{}; {copies}]", inner.written);
        let (label, inputs, outputs) = (inner.label.clone(), inner.inputs.clone(), inner.inputs.clone());
        Layer { label, inputs, outputs, written, kind: Kind::Repeat { inner: inner.into(), copies } }
    }

    /// What stands within a layer: one layer as it is, several as a network of their own.
    fn inner(
        &mut self,
        written: &[syntax::Layer],
        span: Span,
        kind: &str,
        label: &Ident,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Layer {
        match written {
            [] => {
                let help = "write them, as `Dense(64 -> 64, relu)`";
                self.errors.at_span(span, format_args!("there are no layers in `{kind}`"), help);
                let size = before.cloned().unwrap_or(Size::Unknown { span });
                stand_in(label.clone(), size.clone(), size)
            }
            [layer] => {
                let mut counts = HashMap::new();
                core::mem::swap(&mut counts, &mut list.counts);
                let mut inner = self.layer(layer, Some(label), before, list);
                core::mem::swap(&mut counts, &mut list.counts);
                inner.label = label.clone();
                inner
            }
            several => {
                let name = format_ident!("{}{}", list.name, camel(&label.to_string()), span = label.span());
                let (layers, meetings) = self.list(&name, several, before);
                let shown: Vec<_> = layers.iter().map(|layer| layer.written.as_str()).collect();
                let written = shown.join(", ");
                let part = Network {
                    attributes: Vec::new(),
                    visibility: self.visibility.clone(),
                    name: name.clone(),
                    scalar: self.scalar.clone(),
                    layers,
                    meetings,
                };
                let layer = Layer { written, ..nested(&part, name.into(), label.clone()) };
                self.parts.push(part);
                layer
            }
        }
    }

    fn single(&mut self, written: &Single, label: Option<&Ident>, before: Option<&Size>, list: &mut List<'_>) -> Layer {
        let name = text(&written.kind);
        let span = written.kind.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
        let bare = catalogue::find(ACTIVATIONS, &name);
        let path = written.kind.get_ident().is_none();
        let is_built_in = !path && (bare.is_some() || catalogue::find(LAYERS, &name).is_some());
        if !is_built_in && let Some(layer) = self.network(written, &name, span, label, before, list) {
            return layer;
        }
        let row = if path { None } else { Some(self.row(written, &name, bare.is_some())) };
        // an unknown name alone is most likely an activation
        let unknown = row.filter(|_| !is_built_in && !written.parentheses);
        let bare = bare.or(unknown.and_then(|_| catalogue::meant(ACTIVATIONS, &name).or(ACTIVATIONS.first())));
        let is_same = row.is_some_and(|row| row.shape == ShapeRule::Same);
        let mut arguments: Vec<&Argument> = written.arguments.iter().collect();
        let commas = match arguments.as_slice() {
            [input, output, ..] if written.shape.is_none() && is_number(input) && is_number(output) => {
                let help = format_args!("write `{} -> {}`", text(input), text(output));
                self.errors.at(output, "expected `->` between two sizes, found `,`", help);
                Some(syntax::Shape { input: input.value.clone(), output: output.value.clone() })
            }
            _ => None,
        };
        if commas.is_some() {
            arguments.drain(..2);
        }
        let shape = written.shape.as_ref().or(commas.as_ref());
        let stated = shape.and_then(|shape| size(&shape.input, self.errors));
        let inputs = match (before, stated) {
            (Some(produced), Some(taken)) => {
                meet(&name, &taken, produced, &mut list.meetings, self.errors);
                if matches!(produced, Size::Unknown { .. }) { taken } else { produced.clone() }
            }
            (Some(produced), None) => produced.clone(),
            (None, Some(size)) => size,
            (None, None) => {
                let help = match bare {
                    Some(_) => format!("write `Activation(2 -> 2, {name})`, or a layer before it"),
                    None => format!("state its inputs, as `{name}(2 -> 4)`"),
                };
                self.errors.at(&written.kind, "the first layer must state how many inputs it takes", help);
                Size::Unknown { span }
            }
        };
        let outputs = if is_same {
            if let Some(size) = shape.and_then(|shape| size(&shape.output, self.errors))
                && !matches!((&size, &inputs), (Size::Unknown { .. }, _) | (_, Size::Unknown { .. }))
                && size.to_string() != inputs.to_string()
            {
                let message = format_args!("layer `{name}` gives as many numbers as it takes, {inputs}, not {size}");
                self.errors.at_span(size.span(), message, format_args!("write `{inputs}`, or leave the sizes out"));
            }
            inputs.clone()
        } else if let Some(shape) = shape {
            size(&shape.output, self.errors).unwrap_or_else(|| {
                let help = "write how many numbers the layer produces; only its input can be `_`";
                self.errors.at(&shape.output, "`_` cannot be an output", help);
                Size::Unknown { span }
            })
        } else if arguments.first().is_some_and(|argument| is_size(argument)) {
            size(&arguments.remove(0).value, self.errors).unwrap_or_else(|| {
                self.errors.at(&written.kind, "`_` cannot be an output", "write how many numbers the layer produces");
                Size::Unknown { span }
            })
        } else {
            let shown = if matches!(inputs, Size::Unknown { .. }) { "2".to_owned() } else { inputs.to_string() };
            let help = format_args!("write `{name}(4)`, or `{name}({shown} -> 4)`, its sizes first");
            self.errors.at(&written.kind, format_args!("layer `{name}` has no size"), help);
            Size::Unknown { span }
        };
        let kind = match row {
            None => Kind::Own { path: written.kind.clone(), calls: calls(&name, &arguments, self.errors) },
            Some(row) => {
                let settings = match bare {
                    Some(bare) => {
                        for argument in &arguments {
                            let message = format_args!("layer `{name}` takes no argument");
                            self.errors.at(argument, message, format_args!("write `{name}`"));
                        }
                        vec![Setting::Item(Item::BuiltIn { row: bare, span, number: None })]
                    }
                    None => settings(row, &written.kind, &arguments, self.errors),
                };
                Kind::BuiltIn { row, span, settings }
            }
        };
        let label = label.cloned().unwrap_or_else(|| labels::default(&name, span, &mut list.counts));
        let mut layer = Layer { label, kind, inputs, outputs, written: String::new() };
        layer.written = match layer.activation() {
            Some(activation) if bare.is_none() => {
                format!("{name}({} -> {}, {activation})", layer.inputs, layer.outputs)
            }
            _ => format!("{name}({} -> {})", layer.inputs, layer.outputs),
        };
        layer
    }

    /// A network as a layer: one declared above by its name, any other by its path.
    fn network(
        &mut self,
        written: &Single,
        name: &str,
        span: Span,
        label: Option<&Ident>,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Option<Layer> {
        let known = written.kind.get_ident().and_then(|name| self.known.iter().find(|network| network.name == *name));
        if known.is_none() && written.kind.get_ident().is_some() {
            if !self.later.iter().any(|later| later == name) {
                return None;
            }
            let help = if self.later.first().is_some_and(|this| this == name) {
                "a network cannot be a layer of itself".to_owned()
            } else {
                format!("move `{name}` before the network that it is a layer of")
            };
            self.errors.at(&written.kind, format_args!("network `{name}` is not declared yet"), help);
            let size = before.cloned().unwrap_or(Size::Unknown { span });
            let label = label.cloned().unwrap_or_else(|| labels::default(name, span, &mut list.counts));
            return Some(stand_in(label, size.clone(), size));
        }
        if known.is_none() && written.parentheses {
            // a layer of the user's own
            return None;
        }
        let label = label.cloned().unwrap_or_else(|| labels::default(name, span, &mut list.counts));
        let layer = match known {
            Some(network) => {
                if network.scalar != *self.scalar {
                    let message =
                        format_args!("network `{name}` is over `{}`, this one over `{}`", network.scalar, self.scalar);
                    self.errors.at(&written.kind, message, format_args!("declare both over `{}`", self.scalar));
                }
                nested(network, written.kind.clone(), label)
            }
            None => foreign(&written.kind, name, span, label),
        };
        for argument in &written.arguments {
            let message = format_args!("network `{name}` takes no argument as a layer");
            self.errors.at(argument, message, format_args!("write `{name}`"));
        }
        let stated = written.shape.as_ref();
        let taken = stated.and_then(|shape| size(&shape.input, self.errors));
        let given = stated.and_then(|shape| size(&shape.output, self.errors));
        let mistakes = self.errors.len();
        for (stated, own, what) in [(taken, &layer.inputs, "takes"), (given, &layer.outputs, "gives")] {
            if let (Some(stated), Size::Literal { value, .. }) = (stated, own)
                && stated.to_string() != value.to_string()
            {
                let message = format_args!("network `{name}` {what} {value} numbers, not {stated}");
                self.errors.at_span(stated.span(), message, format_args!("write `{value}`, or `{name}` alone"));
            }
        }
        if let Some(produced) = before {
            let taken = match &layer.inputs {
                Size::Literal { value, .. } => Size::literal(*value, span),
                other => other.clone(),
            };
            meet(name, &taken, produced, &mut list.meetings, self.errors);
        }
        if mistakes < self.errors.len() || known.is_some_and(|network| network.scalar != *self.scalar) {
            let inputs = before.cloned().unwrap_or(layer.inputs);
            return Some(stand_in(layer.label, inputs, layer.outputs));
        }
        Some(layer)
    }

    /// The layer's row in the catalogue; for an unknown one, what comes nearest.
    fn row(&mut self, written: &Single, name: &str, bare: bool) -> &'static catalogue::Layer {
        let sought = if bare { catalogue::ACTIVATION } else { name };
        if let Some(row) = catalogue::find(LAYERS, sought) {
            return row;
        }
        let help = match (catalogue::meant(LAYERS, name), catalogue::meant(ACTIVATIONS, name)) {
            (Some(known), _) => catalogue::suggestion("a layer", known, name),
            (None, Some(known)) => catalogue::suggestion("an activation", known, name),
            (None, None) => format!(
                "the layers are {}; one of your own is written by its path, as `self::{name}`",
                listed(catalogue::names(LAYERS))
            ),
        };
        self.errors.at(&written.kind, format_args!("unknown layer `{name}`"), help);
        let row = if written.parentheses { LAYERS.first() } else { catalogue::find(LAYERS, catalogue::ACTIVATION) };
        row.unwrap_or(&LAYERS[0])
    }

    /// A softmax over one output is always 1, and never learns.
    fn lonely_softmax(&mut self, layer: &mut Layer) {
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
                self.errors.at_span(*span, "`softmax` over one output is always 1", help);
                *row = sigmoid;
            }
        }
    }
}

/// The list that a layer stands in.
struct List<'a> {
    /// Of the network or part.
    name: &'a Ident,
    /// How often each default label was given.
    counts: HashMap<String, usize>,
    /// What only the compiler can compare.
    meetings: Vec<Meeting>,
}

/// In the place of a layer that was mistaken: one that takes and gives what its neighbours expect.
fn stand_in(label: Ident, inputs: Size, outputs: Size) -> Layer {
    let row = &LAYERS[0];
    let kind = Kind::BuiltIn { row, span: label.span(), settings: defaults(row) };
    Layer { label, kind, inputs, outputs, written: String::new() }
}

/// A network whose layers are known, as a layer.
fn nested(network: &Network, path: Path, label: Ident) -> Layer {
    let ends = (network.layers.first(), network.layers.last());
    let size = |size: Option<&Size>| size.cloned().unwrap_or(Size::Unknown { span: label.span() });
    let (inputs, outputs) = (size(ends.0.map(|layer| &layer.inputs)), size(ends.1.map(|layer| &layer.outputs)));
    let activation = ends.1.and_then(Layer::activation).map_or_else(|| "linear".to_owned(), |item| item.to_string());
    let parameters = network.layers.iter().map(Layer::parameters).fold(Count::Number(0), Count::plus);
    let written = text(&path);
    Layer { label, kind: Kind::Network { path, activation, parameters }, inputs, outputs, written }
}

/// A network that is declared elsewhere, as a layer: its sizes are constants of its own.
fn foreign(path: &Path, name: &str, span: Span, label: Ident) -> Layer {
    let constant = |tokens: TokenStream| Size::Expression { tokens, span };
    let (inputs, outputs) = (constant(quote!(#path::INPUTS)), constant(quote!(#path::OUTPUTS)));
    let parameters = Count::of(&constant(quote!(#path::PARAMETERS)));
    let kind = Kind::Network { path: path.clone(), activation: format!("that of {name}"), parameters };
    Layer { label, kind, inputs, outputs, written: name.to_owned() }
}

/// Whether an argument can be meant as a size: neither named nor an activation.
fn is_size(argument: &Argument) -> bool {
    let is_activation = |path: &Path| catalogue::find(ACTIVATIONS, &text(path)).is_some();
    argument.name.is_none() && !matches!(&argument.value, Value::Path(path) if is_activation(path))
}

/// Whether an argument is an integer without a name.
fn is_number(argument: &Argument) -> bool {
    argument.name.is_none() && matches!(argument.value, Value::Literal(Lit::Int(_)))
}

/// The options of a user's own layer, which are calls of its builder.
fn calls(name: &str, arguments: &[&Argument], errors: &mut Errors) -> Vec<(Ident, TokenStream)> {
    let calls = arguments.iter().filter_map(|argument| {
        if argument.name.is_none() {
            let message = format_args!("an option of layer `{name}` must be named");
            let help =
                format_args!("write it with the name of the layer's method, as `gain = {}`", text(&argument.value));
            errors.at(argument, message, help);
        }
        Some((argument.name.clone()?, argument.value.to_token_stream()))
    });
    calls.collect()
}
