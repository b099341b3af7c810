//! Samples whose groups of numbers have mean 0 and variance 1.

use core::ops::Range;

use fearless_simd::Simd;
use rand::Rng;

use super::layer_normalization::LayerNormalizationParameters;
use super::summed::Summed;
use super::{Backward, Batch, Form, Layer, Share, Sink, TensorInfo, normal};
use crate::initializers::{Fan, Initializer, Ones, Zeros};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// `y_i = gamma_i (x_i - mean) / sqrt(variance + epsilon) + beta_i`, with the mean and the variance of the `N / groups`
/// neighbours that are a group with `x_i`. In `network!`: `GroupNormalization(groups = 4)`, or
/// `GroupNormalization(N, groups = 4)`.
///
/// With one group it is a [`LayerNormalization`](super::LayerNormalization).
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `groups = ...` | must be given | how many groups there are, each as large as the others; Keras's default is 32 |
/// | `epsilon = ...` | `1e-3` | what keeps the root from zero |
/// | `center = ...` | `true` | whether there is a `beta` |
/// | `scale = ...` | `true` | whether there is a `gamma` |
/// | `beta_initializer = ...` | `zeros` | how `beta` starts |
/// | `gamma_initializer = ...` | `ones` | how `gamma` starts |
/// | `beta_regularizer`, `gamma_regularizer` | none | what they [cost](crate::regularizers) |
/// | `beta_constraint`, `gamma_constraint` | none | what they [must be](crate::constraints) |
/// | `trainable = ...` | `true` | whether its parameters [move](crate::network!#layers-that-are-not-trained) |
///
/// Source: Y. Wu, K. He, *Group Normalization*, 2018; options and numbers of Keras's
/// [`GroupNormalization`](https://keras.io/api/layers/normalization_layers/group_normalization/), whose channels are
/// the numbers of a sample.
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
/// network! {
///     Pairs = GroupNormalization(4, groups = 2, epsilon = 1e-6);
///     Deep = Dense(2 -> 8), GroupNormalization(groups = 4), relu, Dense(1)
/// }
///
/// # fn main() {
/// let y = Pairs::new(&mut StdRng::seed_from_u64(0)).predict(&[3.0, 7.0, 100.0, 50.0]);
/// assert_eq!(y.map(f32::round), [-1.0, 1.0, 1.0, -1.0]);
/// assert_eq!(Deep::PARAMETERS, 3 * 8 + 2 * 8 + 9);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupNormalization<
    const N: usize,
    const GROUPS: usize,
    const CENTER: usize = 1,
    const SCALE: usize = 1,
    B = Zeros,
    G = Ones,
> {
    epsilon: f64,
    beta_initializer: B,
    gamma_initializer: G,
}

impl<const N: usize, const GROUPS: usize> GroupNormalization<N, GROUPS> {
    /// The layer with Keras's defaults.
    #[must_use]
    pub const fn new() -> Self {
        const {
            assert!(N > 0, "a `GroupNormalization` takes at least one number");
            assert!(
                GROUPS > 0 && N.is_multiple_of(GROUPS),
                "the groups of a `GroupNormalization` are as large as each other, so that their number divides that of its inputs"
            );
        }
        Self { epsilon: 1e-3, beta_initializer: Zeros, gamma_initializer: Ones }
    }
}

