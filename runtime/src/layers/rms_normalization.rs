//! Samples of mean square 1.

use fearless_simd::{Simd, SimdBase, SimdFloat};
use nalgebra::SVector;
use rand::Rng;

use super::normal::inverse_root;
use super::summed::Summed;
use super::{Backward, Batch, Form, Layer, Share, Sink, TensorInfo};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// `y_i = scale_i x_i / sqrt(mean_square + epsilon)`, with `mean_square = sum_i x_i^2 / N` of the sample's own numbers.
/// In `network!`: `RMSNormalization`, or `RMSNormalization(N)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `epsilon = ...` | `1e-6` | what keeps the root from zero |
/// | `trainable = ...` | `true` | whether its parameters [move](crate::network!#layers-that-are-not-trained) |
///
/// Source: B. Zhang, R. Sennrich, *Root Mean Square Layer Normalization*, 2019; options and numbers of Keras's
/// [`RMSNormalization`](https://keras.io/api/layers/normalization_layers/rms_normalization/).
///
/// # Shapes
/// - input and output: `N`
/// - parameters: `scale`, an `SVector<T, N>` that starts with ones
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Rms = RMSNormalization(2) }
///
/// # fn main() {
/// let mut rms = Rms::new(&mut StdRng::seed_from_u64(0));
/// rms.rms_normalization[1] = 10.0;
/// let y = rms.predict(&[1.0, -7.0]); // sqrt((1 + 49) / 2) = 5
/// assert!((y[0] - 0.2).abs() < 1e-6 && (y[1] + 14.0).abs() < 1e-5);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsNormalization<const N: usize> {
    epsilon: f64,
}

impl<const N: usize> RmsNormalization<N> {
    /// The layer with Keras's default.
    #[must_use]
    pub const fn new() -> Self {
        Self { epsilon: 1e-6 }
    }

    /// The same layer with another number added to the mean square.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon }
    }

    /// What it computes with and does not train: `epsilon`.
    #[must_use]
    pub const fn numbers(self) -> [f64; 1] {
        [self.epsilon]
    }
}

impl<const N: usize> Default for RmsNormalization<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const N: usize> Layer<T> for RmsNormalization<N> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = SVector<T, N>;
    /// `1 / sqrt(mean_square + epsilon)` of each sample.
    type Tape = T::Lane;

    const TENSORS: &'static [TensorInfo] = &[TensorInfo { name: "scale", shape: &[N] }];

    const FORM: Form = Form::OfRmsNormalization;

    /// One lane for each number of the scale.
    const SUMS: usize = N;

    const COMPLETES: bool = true;

    fn initialize<R: Rng + ?Sized>(&self, scale: &mut SVector<T, N>, _: &mut R) {
        scale.fill(T::ONE);
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        scale: &SVector<T, N>,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        tape: &mut T::Lane,
    ) {
        let mut squares = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let x = input.load(simd, i);
            squares += x * x;
        }
        let mean_square = squares * T::from_f64(1.0 / N as f64);
        let root = (mean_square + T::Vector::<S>::splat(simd, T::from_f64(self.epsilon))).sqrt();
        let inverse = T::Vector::<S>::splat(simd, T::ONE) / root;
        for i in 0..N {
            output.store::<S>(i, input.load(simd, i) * inverse * scale[i]);
        }
        tape.store::<S>(inverse);
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, scale: &SVector<T, N>, mut pass: Backward<'_, T, Self>) {
        Self::sum_tile(simd, &mut pass);
        let Backward { input, tape, d_output, d_input, .. } = pass;
        let inverse = tape.load(simd);
        let Some(d_input) = d_input else { return };
        // with n = x inverse and d the gradient with respect to it, dx = inverse (d - n mean(d n))
        let mut along = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            along += d_output.load(simd, i) * scale[i] * (input.load(simd, i) * inverse);
        }
        let along = along * T::from_f64(1.0 / N as f64);
        for i in 0..N {
            let d = d_output.load(simd, i) * scale[i];
            d_input.store::<S>(i, (d - input.load(simd, i) * inverse * along) * inverse);
        }
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, T, Self>) {
        Self::sum_lanes(simd, share);
    }

    #[inline(always)]
    fn complete<S: Simd, G: Batch<T, Self>, K: Sink<T>>(&self, simd: S, batch: G, start: usize, sink: &mut K) {
        Self::sum_batch(simd, batch, start, sink);
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, scale: &SVector<T, N>, input: &[T; N], output: &mut [T; N]) {
        let mean_square = input.iter().map(|&x| x * x).sum::<T>() * T::from_f64(1.0 / N as f64);
        let inverse = inverse_root::<T, S>(simd, mean_square + T::from_f64(self.epsilon));
        for ((y, &x), &scale) in output.iter_mut().zip(input).zip(scale) {
            *y = x * inverse * scale;
        }
    }
}

impl<T: Scalar, const N: usize> Summed<T> for RmsNormalization<N> {
    #[inline(always)]
    fn add<S: Simd>(
        simd: S,
        input: &Tile<T, N>,
        d_output: &Tile<T, N>,
        inverse: &T::Lane,
        number: usize,
        sum: T::Vector<S>,
    ) -> T::Vector<S> {
        sum + d_output.load(simd, number) * (input.load(simd, number) * inverse.load(simd))
    }
}
