//! Samples of mean 0 and variance 1.

use bytemuck::{Pod, Zeroable};
use fearless_simd::Simd;
use nalgebra::SMatrix;
use rand::Rng;

use super::summed::Summed;
use super::{Backward, Batch, Form, Layer, Share, Sink, TensorInfo, normal};
use crate::initializers::{Fan, Initializer, Ones, Zeros};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// `y_i = gamma_i (x_i - mean) / sqrt(variance + epsilon) + beta_i`, with the mean and the variance of the sample's own
/// numbers: `variance = sum_i (x_i - mean)^2 / N`. In `network!`: `LayerNormalization`, or `LayerNormalization(N)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `epsilon = ...` | `1e-3` | what keeps the root from zero |
/// | `center = ...` | `true` | whether there is a `beta` |
/// | `scale = ...` | `true` | whether there is a `gamma` |
/// | `beta_initializer = ...` | `zeros` | how `beta` starts |
/// | `gamma_initializer = ...` | `ones` | how `gamma` starts |
/// | `beta_regularizer`, `gamma_regularizer` | none | what they [cost](crate::regularizers) |
/// | `beta_constraint`, `gamma_constraint` | none | what they [must be](crate::constraints) |
/// | `trainable = ...` | `true` | whether its parameters [move](crate::network!#layers-that-are-not-trained) |
///
/// Source: J. Ba, J. Kiros, G. Hinton, *Layer Normalization*, 2016; options and numbers of Keras's
/// [`LayerNormalization`](https://keras.io/api/layers/normalization_layers/layer_normalization/).
///
/// # Shapes
/// - input and output: `N`
/// - gamma: `SVector<T, N>`; without scale `SMatrix<T, N, 0>`
/// - beta: `SVector<T, N>`; without center `SMatrix<T, N, 0>`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Normal = LayerNormalization(2, epsilon = 1e-6); Deep = Dense(2 -> 8), LayerNormalization, relu, Dense(1) }
///
/// # fn main() {
/// let y = Normal::new(&mut StdRng::seed_from_u64(0)).predict(&[3.0, 7.0]);
/// assert!((y[0] + 1.0).abs() < 1e-5 && (y[1] - 1.0).abs() < 1e-5);
/// assert_eq!(Deep::PARAMETERS, 3 * 8 + 2 * 8 + 9);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNormalization<const N: usize, const CENTER: usize = 1, const SCALE: usize = 1, B = Zeros, G = Ones> {
    epsilon: f64,
    beta_initializer: B,
    gamma_initializer: G,
}

impl<const N: usize> LayerNormalization<N> {
    /// The layer with Keras's defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self { epsilon: 1e-3, beta_initializer: Zeros, gamma_initializer: Ones }
    }
}

impl<const N: usize> Default for LayerNormalization<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, const CENTER: usize, const SCALE: usize, B: Copy, G: Copy>
    LayerNormalization<N, CENTER, SCALE, B, G>
{
    /// The same layer with another number added to the variance.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// What it computes with and does not train: `epsilon`.
    #[must_use]
    pub const fn numbers(self) -> [f64; 1] {
        [self.epsilon]
    }

    /// The same layer without `beta`.
    pub const fn without_center(self) -> LayerNormalization<N, 0, SCALE, B, G> {
        self.with(self.beta_initializer, self.gamma_initializer)
    }

    /// The same layer without `gamma`.
    pub const fn without_scale(self) -> LayerNormalization<N, CENTER, 0, B, G> {
        self.with(self.beta_initializer, self.gamma_initializer)
    }

    /// The same layer with another start of `beta`.
    pub const fn beta_initializer<I: Copy>(self, beta_initializer: I) -> LayerNormalization<N, CENTER, SCALE, I, G> {
        self.with(beta_initializer, self.gamma_initializer)
    }

    /// The same layer with another start of `gamma`.
    pub const fn gamma_initializer<I: Copy>(self, gamma_initializer: I) -> LayerNormalization<N, CENTER, SCALE, B, I> {
        self.with(self.beta_initializer, gamma_initializer)
    }

    const fn with<const C: usize, const S: usize, J: Copy, I: Copy>(
        self,
        beta_initializer: J,
        gamma_initializer: I,
    ) -> LayerNormalization<N, C, S, J, I> {
        LayerNormalization { epsilon: self.epsilon, beta_initializer, gamma_initializer }
    }
}