impl<const N: usize, const GROUPS: usize> Default for GroupNormalization<N, GROUPS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, const GROUPS: usize, const CENTER: usize, const SCALE: usize, B: Copy, G: Copy>
    GroupNormalization<N, GROUPS, CENTER, SCALE, B, G>
{
    /// How many numbers a group has.
    const SIZE: usize = N / GROUPS;

    /// The numbers of a group.
    #[inline(always)]
    const fn group(group: usize) -> Range<usize> {
        group * Self::SIZE..(group + 1) * Self::SIZE
    }

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
    pub const fn without_center(self) -> GroupNormalization<N, GROUPS, 0, SCALE, B, G> {
        self.with(self.beta_initializer, self.gamma_initializer)
    }

    /// The same layer without `gamma`.
    pub const fn without_scale(self) -> GroupNormalization<N, GROUPS, CENTER, 0, B, G> {
        self.with(self.beta_initializer, self.gamma_initializer)
    }

    /// The same layer with another start of `beta`.
    pub const fn beta_initializer<I: Copy>(self, initializer: I) -> GroupNormalization<N, GROUPS, CENTER, SCALE, I, G> {
        self.with(initializer, self.gamma_initializer)
    }

    /// The same layer with another start of `gamma`.
    pub const fn gamma_initializer<I: Copy>(
        self,
        initializer: I,
    ) -> GroupNormalization<N, GROUPS, CENTER, SCALE, B, I> {
        self.with(self.beta_initializer, initializer)
    }

    const fn with<const C: usize, const S: usize, J: Copy, I: Copy>(
        self,
        beta_initializer: J,
        gamma_initializer: I,
    ) -> GroupNormalization<N, GROUPS, C, S, J, I> {
        GroupNormalization { epsilon: self.epsilon, beta_initializer, gamma_initializer }
    }
}

impl<T: Scalar, const N: usize, const GROUPS: usize, const CENTER: usize, const SCALE: usize, B, G> Layer<T>
    for GroupNormalization<N, GROUPS, CENTER, SCALE, B, G>
where
    B: Initializer,
    G: Initializer,
{
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = LayerNormalizationParameters<T, N, CENTER, SCALE>;
    /// The mean of each group of each sample, and `1 / sqrt(variance + epsilon)`.
    type Tape = [[T::Lane; 2]; GROUPS];

    const TENSORS: &'static [TensorInfo] = Self::Parameters::TENSORS;

    const FORM: Form = Form::OfGroupNormalization { groups: GROUPS };

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
        for (group, tape) in tape.iter_mut().enumerate() {
            let factors = [parameters.gamma(), parameters.beta()];
            let [mean, scale] = normal::forward(simd, Self::group(group), self.epsilon, factors, input, output);
            tape[0].store::<S>(mean);
            tape[1].store::<S>(scale);
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, mut pass: Backward<'_, T, Self>) {
        Self::sum_tile(simd, &mut pass);
        let Backward { input, tape, d_output, d_input, .. } = pass;
        let Some(d_input) = d_input else { return };
        for (group, [mean, scale]) in tape.iter().enumerate() {
            let (numbers, statistics) = (Self::group(group), [mean.load(simd), scale.load(simd)]);
            normal::backward(simd, numbers, parameters.gamma(), statistics, input, d_output, d_input);
        }
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
        let (mut gammas, mut betas) = (parameters.gamma().chunks(Self::SIZE), parameters.beta().chunks(Self::SIZE));
        for (x, y) in input.chunks(Self::SIZE).zip(output.chunks_mut(Self::SIZE)) {
            let factors = [&mut gammas, &mut betas].map(|groups| groups.next().unwrap_or_default());
            normal::predict(simd, self.epsilon, factors, x, y);
        }
    }
}

impl<T: Scalar, const N: usize, const GROUPS: usize, const CENTER: usize, const SCALE: usize, B, G> Summed<T>
    for GroupNormalization<N, GROUPS, CENTER, SCALE, B, G>
where
    B: Initializer,
    G: Initializer,
{
    #[inline(always)]
    fn add<S: Simd>(
        simd: S,
        input: &Tile<T, N>,
        d_output: &Tile<T, N>,
        tape: &Self::Tape,
        number: usize,
        sum: T::Vector<S>,
    ) -> T::Vector<S> {
        let d = d_output.load(simd, number % N);
        // the numbers of `gamma` come before those of `beta`
        match tape.get(number / Self::SIZE) {
            Some([mean, scale]) if number < SCALE * N => {
                sum + d * ((input.load(simd, number) - mean.load(simd)) * scale.load(simd))
            }
            _ => sum + d,
        }
    }
}
