//! Sizes flow through the layers, and into the layers within them.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Ident, Path, Visibility};

use super::labels::{self, labels};
use super::options::{item, mistaken, settings, trainable};
use super::sizes::{example, groups, meet, size};
use super::stated::lone_size;
use crate::catalogue::{self, ACTIVATIONS, LAYERS, LONELY, Named, Number, ShapeRule};
use crate::errors::{Errors, listed};
use crate::network::{Item, Kind, Layer, Meeting, Network, Setting, Size};
use crate::syntax::{self, Argument, Form, Single, text};

/// What a layer of one network may refer to, and what comes out beside it.
pub(super) struct Flow<'a> {
    /// The crate's path as the user's program knows it.
    pub typenet: &'a TokenStream,
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

/// The list that a layer stands in.
pub(super) struct List<'a> {
    /// Of the network or part.
    pub name: &'a Ident,
    /// How often each default label was given.
    pub counts: HashMap<String, usize>,
    /// What only the compiler can compare.
    pub meetings: Vec<Meeting>,
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
            if let Some(before) = layers.last_mut().filter(|before| matches!(before.outputs, Size::Unknown(_))) {
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

    pub(super) fn layer(
        &mut self,
        written: &syntax::Layer,
        label: Option<&Ident>,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Layer {
        let label = written.label.as_ref().or(label);
        match &written.form {
            Form::Single(single) => self.single(single, label, before, list),
            Form::Around { kind, layers } => self.around(kind, layers, label, before, list),
            Form::Branches { kind, branches } => self.branches(kind, branches, label, before, list),
            Form::Repeat { layers, count, span } => self.repeat(layers, count.as_ref(), *span, label, before, list),
            Form::Mistaken => self.mistaken(None, label, before, list),
        }
    }

    /// A size that the latest mistake leaves unknown.
    pub(super) fn unknown(&self) -> Size {
        Size::Unknown(self.errors.latest())
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
        let row = if path {
            None
        } else {
            let Some(row) = self.row(written, &name, bare.is_some()) else {
                return self.mistaken(written.shape.as_ref(), label, before, list);
            };
            Some(row)
        };
        if let Some(row) = row
            && self.holds_layers(row, bare, written)
        {
            return self.mistaken(None, label, before, list);
        }
        // an unknown name alone is an activation that was meant
        let bare = bare.or_else(|| {
            row.filter(|_| !is_built_in && !written.parentheses).and_then(|_| catalogue::meant(ACTIVATIONS, &name))
        });
        let is_same = row.is_some_and(|row| row.shape == ShapeRule::Same);
        let takes_number = row.is_some_and(catalogue::Layer::takes_number);
        let mut arguments: Vec<&Argument> = written.arguments.iter().collect();
        let commas = self.commas(written, row, bare, &mut arguments);
        let shape = written.shape.as_ref().or(commas.as_ref());
        // one size is both, where nothing else can stand in its place
        let both = is_same && shape.is_none() && row.is_some_and(|row| !row.takes_activation());
        let both = if both { lone_size(&mut arguments, takes_number) } else { None };
        let input = shape.map(|shape| &shape.input).or(both.map(|both| &both.value));
        let stated = input.and_then(|input| size(input, self.errors));
        let inputs = self.inputs(written, row, bare, before, stated.as_ref(), list);
        let outputs = if is_same {
            self.same(&name, &inputs, stated.as_ref(), shape);
            inputs.clone()
        } else {
            self.produced(written, &inputs, shape, &mut arguments, row)
        };
        let kind = match row {
            None => own(&written.kind, arguments.clone(), self.errors),
            Some(row) => {
                let settings = match bare {
                    Some(bare) => vec![self.bare(bare, written, span, &arguments)],
                    // who forgot the sizes may have forgotten the activation
                    None if !is_same && arguments.is_empty() && matches!(outputs, Size::Unknown(_)) => {
                        mistaken(row, self.errors)
                    }
                    None => groups(row, settings(row, &written.kind, &arguments, self.errors), &inputs, self.errors),
                };
                let names = arguments.iter().filter_map(|argument| argument.name.clone()).collect();
                Kind::BuiltIn { row, span, settings, names }
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

    /// What goes into a layer: what the layer before it produces, or what it states itself.
    fn inputs(
        &mut self,
        written: &Single,
        row: Option<&catalogue::Layer>,
        bare: Option<&Named>,
        before: Option<&Size>,
        stated: Option<&Size>,
        list: &mut List<'_>,
    ) -> Size {
        let name = text(&written.kind);
        match (before, stated) {
            (Some(produced), Some(stated)) => {
                list.meetings.extend(meet(&name, stated, produced, self.errors));
                if matches!(produced, Size::Unknown(_)) { stated.clone() } else { produced.clone() }
            }
            (Some(size), None) | (None, Some(size)) => size.clone(),
            (None, None) => {
                let help = self.first(&name, row, bare);
                self.errors.at(&written.kind, "the first layer must state how many inputs it takes", help);
                self.unknown()
            }
        }
    }

    /// How a first layer says what it takes.
    fn first(&self, name: &str, row: Option<&catalogue::Layer>, bare: Option<&Named>) -> String {
        if bare.is_some() {
            return format!("write `Activation(2 -> 2, {name})`, or a layer before it");
        }
        match row {
            Some(row) if row.shape == ShapeRule::Same && !row.takes_activation() => {
                let number = if row.takes_number() { ", 0.5" } else { "" };
                format!("state its inputs, as `{name}(2{number})`")
            }
            _ => {
                let (inputs, outputs) = example(row.map(|row| row.shape), &self.unknown());
                format!("state its inputs, as `{name}({inputs} -> {outputs})`")
            }
        }
    }

    /// The activation that is a layer by its name alone, or with its numbers, as `leaky_relu(0.3)`.
    fn bare(&mut self, bare: &'static Named, written: &Single, span: Span, arguments: &[&Argument]) -> Setting {
        let mut number = None;
        if takes_numbers(bare) && written.parentheses {
            number = Some(quote!(#(#arguments),*));
        } else {
            for argument in arguments {
                let message = format_args!("layer `{}` takes no argument", bare.name);
                self.errors.at(argument, message, format_args!("write `{}`", bare.name));
            }
        }
        item(bare, span, number, &written.kind, self.errors)
    }

    /// The layer's row in the catalogue; for an unknown one, that of what was meant.
    fn row(&mut self, written: &Single, name: &str, bare: bool) -> Option<&'static catalogue::Layer> {
        let sought = if bare { catalogue::ACTIVATION } else { name };
        if let Some(row) = catalogue::find(LAYERS, sought) {
            return Some(row);
        }
        let meant = (catalogue::meant(LAYERS, name), catalogue::meant(ACTIVATIONS, name));
        let help = match meant {
            (Some(known), _) => catalogue::suggestion("a layer", known, name),
            (None, Some(known)) => catalogue::suggestion("an activation", known, name),
            (None, None) => catalogue::needless(name).map_or_else(
                || {
                    let layers = listed(catalogue::names(LAYERS));
                    format!("the layers are {layers}; one of your own is written by its path, as `self::{name}`")
                },
                str::to_owned,
            ),
        };
        self.errors.at(&written.kind, format_args!("unknown layer `{name}`"), help);
        match meant {
            (Some(known), _) if written.parentheses && !known.holds_layers() => Some(known),
            (None, Some(_)) if !written.parentheses => catalogue::find(LAYERS, catalogue::ACTIVATION),
            _ => None,
        }
    }

    /// In the place of a layer that nobody knows: what its sizes say, if anything.
    fn mistaken(
        &mut self,
        shape: Option<&syntax::Shape>,
        label: Option<&Ident>,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Layer {
        let inputs = shape.and_then(|shape| size(&shape.input, self.errors));
        let outputs = shape.and_then(|shape| size(&shape.output, self.errors));
        let label = label.cloned();
        let label = label.unwrap_or_else(|| labels::default("mistaken", Span::mixed_site(), &mut list.counts));
        let inputs = before.cloned().or(inputs).unwrap_or_else(|| self.unknown());
        let outputs = outputs.unwrap_or_else(|| self.unknown());
        self.stand_in(label, inputs, outputs)
    }

    /// A softmax over one output is always the same, and never learns.
    fn lonely_softmax(&mut self, layer: &mut Layer) {
        let Kind::BuiltIn { settings, .. } = &mut layer.kind else { return };
        if !matches!(layer.outputs, Size::Literal { value: 1, .. }) {
            return;
        }
        for setting in settings {
            if let Setting::Item(Item::BuiltIn { row, span, .. }) = setting
                && let Some((name, always, instead, what)) = LONELY.iter().find(|(name, ..)| row.name == *name)
                && let Some(meant) = catalogue::find(ACTIVATIONS, instead)
            {
                let help = format_args!("write `{instead}` for {what}, or give the layer an output for each class");
                self.errors.at_span(*span, format_args!("`{name}` over one output is always {always}"), help);
                *row = meant;
            }
        }
    }
}

pub(super) fn takes_numbers(activation: &Named) -> bool {
    activation.number != Number::No
}

/// A user's own layer, whose options are calls of its builder, but for the one that is the network's.
fn own(path: &Path, mut arguments: Vec<&Argument>, errors: &mut Errors) -> Kind {
    let trainable = trainable(&mut arguments, errors);
    let calls = arguments.iter().filter_map(|argument| {
        if argument.name.is_none() {
            let message = format!("an option of layer `{}` must be named", text(path));
            let help = format!("write it with the name of the layer's method, as `gain = {}`", text(&argument.value));
            errors.at(argument, message, help);
        }
        Some((argument.name.clone()?, argument.value.to_token_stream()))
    });
    Kind::Own { path: path.clone(), calls: calls.collect(), trainable }
}
