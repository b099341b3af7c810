//! Plans as they are written.

use std::fmt::Write as _;

use crate::layer::{Kind, Layer};

impl Layer {
    /// As it is written; `first` must say what it takes.
    fn text(&self, first: bool) -> String {
        let stated = first || self.stated;
        let called = |name: &str, shape: String, options: &[(&str, String)]| {
            let mut inside = if stated { format!("{} -> {}", self.inputs, self.outputs) } else { shape };
            let trainable = (!self.trainable).then(|| ("trainable", "false".to_owned()));
            for (option, value) in options.iter().cloned().chain(trainable) {
                let comma = if inside.is_empty() { "" } else { ", " };
                let _ = match option {
                    "" => write!(inside, "{comma}{value}"),
                    _ => write!(inside, "{comma}{option} = {value}"),
                };
            }
            if inside.is_empty() { name.to_owned() } else { format!("{name}({inside})") }
        };
        let same = |name: &str, options: &[(&str, String)]| called(name, String::new(), options);
        let flags = |numbers: &[(&'static str, f64)], center: bool, scale: bool| {
            let numbers = numbers.iter().map(|(name, number)| (*name, number.to_string()));
            let flags = [("center", center), ("scale", scale)].into_iter().filter(|(_, there)| !there);
            numbers.chain(flags.map(|(name, _)| (name, "false".to_owned()))).collect::<Vec<_>>()
        };
        match &self.kind {
            Kind::Dense { activation, bias, l1, l2 } => {
                let mut options = vec![("", activation.text().to_owned())];
                options.extend((!bias).then(|| ("bias", "false".to_owned())));
                options.extend((*l2 > 0.0).then(|| ("kernel_regularizer", format!("l1_l2({l1}, {l2})"))));
                called("Dense", self.outputs.to_string(), &options)
            }
            Kind::Activation(activation) if stated => same("Activation", &[("", activation.text().to_owned())]),
            Kind::Activation(activation) => activation.text().to_owned(),
            Kind::Normalization { invert: false } => same("Normalization", &[]),
            Kind::Normalization { invert: true } => same("Normalization", &[("invert", "true".to_owned())]),
            Kind::BatchNormalization { center, scale, momentum, epsilon } => {
                same("BatchNormalization", &flags(&[("momentum", *momentum), ("epsilon", *epsilon)], *center, *scale))
            }
            Kind::GroupNormalization { groups: 1, center, scale, epsilon } => {
                same("LayerNormalization", &flags(&[("epsilon", *epsilon)], *center, *scale))
            }
            Kind::GroupNormalization { groups, center, scale, epsilon } => {
                let mut options = vec![("groups", groups.to_string())];
                options.extend(flags(&[("epsilon", *epsilon)], *center, *scale));
                same("GroupNormalization", &options)
            }
            Kind::RmsNormalization { epsilon } => same("RMSNormalization", &[("epsilon", epsilon.to_string())]),
            Kind::UnitNormalization => same("UnitNormalization", &[]),
            Kind::PRelu => same("PReLU", &[]),
            Kind::Rescaling { scale, offset } => {
                same("Rescaling", &[("scale", scale.to_string()), ("offset", offset.to_string())])
            }
            Kind::Halves(kind) => same(kind, &[]),
            Kind::Dot { normalize: false } => same("Dot", &[]),
            Kind::Dot { normalize: true } => same("Dot", &[("normalize", "true".to_owned())]),
            Kind::RepeatVector => called("RepeatVector", self.outputs.to_string(), &[]),
            Kind::Embedding { rows } => same("Embedding", &[("input_dim", rows.to_string())]),
            Kind::Noise(kind @ "GaussianNoise") => same(kind, &[("stddev", "0".to_owned())]),
            Kind::Noise(kind) => same(kind, &[("rate", "0".to_owned())]),
            Kind::ActivityRegularization { l1, l2 } => {
                same("ActivityRegularization", &[("l1", l1.to_string()), ("l2", l2.to_string())])
            }
            Kind::Residual(layers) => format!("Residual({})", list(layers, first)),
            Kind::Concatenate(branches) => {
                let branch = |layers: &Vec<Self>| match layers.len() {
                    1 => list(layers, first),
                    _ => format!("({})", list(layers, first)),
                };
                format!("Concatenate({})", branches.iter().map(branch).collect::<Vec<_>>().join(", "))
            }
            Kind::Repeat(layers, times) => format!("[{}; {times}]", list(layers, first)),
            Kind::Block(name, _) => same(name, &[]),
        }
    }
}

pub fn list(layers: &[Layer], first: bool) -> String {
    let texts = layers.iter().enumerate().map(|(index, layer)| layer.text(first && index == 0));
    texts.collect::<Vec<_>>().join(", ")
}
