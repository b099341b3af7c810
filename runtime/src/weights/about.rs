//! What a file tells of the network in it, beside names and shapes.

use std::boxed::Box;
use std::format;
use std::string::{String, ToString as _};
use std::vec::Vec;

use bytemuck::zeroed_box;

use crate::checksum::START;
use crate::layers::LayerInfo;
use crate::scalar::{Lane as _, Scalar};
use crate::summary::Summary;
use crate::tile::{Features, Zero};

/// The key of a file's metadata under which typenet tells. It is one key, since a file's keys are in no order, and the
/// same network gives the same bytes; its value is one line for each thing that is told.
pub(super) const KEY: &str = "typenet";

/// What is told. A file by somebody else tells nothing, one by another version perhaps not all.
#[derive(Default)]
pub(super) struct About {
    /// typenet's version.
    pub(super) version: Option<String>,
    /// The declaration, `Xor: f32 = Dense(2 -> 4, relu), ...`.
    pub(super) network: Option<String>,
    /// [`checksum`] of the numbers.
    checksum: Option<String>,
    /// What went into the network, and what came out.
    sample: Option<(String, String)>,
}

impl About {
    /// What is to be told of `network`, which makes tiles `Z` of tiles `X`, and whose numbers are these bytes.
    pub(super) fn new<T: Scalar, X: Features<T>, Z: Features<T>>(
        network: &Summary,
        bytes: &[u8],
        predict: impl FnOnce(&X::Sample) -> Z::Sample,
    ) -> Self {
        let input = sample_input::<T>(X::N);
        let output = outputs::<T, X, Z>(&input, predict);
        let finite = output.iter().all(|number| number.finite());
        Self {
            version: Some(env!("CARGO_PKG_VERSION").to_string()),
            network: Some(declaration(network)),
            checksum: Some(checksum(&[bytes])),
            sample: finite.then(|| (spaced(&input), spaced(&output))),
        }
    }

    /// The same without the sample.
    pub(super) fn without_sample(self) -> Self {
        Self { sample: None, ..self }
    }

    /// One line for each thing.
    pub(super) fn to_text(&self) -> String {
        let (input, output) = self.sample.as_ref().map(|(input, output)| (input, output)).unzip();
        let lines = [
            ("version", self.version.as_ref()),
            ("network", self.network.as_ref()),
            ("checksum", self.checksum.as_ref()),
            ("input", input),
            ("output", output),
        ];
        let lines = lines.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?)));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Reads [`to_text`](Self::to_text); other lines are those of a later version.
    pub(super) fn parse(text: &str) -> Self {
        let line = |name: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once(": "));
            lines.find_map(|(found, value)| (found == name).then(|| value.to_string()))
        };
        Self {
            version: line("version"),
            network: line("network"),
            checksum: line("checksum"),
            sample: line("input").zip(line("output")),
        }
    }

    /// Whether the file is about a network of the same layers, whatever its name and its scalar type.
    pub(super) fn check_layers(&self, network: &Summary) -> Result<(), String> {
        let Some(found) = &self.network else { return Ok(()) };
        let ours = declaration(network);
        if layers(found) == layers(&ours) {
            return Ok(());
        }
        Err(format!("the network in it is `{}`, but this one is `{ours}`", found.escape_debug()))
    }

    /// Whether the numbers are those that were written.
    pub(super) fn check_numbers(&self, bytes: &[u8]) -> Result<(), String> {
        let found = checksum(&[bytes]);
        match &self.checksum {
            Some(expected) if *expected != found => Err(format!(
                "its numbers have changed since they were written: their checksum should be `{}`, but is `{found}`",
                expected.escape_debug()
            )),
            _ => Ok(()),
        }
    }

    /// Whether the network gives the output that was written for the input that was written, within this tolerance.
    pub(super) fn check_sample<T: Scalar, X: Features<T>, Z: Features<T>>(
        &self,
        tolerance: f64,
        predict: impl FnOnce(&X::Sample) -> Z::Sample,
    ) -> Result<(), String> {
        let Some((input, output)) = &self.sample else { return Ok(()) };
        let input: Vec<T> = numbers("input", input, X::N)?;
        let expected: Vec<T> = numbers("output", output, Z::N)?;
        let found = outputs::<T, X, Z>(&input, predict);
        let largest = expected.iter().map(|number| number.to_f64().abs()).fold(1.0, f64::max);
        let allowed = tolerance * largest;
        for (index, (expected, found)) in expected.iter().zip(&found).enumerate() {
            let apart = (expected.to_f64() - found.to_f64()).abs();
            if apart > allowed || !apart.is_finite() {
                let version = self.version.as_deref().unwrap_or("unknown");
                return Err(format!(
                    "output {index} for its sample input should be {expected}, but is {found}, which is more than \
                     {allowed:.1e} apart (it was written by typenet {}, this is {})",
                    version.escape_debug(),
                    env!("CARGO_PKG_VERSION")
                ));
            }
        }
        Ok(())
    }
}

