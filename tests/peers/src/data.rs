//! Data that any language can make again: each number is a hash of its index.

use std::f64::consts::TAU;

use crate::workload::Workload;

/// Samples and their classes.
#[derive(Clone, Debug)]
pub struct Data {
    /// The samples one after the other.
    pub x: Vec<f32>,
    /// With two inputs, whether a point is outside the first and third quadrants; otherwise which of the first
    /// inputs, as many as there are classes, is largest.
    pub classes: Vec<u8>,
}

impl Data {
    /// The training data of a workload; predictions use the first of them.
    #[must_use]
    pub fn new(workload: &Workload) -> Self {
        let (inputs, outputs) = (workload.inputs(), workload.outputs() as u8);
        let x: Vec<f32> = (0..(workload.samples * inputs) as u64)
            .map(|index| (workload.deviation * normal(1, index)) as f32)
            .collect();
        let class = |sample: &[f32]| match sample {
            &[x0, x1] => u8::from(x0 * x1 <= 0.0),
            _ => (0..outputs).max_by(|&a, &b| sample[usize::from(a)].total_cmp(&sample[usize::from(b)])).unwrap_or(0),
        };
        let classes = x.chunks_exact(inputs).map(class).collect();
        Self { x, classes }
    }
}

/// Number `index` of a stream of uniform numbers between 0 and 1: SplitMix64.
pub fn uniform(stream: u64, index: u64) -> f64 {
    let mut z = ((stream << 32) + index + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    ((z >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// Number `index` of a stream of standard normal numbers: Box and Muller.
fn normal(stream: u64, index: u64) -> f64 {
    (-2.0 * uniform(stream, 2 * index).ln()).sqrt() * (TAU * uniform(stream, 2 * index + 1)).cos()
}
