//! The table of a network's layers.

use core::fmt;

use crate::layers::LayerInfo;

/// The layers of a network with their shapes and parameters; prints as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The name of the network.
    pub name: &'static str,
    /// `"f32"` or `"f64"`.
    pub scalar: &'static str,
    /// Its layers, first to last.
    pub layers: &'static [LayerInfo],
}

impl Summary {
    /// How many numbers are trained.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(|layer| layer.parameters).sum()
    }

    /// Their size in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.parameters() * if self.scalar == "f64" { 8 } else { 4 }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.layers.iter().map(|layer| layer.label.len()).max().unwrap_or(0).max("layer".len());
        writeln!(f, "{}: {}", self.name, self.scalar)?;
        writeln!(
            f,
            "{:<width$}  {:<10}  {:>13}  {:<10}  {:>10}",
            "layer", "kind", "shape", "activation", "parameters"
        )?;
        for layer in self.layers {
            let LayerInfo { label, kind, inputs, outputs, activation, parameters, .. } = layer;
            write!(f, "{label:<width$}  {kind:<10}  {inputs:>5} -> {outputs:<4}")?;
            writeln!(f, "  {activation:<10}  {parameters:>10}")?;
        }
        write!(f, "{} parameters, {} bytes", self.parameters(), self.bytes())
    }
}
