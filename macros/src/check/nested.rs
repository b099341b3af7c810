//! Layers within layers.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::{format_ident, quote_spanned};
use syn::{Ident, Lit, LitInt};

use super::labels;
use super::layers::{Flow, List};
use super::options::mistaken;
use super::sizes::{give_back, size};
use crate::catalogue::{self, LAYERS, Named, ShapeRule};
use crate::errors::plural;
use crate::network::{Kind, Layer, Size, camel};
use crate::syntax::{self, Argument, Form, Shape, Single, Value, text};

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
        let (is_first, mut before, mut made) = (before.is_none(), before.cloned(), Vec::new());
        for (index, branch) in branches.iter().enumerate() {
            if let Some(Size::Literal { value: taken, .. }) = before.as_ref().filter(|_| is_first)
                && let Some(stated) = stated(branch).filter(|stated| stated.base10_digits() != taken.to_string())
            {
                let inputs = plural(stated.base10_digits(), "input");
                let message =
                    format_args!("branch {} of `{name}` takes {inputs}, but the first takes {taken}", index + 1);
                self.errors.at(stated, message, format_args!("write `{taken} ->`: all branches take what comes in"));
                let layer = self.branch(branch, kind, &label, index + 1, None, list);
                let inputs = before.clone().unwrap_or(layer.inputs);
                made.push(self.stand_in(label.clone(), inputs, layer.outputs));
                continue;
            }
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

    /// Says so where layers stand in the parentheses of one that takes none, as functions take arguments.
    pub(super) fn holds_layers(&mut self, row: &catalogue::Layer, bare: Option<&Named>, written: &Single) -> bool {
        let is_layer = |argument: &&Argument| {
            argument.name.is_none()
                && matches!(&argument.value, Value::Call(path, _) if catalogue::find(LAYERS, &text(path)).is_some())
        };
        let layers: Vec<&Argument> = written.arguments.iter().filter(is_layer).collect();
        let Some(first) = layers.first() else { return false };
        let name = bare.map_or(row.name, |bare| bare.name);
        let shown = layers.iter().map(text).collect::<Vec<_>>().join(", ");
        let help = match (row.shape, layers.len()) {
            (ShapeRule::Half | ShapeRule::OfHalves, 2..) => format!("write `Concatenate({shown}), {name}`"),
            _ => format!("write it after them, as `{shown}, {name}`"),
        };
        self.errors.at(first, format_args!("layer `{name}` takes no layers"), help);
        true
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

    /// In the place of a layer that was mistaken: one that takes and gives what its neighbours expect.
    pub(super) fn stand_in(&mut self, label: Ident, inputs: Size, outputs: Size) -> Layer {
        let row = &LAYERS[0];
        let kind = Kind::BuiltIn { row, span: label.span(), settings: mistaken(row, self.errors), names: Vec::new() };
        Layer { label, kind, inputs, outputs, written: String::new() }
    }
}

/// The number that the first of some layers states as its inputs, if it does.
fn stated(layers: &[syntax::Layer]) -> Option<&LitInt> {
    match &layers.first()?.form {
        Form::Single(Single { shape: Some(Shape { input: Value::Literal(Lit::Int(stated)), .. }), .. }) => Some(stated),
        Form::Around { layers, .. } | Form::Repeat { layers, .. } => stated(layers),
        _ => None,
    }
}
