//! The documentation of the struct and of its fields.

use crate::network::{Count, Layer, Network};

/// The table of the layers, a line each.
pub fn table(network: &Network) -> Vec<String> {
    let mut lines: Vec<String> =
        ["", " | layer | shape | activation | parameters |", " | --- | --- | --- | --- |"].map(String::from).into();
    for layer in &network.layers {
        let Layer { label, inputs, outputs, .. } = layer;
        let activation = layer.activation_shown();
        let label_text = label.to_string();
        let shown = label_text.trim_start_matches("r#");
        let parameters = layer.parameters();
        let frozen = if layer.trainable() { "" } else { ", not trained" };
        lines.push(format!(
            " | [`{shown}`](Self::{label_text}) | {inputs} -> {outputs} | {activation} | {parameters}{frozen} |"
        ));
    }
    let total = network.layers.iter().map(Layer::parameters).fold(Count::Number(0), Count::plus);
    lines.push(String::new());
    lines.push(format!(" {} of type `{}`.", parameters(&total), network.scalar));
    lines
}

/// One line for a field.
pub fn field(layer: &Layer) -> String {
    let frozen = if layer.trainable() { "" } else { ", not trained" };
    format!(" `{}`: {}{frozen}.", layer.written, parameters(&layer.parameters()))
}

fn parameters(count: &Count) -> String {
    match count {
        Count::Unknown => "its own parameters".to_owned(),
        Count::Number(1) => "1 parameter".to_owned(),
        count => format!("{count} parameters"),
    }
}