/// What a [`LayerNormalization`] trains, or a [`GroupNormalization`](super::GroupNormalization).
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct LayerNormalizationParameters<T: Scalar, const N: usize, const CENTER: usize = 1, const SCALE: usize = 1> {
    /// What the normalized numbers are multiplied by.
    pub gamma: SMatrix<T, N, SCALE>,
    /// What is added to them then.
    pub beta: SMatrix<T, N, CENTER>,
}

// SAFETY: both fields are arrays of floats, for which all-zero bytes are zeros.
unsafe impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize> Zeroable
    for LayerNormalizationParameters<T, N, CENTER, SCALE>
{
}
// SAFETY: `repr(C)`, and both fields are arrays of the same float, so that there is no padding and every bit pattern
// is a value.
unsafe impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize> Pod
    for LayerNormalizationParameters<T, N, CENTER, SCALE>
{
}

impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize>
    LayerNormalizationParameters<T, N, CENTER, SCALE>
{
    pub(super) const TENSORS: &'static [TensorInfo] = match (SCALE, CENTER) {
        (0, 0) => &[],
        (0, _) => &[TensorInfo { name: "beta", shape: &[N] }],
        (_, 0) => &[TensorInfo { name: "gamma", shape: &[N] }],
        _ => &[TensorInfo { name: "gamma", shape: &[N] }, TensorInfo { name: "beta", shape: &[N] }],
    };

    /// `gamma`, or nothing.
    #[inline(always)]
    pub(super) fn gamma(&self) -> &[T] {
        self.gamma.data.0.as_flattened()
    }

    /// `beta`, or nothing.
    #[inline(always)]
    pub(super) fn beta(&self) -> &[T] {
        self.beta.data.0.as_flattened()
    }
}

impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize, B, G> Layer<T>
    for LayerNormalization<N, CENTER, SCALE, B, G>
where
    B: Initializer,
    G: Initializer,
{
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = LayerNormalizationParameters<T, N, CENTER, SCALE>;
    /// The mean of each sample, and `1 / sqrt(variance + epsilon)`.
    type Tape = [T::Lane; 2];

    const TENSORS: &'static [TensorInfo] = Self::Parameters::TENSORS;

    const FORM: Form = Form::OfLayerNormalization;

    /// One lane for each parameter, in their order.
    const SUMS: usize = (SCALE + CENTER) * N;

    const COMPLETES: bool = true;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, rng: &mut R) {
        let fan = Fan { inputs: N, outputs: N };
        self.gamma_initializer.fill(parameters.gamma.data.0.as_flattened_mut(), fan, rng);
        self.beta_initializer.fill(parameters.beta.data.0.as_flattened_mut(), fan, rng);
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        tape: &mut Self::Tape,
    ) {
        let factors = [parameters.gamma(), parameters.beta()];
        let [mean, scale] = normal::forward(simd, 0..N, self.epsilon, factors, input, output);
        tape[0].store::<S>(mean);
        tape[1].store::<S>(scale);
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, mut pass: Backward<'_, T, Self>) {
        Self::sum_tile(simd, &mut pass);
        let Backward { input, tape, d_output, d_input, .. } = pass;
        let Some(d_input) = d_input else { return };
        let statistics = [tape[0].load(simd), tape[1].load(simd)];
        normal::backward(simd, 0..N, parameters.gamma(), statistics, input, d_output, d_input);
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, T, Self>) {
        Self::sum_lanes(simd, share);
    }

    #[inline(always)]
    fn complete<S: Simd, A: Batch<T, Self>, K: Sink<T>>(&self, simd: S, batch: A, start: usize, sink: &mut K) {
        Self::sum_batch(simd, batch, start, sink);
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, parameters: &Self::Parameters, input: &[T; N], output: &mut [T; N]) {
        normal::predict(simd, self.epsilon, [parameters.gamma(), parameters.beta()], input, output);
    }
}

impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize, B, G> Summed<T>
    for LayerNormalization<N, CENTER, SCALE, B, G>
where
    B: Initializer,
    G: Initializer,
{
    #[inline(always)]
    fn add<S: Simd>(
        simd: S,
        input: &Tile<T, N>,
        d_output: &Tile<T, N>,
        [mean, scale]: &[T::Lane; 2],
        number: usize,
        sum: T::Vector<S>,
    ) -> T::Vector<S> {
        let d = d_output.load(simd, number % N);
        // the numbers of `gamma` come before those of `beta`
        if number < SCALE * N {
            sum + d * ((input.load(simd, number) - mean.load(simd)) * scale.load(simd))
        } else {
            sum + d
        }
    }
}
