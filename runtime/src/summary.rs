//! The table of a network's layers.

use core::fmt;

use crate::layers::LayerInfo;

/// The layers of a network with their shapes and parameters; prints as a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The name of the network.
    pub name: &'static str,
    /// `"f32"` or `"f64"`.
    pub scalar: &'static str,
    /// Its layers, first to last.
    pub layers: &'static [LayerInfo],
}

impl Summary {
    /// How many parameters there are.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(|layer| layer.parameters).sum()
    }

    /// How many of them are trained.
    #[must_use]
    pub fn trained(&self) -> usize {
        self.layers.iter().map(|layer| layer.trained).sum()
    }

    /// Their size in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.parameters() * if self.scalar == "f64" { 8 } else { 4 }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = width(self.layers).max("layer".len());
        writeln!(f, "{}: {}", self.name, self.scalar)?;
        writeln!(
            f,
            "{:<width$}  {:<10}  {:>13}  {:<10}  {:>10}",
            "layer", "kind", "shape", "activation", "parameters"
        )?;
        rows(f, self.layers, 0, width)?;
        write!(f, "{} parameters, {} bytes", self.parameters(), self.bytes())?;
        if self.trained() < self.parameters() { write!(f, ", {} trained", self.trained()) } else { Ok(()) }
    }
}

/// How far layers within a layer are indented.
const INDENT: usize = 2;

/// A row for each layer, those within it below.
fn rows(f: &mut fmt::Formatter<'_>, layers: &[LayerInfo], indent: usize, width: usize) -> fmt::Result {
    for layer in layers {
        let LayerInfo { label, kind, inputs, outputs, activation, parameters, copies, .. } = layer;
        write!(f, "{:indent$}{label}", "")?;
        let mut rest = width - indent - label.len();
        if *copies > 1 {
            write!(f, " x{copies}")?;
            rest -= times(*copies);
        }
        write!(f, "{:rest$}  {kind:<10}  {inputs:>5} -> {outputs:<4}", "")?;
        writeln!(f, "  {activation:<10}  {parameters:>10}")?;
        rows(f, layer.layers, indent + INDENT, width)?;
    }
    Ok(())
}

/// The width of the first column.
fn width(layers: &[LayerInfo]) -> usize {
    let of = |layer: &LayerInfo| {
        let within = width(layer.layers);
        let own = layer.label.len() + if layer.copies > 1 { times(layer.copies) } else { 0 };
        own.max(if within == 0 { 0 } else { within + INDENT })
    };
    layers.iter().map(of).max().unwrap_or(0)
}

/// The width of ` x50`.
fn times(copies: usize) -> usize {
    " x".len() + copies.ilog10() as usize + 1
}
