//! Networks as layers.

use proc_macro2::Span;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Ident, Path, Visibility};

use super::labels;
use super::layers::{Flow, List};
use super::options::trainable;
use super::sizes::{meet, size};
use crate::checked::{checked, of_sizes};
use crate::network::{Count, Kind, Layer, Meeting, Network, Size, Special};
use crate::syntax::{Single, text};

impl Flow<'_> {
    /// Layers within a layer as a network of their own.
    pub(super) fn part(&mut self, name: Ident, layers: Vec<Layer>, meetings: Vec<Meeting>, label: &Ident) -> Layer {
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

    /// Whether another network cannot be a layer of this one, since it is seen less. What is `pub` in part only rustc
    /// compares.
    fn hides(&self, network: &Network) -> bool {
        matches!((self.visibility, &network.visibility), (Visibility::Public(_), Visibility::Inherited))
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
        let may = Special::ALL.into_iter().filter(|special| network.may(*special)).collect();
        let kind =
            Kind::Network { network: path.to_token_stream(), path, activation, parameters, trainable: true, may };
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
        let may = Special::ALL.to_vec();
        let kind = Kind::Network { path: path.clone(), network, activation, parameters, trainable: true, may };
        Layer { label, kind, inputs, outputs, written: name.to_owned() }
    }
}
