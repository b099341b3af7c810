//! The fully connected layer in integers.

use core::mem::offset_of;

use bytemuck::Zeroable;
use fearless_simd::Simd;

use super::{Layout, Number, Quantizable, Stored, StoredTensor};
use crate::activations::Activation;
use crate::kernels::dense::shared;
use crate::layers::Dense;
use crate::tile::Tile;

/// The smallest and the largest number that came by, and 0, which every range holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// At most 0.
    pub min: f32,
    /// At least 0.
    pub max: f32,
}

// SAFETY: two floats.
unsafe impl Zeroable for Range {}

impl Range {
    /// Widens it to hold `number`; an infinity counts as the largest float, or no scale would be finite.
    #[inline(always)]
    pub fn observe(&mut self, number: f32) {
        self.min = self.min.min(number).max(f32::MIN);
        self.max = self.max.max(number).min(f32::MAX);
    }
}

/// What real numbers the integers stand for: `r = scale (q - zero_point)`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Affine {
    /// How far two neighbours are apart.
    pub scale: f32,
    /// What stands for 0, in `-128..=127`.
    pub zero_point: i32,
}

// SAFETY: two numbers.
unsafe impl Zeroable for Affine {}

impl Affine {
    /// The finest that spans `range` with 256 integers.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "rounded, and within the range of 8 bits")]
    pub fn of(range: Range) -> Self {
        let span = f64::from(range.max) - f64::from(range.min);
        // where all numbers are 0, any scale would do
        let scale = if span > 0.0 { (span / 255.0).max(f64::from(f32::MIN_POSITIVE)) as f32 } else { 1.0 };
        let zero_point = libm::rint(-128.0 - f64::from(range.min) / f64::from(scale)).clamp(-128.0, 127.0) as i32;
        Self { scale, zero_point }
    }

    /// The nearest integer to `number`.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "a cast of a float saturates, and then it is clamped")]
    pub fn quantize(self, number: f32) -> i8 {
        (libm::rintf(number / self.scale) as i32).saturating_add(self.zero_point).clamp(-128, 127) as i8
    }
}

/// What a `Dense(IN -> OUT)` predicts with, in integers; see [the module](super).
#[derive(Clone, Debug, PartialEq)]
#[repr(C)]
pub struct QuantizedDense<const IN: usize, const OUT: usize> {
    /// What the integers of the inputs stand for.
    pub input: Affine,
    /// The scale of the weights of each output.
    pub kernel_scale: [f32; OUT],
    /// What the sums begin with: the biases, and what the zero point of the inputs adds.
    pub bias: [i32; OUT],
    /// The weights from each input to every output.
    pub kernel: [[i8; OUT]; IN],
}

// SAFETY: numbers alone.
unsafe impl<const IN: usize, const OUT: usize> Zeroable for QuantizedDense<IN, OUT> {}

// SAFETY: each tensor is one field, or one of the field `input`, of the type and the size that are told, and nothing
// but numbers, which may have any value.
unsafe impl<const IN: usize, const OUT: usize> Stored for QuantizedDense<IN, OUT> {
    const LAYOUT: Layout = Layout::One(&[
        StoredTensor { name: "kernel", number: Number::Weight, shape: &[IN, OUT], offset: offset_of!(Self, kernel) },
        StoredTensor { name: "bias", number: Number::Sum, shape: &[OUT], offset: offset_of!(Self, bias) },
        StoredTensor {
            name: "kernel_scale",
            number: Number::Scale,
            shape: &[OUT],
            offset: offset_of!(Self, kernel_scale),
        },
        StoredTensor { name: "input_scale", number: Number::Scale, shape: &[], offset: offset_of!(Self, input.scale) },
        StoredTensor {
            name: "input_zero_point",
            number: Number::ZeroPoint,
            shape: &[],
            offset: offset_of!(Self, input.zero_point),
        },
    ]);
}

/// The largest integer that a bias may become. With up to [`INPUTS`] inputs a sum is then less than 2^31.
const LARGEST_BIAS: f64 = (1 << 29) as f64;

/// The most inputs: `127 * 255 * 32768` is less than `2^31 - 2^29`.
const INPUTS: usize = 32_768;

impl<const IN: usize, const OUT: usize, A, K, B, const BIAS: usize> Quantizable for Dense<IN, OUT, A, K, B, BIAS>
where
    A: Activation,
    K: Copy,
    B: Copy,
{
    type Input = Tile<f32, IN>;
    type Output = Tile<f32, OUT>;
    type Ranges = Range;
    type Quantized = QuantizedDense<IN, OUT>;

    const NUMBERS: usize = IN * OUT + BIAS * OUT;

    #[inline(always)]
    fn observe<S: Simd>(
        &self,
        simd: S,
        parameters: &[f32],
        range: &mut Range,
        input: &[f32; IN],
        output: &mut [f32; OUT],
    ) {
        for x in input {
            range.observe(*x);
        }
        let (weights, biases) = parameters.split_at(IN * OUT);
        shared::predict::<f32, S>(simd, weights, biases, input, output);
        self.activation.predict(simd, output);
    }

    #[allow(clippy::cast_possible_truncation, reason = "rounded, and within the range of the integers")]
    fn quantize(&self, parameters: &[f32], range: &Range, quantized: &mut Self::Quantized) {
        const { assert!(IN <= INPUTS, "a quantised layer can have at most 32768 inputs, or its sums would overflow") };
        quantized.input = Affine::of(*range);
        let scale = f64::from(quantized.input.scale);
        let (weights, biases) = parameters.split_at(IN * OUT);
        let rows = weights.as_chunks::<OUT>().0;
        for o in 0..OUT {
            let bias = biases.get(o).copied().map_or(0.0, f64::from);
            let largest = rows.iter().map(|row| f64::from(row[o]).abs()).fold(0.0, f64::max);
            // a bias that is far larger than what the weights add needs a coarser scale
            let finest = (largest / 127.0).max(bias.abs() / (scale * LARGEST_BIAS)).max(f64::from(f32::MIN_POSITIVE));
            quantized.kernel_scale[o] = finest as f32;
            let kernel_scale = f64::from(quantized.kernel_scale[o]);
            let mut sum = 0;
            for (row, to) in rows.iter().zip(&mut quantized.kernel) {
                to[o] = libm::rint(f64::from(row[o]) / kernel_scale).clamp(-127.0, 127.0) as i8;
                sum += i32::from(to[o]);
            }
            quantized.bias[o] = libm::rint(bias / (scale * kernel_scale)) as i32 - quantized.input.zero_point * sum;
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, quantized: &Self::Quantized, input: &[f32; IN], output: &mut [f32; OUT]) {
        let mut sums = quantized.bias;
        for (x, row) in input.iter().zip(&quantized.kernel) {
            let x = i32::from(quantized.input.quantize(*x));
            for (sum, w) in sums.iter_mut().zip(row) {
                // no sum of a network that was quantised overflows; of another, it must not panic
                *sum = sum.wrapping_add(x * i32::from(*w));
            }
        }
        for ((y, sum), scale) in output.iter_mut().zip(sums).zip(&quantized.kernel_scale) {
            *y = sum as f32 * (quantized.input.scale * scale);
        }
        self.activation.predict(simd, output);
    }
}