/// How far an output may be from the one in the file, relative to the largest of the outputs or to 1: half of the
/// digits of the type.
///
/// Instruction sets differ in whether a product and a sum are rounded together or each for itself, so the last digits
/// differ, and each layer adds to it: over the widest and deepest networks of the tests that is less than a fiftieth of
/// this. Another formula for an activation, or a kernel that lies the wrong way round, shows in the first
/// digits; numbers that have changed, however little, show in the checksum.
pub(super) fn tolerance(scalar: &str) -> f64 {
    if scalar == "f64" { f64::EPSILON.sqrt() } else { f64::from(f32::EPSILON).sqrt() }
}

/// Numbers from -1 to 1 that differ from their neighbours and are exact in every type.
fn sample_input<T: Scalar>(count: usize) -> Vec<T> {
    (0..count).map(|i| T::from_f64(((21 * i + 3) % 32) as f64 / 16.0 - 1.0)).collect()
}

/// What the network gives for `input`.
fn outputs<T: Scalar, X: Features<T>, Z: Features<T>>(
    input: &[T],
    predict: impl FnOnce(&X::Sample) -> Z::Sample,
) -> Vec<T> {
    // through a tile, which knows how to make a sample of numbers and numbers of a sample
    let mut tile: Box<X> = zeroed_box();
    for (lanes, number) in tile.lanes_mut().iter_mut().zip(input) {
        lanes.as_mut_slice()[0] = *number;
    }
    let mut sample = Zero::ZERO;
    tile.read(0, &mut sample);
    let mut outputs: Box<Z> = zeroed_box();
    outputs.write(0, &predict(&sample));
    outputs.lanes().iter().map(|lanes| lanes.as_slice()[0]).collect()
}

/// Numbers with all their digits.
fn spaced<T: Scalar>(numbers: &[T]) -> String {
    numbers.iter().map(|number| format!("{number:?}")).collect::<Vec<_>>().join(" ")
}

/// Reads [`spaced`]: `count` numbers.
fn numbers<T: Scalar>(name: &str, text: &str, count: usize) -> Result<Vec<T>, String> {
    let numbers: Option<Vec<T>> = text.split(' ').map(|number| Some(T::from_f64(number.parse().ok()?))).collect();
    match numbers {
        Some(numbers) if numbers.len() == count && numbers.iter().all(|number| number.finite()) => Ok(numbers),
        _ => Err(format!("its sample {name} should be {count} finite numbers, but is not")),
    }
}

/// The [`checksum`](crate::checksum) of all parts, as it is written.
pub(super) fn checksum(parts: &[&[u8]]) -> String {
    let hash = parts.iter().fold(START, |hash, part| crate::checksum::checksum(hash, part));
    format!("{hash:016x}")
}

/// One line that says what the network is.
pub(super) fn declaration(network: &Summary) -> String {
    format!("{}: {} = {}", network.name, network.scalar, listed(network.layers))
}

/// What stands behind the name and the type.
fn layers(declaration: &str) -> &str {
    declaration.split_once(" = ").map_or(declaration, |(_, layers)| layers)
}

/// Layers and those within them, as they might be declared.
fn listed(layers: &[LayerInfo]) -> String {
    let layers = layers.iter().map(|layer| {
        let LayerInfo { kind, inputs, outputs, activation, copies, layers, .. } = layer;
        let layer = match layers {
            [] => format!("{kind}({inputs} -> {outputs}, {activation})"),
            layers => format!("{kind}({})", listed(layers)),
        };
        if *copies == 1 { layer } else { format!("[{layer}; {copies}]") }
    });
    layers.collect::<Vec<_>>().join(", ")
}
