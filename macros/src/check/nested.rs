//! Layers within layers, and networks as layers.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Ident, Lit, Path, Visibility};

use super::labels;
use super::layers::{Flow, List};
use super::options::{mistaken, trainable};
use super::sizes::{give_back, meet, size};
use crate::catalogue::LAYERS;
use crate::checked::{checked, of_sizes};
use crate::network::{Count, Kind, Layer, Meeting, Network, Size, camel};
use crate::syntax::{self, Single, Value, text};

impl Flow<'_> {
    /// A `Residual`.
    pub(super) fn around(
        &mut self,
        kind: &Ident,
        layers: &[syntax::Layer],
        label: Option<&Ident>,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Layer {
        let (name, span) = (kind.to_string(), kind.span());
        let label = label.cloned().unwrap_or_else(|| labels::default(&name, span, &mut list.counts));
        let inner = self.inner(layers, span, &name, &label, before, list);
        let what = format!("stands in `{name}`");
        if !give_back(&what, &inner.inputs, &inner.outputs, self.errors) {
            let outputs = self.unknown();
            return self.stand_in(label, inner.inputs, outputs);
        }
        let written = format!("{name}({})", inner.written);
        let (inputs, outputs) = (inner.inputs.clone(), inner.inputs.clone());
        Layer { label, inputs, outputs, written, kind: Kind::Residual { span, inner: inner.into() } }
    }

    /// A `Concatenate`.
    pub(super) fn branches(
        &mut self,
        kind: &Ident,
        branches: &[Vec<syntax::Layer>],
        label: Option<&Ident>,
        before: Option<&Size>,
        list: &mut List<'_>,
    ) -> Layer {
        let (name, span) = (kind.to_string(), kind.span());
        let label = label.cloned().unwrap_or_else(|| labels::default(&name, span, &mut list.counts));
        let (mut before, mut made) = (before.cloned(), Vec::new());
        for (index, branch) in branches.iter().enumerate() {
            let layer = self.branch(branch, kind, &label, index + 1, before.as_ref(), list);
            // all take what the first takes
            before.get_or_insert_with(|| layer.inputs.clone());
            made.push(layer);
        }
        let rest = made.pop().filter(|_| !made.is_empty());
        let Some(mut rest) = rest else {
            let help = format!("write several, as `{name}(Dense(4 -> 8, relu), (Dense(4 -> 8), Dense(2)))`");
            self.errors.at_span(span, format_args!("`{name}` has fewer than two branches"), help);
            let size = before.unwrap_or_else(|| self.unknown());
            return self.stand_in(label, size.clone(), size);
        };
        let shown: Vec<_> = made.iter().chain([&rest]).map(|branch| branch.written.clone()).collect();
        while let Some(first) = made.pop() {
            let outputs = self.together(&first.outputs, &rest.outputs, span);
            let (label, inputs, written) = (label.clone(), first.inputs.clone(), String::new());
            let kind = Kind::Concatenate { span, first: first.into(), second: rest.into() };
            rest = Layer { label, kind, inputs, outputs, written };
        }
        Layer { written: format!("{name}({})", shown.join(", ")), ..rest }
    }

    /// A branch: a network of its own, unless it is one.
    fn branch(
        &mut self,
        written: &[syntax::Layer],
        kind: &Ident,
        label: &Ident,
        number: usize,
        before: Option<&Size>,
        list: &List<'_>,
    ) -> Layer {
        let span = label.span();
        if written.is_empty() {
            let help = "write them, as `(Dense(64 -> 64, relu), Dense(64))`";
            self.errors.at_span(kind.span(), format_args!("branch {number} of `{kind}` has no layers"), help);
            let size = before.cloned().unwrap_or_else(|| self.unknown());
            return self.stand_in(label.clone(), size.clone(), size);
        }
        let name = format_ident!("{}{}Branch{number}", list.name, camel(&label.to_string()), span = span);
        let (mut layers, meetings) = self.list(&name, written, before);
        // what is not trained is written by the network that it is a layer of
        if layers.len() == 1 && matches!(layers[0].kind, Kind::Network { trainable: true, .. }) && meetings.is_empty() {
            return layers.remove(0);
        }
        self.part(name, layers, meetings, label)
    }

    /// How many numbers two branches give.
    fn together(&self, first: &Size, second: &Size, span: Span) -> Size {
        match (first, second) {
            (Size::Unknown(_), _) | (_, Size::Unknown(_)) => self.unknown(),
            (Size::Literal { value: a, .. }, Size::Literal { value: b, .. }) => {
                Size::literal(a.saturating_add(*b), span)
            }
            _ => {
                let typenet = self.typenet;
                let tokens = quote_spanned!(span.resolved_at(Span::mixed_site())=>
                    #typenet::layers::total(#first, #second));
                Size::Constant { shown: format!("{first} + {second}"), tokens, span }
            }
        }
    }

    /// `[layers; count]`
    pub(super) fn repeat(
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
        let Some(count) = count else {
            let outputs = self.unknown();
            return self.stand_in(inner.label, inner.inputs, outputs);
        };
        let copies = match count {
            Value::Literal(Lit::Int(zero)) if zero.base10_digits() == "0" => {
                self.errors.at(zero, "a repetition of `0` has no layers", "write how often, or leave the layers out");
                self.unknown()
            }
            count => size(count, self.errors).unwrap_or_else(|| {
                self.errors.at(count, "`_` is not a count", "write how often, as `[Dense(64 -> 64, relu); 50]`");
                self.unknown()
            }),
        };
        if !give_back("is repeated", &inner.inputs, &inner.outputs, self.errors) {
            let outputs = self.unknown();
            return self.stand_in(inner.label, inner.inputs, outputs);
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
                let size = before.cloned().unwrap_or_else(|| self.unknown());
                self.stand_in(label.clone(), size.clone(), size)
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
                self.part(name, layers, meetings, label)
            }
        }
    }

    /// Layers within a layer as a network of their own.
    fn part(&mut self, name: Ident, layers: Vec<Layer>, meetings: Vec<Meeting>, label: &Ident) -> Layer {
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
        let layer = Layer { written, ..self.nested(&part, name.into(), label.clone()) };
        self.parts.push(part);
        layer
    }

    /// A network as a layer: one declared above by its name, any other by its path.
    pub(super) fn network(
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
            let size = before.cloned().unwrap_or_else(|| self.unknown());
            let label = label.cloned().unwrap_or_else(|| labels::default(name, span, &mut list.counts));
            return Some(self.stand_in(label, size.clone(), size));
        }
        let mut arguments: Vec<_> = written.arguments.iter().collect();
        let trainable = trainable(&mut arguments, self.errors);
        let only_trainable =
            written.shape.is_none() && arguments.len() < written.arguments.len() && arguments.is_empty();
        if known.is_none() && written.parentheses && !only_trainable {
            // a layer of the user's own
            return None;
        }
        let label = label.cloned().unwrap_or_else(|| labels::default(name, span, &mut list.counts));
        let mut layer = match known {
            Some(network) => {
                if network.scalar != *self.scalar {
                    let message =
                        format_args!("network `{name}` is over `{}`, this one over `{}`", network.scalar, self.scalar);
                    self.errors.at(&written.kind, message, format_args!("declare both over `{}`", self.scalar));
                }
                if self.hides(network) {
                    let message = format_args!("network `{name}` is private, but a layer of one that is `pub`");
                    self.errors.at(&written.kind, message, format_args!("write `pub {name} = ...`"));
                }
                self.nested(network, written.kind.clone(), label)
            }
            None => self.foreign(&written.kind, name, span, label),
        };
        if let Kind::Network { trainable: told, .. } = &mut layer.kind {
            *told = trainable;
        }
        for argument in arguments {
            let message = format_args!("network `{name}` takes no argument as a layer but `trainable`");
            self.errors.at(argument, message, format_args!("write `{name}`"));
        }
        let stated = written.shape.as_ref();
        let taken = stated.and_then(|shape| size(&shape.input, self.errors));
        let given = stated.and_then(|shape| size(&shape.output, self.errors));
        let mistakes = self.errors.len();
        for (stated, own, what) in [(taken, &layer.inputs, "takes"), (given, &layer.outputs, "gives")] {
            if let (Some(stated), Size::Literal { value, .. }) = (stated, own)
                && !matches!(stated, Size::Unknown(_))
                && stated.to_string() != value.to_string()
            {
                let message = format_args!("network `{name}` {what} {value} numbers, not {stated}");
                self.errors.at_span(stated.span(), message, format_args!("write `{value}`, or `{name}` alone"));
            }
        }
        if let Some(produced) = before {
            let taken = layer.inputs.located_at(span);
            let meeting = meet(name, &taken, produced, self.errors);
            if let Some(Meeting { taken, produced }) = meeting
                && let Kind::Network { network, .. } = &mut layer.kind
            {
                // its input is not ours to mend
                *network = of_sizes(network, "meets", [&taken, &produced], span, self.typenet);
            }
        }
        let other = known.is_some_and(|network| network.scalar != *self.scalar || self.hides(network));
        if mistakes < self.errors.len() || other {
            let inputs = before.cloned().unwrap_or(layer.inputs);
            return Some(self.stand_in(layer.label, inputs, layer.outputs));
        }
        Some(layer)
    }

    /// Whether another network cannot be a layer of this one, since it is seen less. What is `pub` in part only rustc compares.
    fn hides(&self, network: &Network) -> bool {
        matches!((self.visibility, &network.visibility), (Visibility::Public(_), Visibility::Inherited))
    }

    /// In the place of a layer that was mistaken: one that takes and gives what its neighbours expect.
    pub(super) fn stand_in(&mut self, label: Ident, inputs: Size, outputs: Size) -> Layer {
        let row = &LAYERS[0];
        let kind = Kind::BuiltIn { row, span: label.span(), settings: mistaken(row, self.errors), names: Vec::new() };
        Layer { label, kind, inputs, outputs, written: String::new() }
    }

    /// A network whose layers are known, as a layer.
    fn nested(&self, network: &Network, path: Path, label: Ident) -> Layer {
        let ends = (network.layers.first(), network.layers.last());
        let size = |size: Option<&Size>| size.cloned().unwrap_or_else(|| self.unknown());
        let (inputs, outputs) = (size(ends.0.map(|layer| &layer.inputs)), size(ends.1.map(|layer| &layer.outputs)));
        let activation =
            ends.1.and_then(Layer::activation).map_or_else(|| "linear".to_owned(), |item| item.to_string());
        let parameters = network.layers.iter().map(Layer::parameters).fold(Count::Number(0), Count::plus);
        let written = text(&path);
        let meets = network.layers.iter().any(Layer::meets);
        let kind =
            Kind::Network { network: path.to_token_stream(), path, activation, parameters, trainable: true, meets };
        Layer { label, kind, inputs, outputs, written }
    }

    /// A network that is declared elsewhere, as a layer: its sizes are constants of its own.
    fn foreign(&self, path: &Path, name: &str, span: Span, label: Ident) -> Layer {
        let scalar = self.scalar;
        let arguments = quote!(#path, ::core::primitive::#scalar);
        let network = checked(path, "is_network", &arguments, self.typenet);
        let constant = |constant: &str| {
            let name = Ident::new(constant, span.resolved_at(Span::mixed_site()));
            let (shown, tokens) = (format!("{}::{constant}", text(path)), quote_spanned!(span=> <#network>::#name));
            Size::Constant { shown, tokens, span }
        };
        let (inputs, outputs, parameters) =
            (constant("INPUTS"), constant("OUTPUTS"), Count::of(&constant("PARAMETERS")));
        let activation = format!("that of {name}");
        let kind = Kind::Network { path: path.clone(), network, activation, parameters, trainable: true, meets: true };
        Layer { label, kind, inputs, outputs, written: name.to_owned() }
    }
}
