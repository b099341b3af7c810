//! Samples of mean 0 and variance 1 over a batch.

mod numbers;
mod options;
mod statistics;

use fearless_simd::{Simd, SimdBase, SimdFloat};
use rand::Rng;

pub use self::numbers::{BatchNormalizationParameters, BatchNormalizationTape};
use super::summed::Summed;
use super::{Backward, Batch, Form, Layer, Share, Sink, TensorInfo, Trace, Way};
use crate::initializers::{Fan, Initializer, Ones, Zeros};
use crate::kernels::flat::{load, store};
use crate::noise::Noise;
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;
use crate::tiles::Tiles;

/// `y_i = gamma_i (x_i - mean_i) / sqrt(variance_i + epsilon) + beta_i`: in training with the mean and the variance of
/// number `i` over all samples of the batch, `variance_i = sum (x_i - mean_i)^2 / samples`; in prediction and
/// evaluation with `moving_mean` and `moving_variance`, which each step of training brings nearer to those of its
/// batch: `moving = momentum * moving + (1 - momentum) * of the batch`. In `network!`: `BatchNormalization`, or
/// `BatchNormalization(N)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `momentum = ...` | `0.99` | how much of the moving averages a step keeps |
/// | `epsilon = ...` | `1e-3` | what keeps the root from zero |
/// | `center = ...` | `true` | whether there is a `beta` |
/// | `scale = ...` | `true` | whether there is a `gamma` |
/// | `beta_initializer = ...` | `zeros` | how `beta` starts |
/// | `gamma_initializer = ...` | `ones` | how `gamma` starts |
/// | `moving_mean_initializer = ...` | `zeros` | how the mean of predictions starts |
/// | `moving_variance_initializer = ...` | `ones` | how their variance starts |
/// | `beta_regularizer`, `gamma_regularizer` | none | what they [cost](crate::regularizers) |
/// | `beta_constraint`, `gamma_constraint` | none | what they [must be](crate::constraints) |
/// | `trainable = ...` | `true` | whether anything of it [moves](crate::network!#layers-that-are-not-trained) |
///
/// With `trainable = false`, and within a network that is told so, it works in training as in prediction, as in Keras.
///
/// All samples of a batch must have come as far as this layer before the first can go on. So a batch is kept in memory
/// whole, however long it is, and [`HeaplessTrainer`](crate::HeaplessTrainer), which has memory for one tile, does not
/// take a network with it. [`Pass`](crate::Pass) works as in prediction, its gradient too.
///
/// Source: S. Ioffe, C. Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal
/// Covariate Shift*, 2015; options and numbers of Keras's
/// [`BatchNormalization`](https://keras.io/api/layers/normalization_layers/batch_normalization/).
///
/// # Shapes
/// - input and output: `N`
/// - gamma: `SVector<T, N>`; without scale `SMatrix<T, N, 0>`
/// - beta: `SVector<T, N>`; without center `SMatrix<T, N, 0>`
/// - `moving_mean`, `moving_variance`: `SVector<T, N>`, which no optimizer moves
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Deep = Dense(1 -> 8, bias = false), BatchNormalization(momentum = 0.5), relu, Dense(1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut deep = Deep::new(rng);
/// let x: Vec<f32> = (0..100).map(|i| i as f32 / 50.0 + 3.0).collect();
/// let y: Vec<f32> = x.iter().map(|x| x.sin()).collect();
/// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(50).batch_size(20);
/// trainer.fit(&mut deep, (&x, &y), rng)?;
/// assert!(trainer.evaluate(&deep, (&x, &y))?.loss < 0.05);
/// // the mean of what goes in is 4
/// let w = deep.dense.kernel[0];
/// assert!((deep.batch_normalization.moving_mean[0] - 4.0 * w).abs() < 0.2 * w.abs());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchNormalization<
    const N: usize,
    const CENTER: usize = 1,
    const SCALE: usize = 1,
    B = Zeros,
    G = Ones,
    M = Zeros,
    V = Ones,
> {
    momentum: f64,
    epsilon: f64,
    beta_initializer: B,
    gamma_initializer: G,
    moving_mean_initializer: M,
    moving_variance_initializer: V,
}

impl<const N: usize, const CENTER: usize, const SCALE: usize, B, G, M, V>
    BatchNormalization<N, CENTER, SCALE, B, G, M, V>
{
    /// Normalises a tile with what stands in the tape.
    #[inline(always)]
    fn apply<T: Scalar, S: Simd>(
        simd: S,
        parameters: &BatchNormalizationParameters<T, N, CENTER, SCALE>,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        tape: &BatchNormalizationTape<T, N>,
    ) {
        for i in 0..N {
            let mut y = tape.normal(simd, input, i);
            if let Some(&gamma) = parameters.gamma().get(i) {
                y *= gamma;
            }
            if let Some(&beta) = parameters.beta().get(i) {
                y += beta;
            }
            output.store::<S>(i, y);
        }
    }
}

/// `1 / sqrt(variance + epsilon)` of every number.
#[inline(always)]
fn scales<T: Scalar, S: Simd>(simd: S, variance: &[T], epsilon: f64, scale: &mut [T]) {
    let epsilon = T::Vector::<S>::splat(simd, T::from_f64(epsilon));
    for (variance, scale) in variance.chunks(T::LANES).zip(scale.chunks_mut(T::LANES)) {
        let root = (load::<T, S>(simd, variance) + epsilon).sqrt();
        store::<T, S>(T::Vector::<S>::splat(simd, T::ONE) / root, scale);
    }
}

impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize, B, G, M, V> Layer<T>
    for BatchNormalization<N, CENTER, SCALE, B, G, M, V>
where
    B: Initializer,
    G: Initializer,
    M: Initializer,
    V: Initializer,
{
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = BatchNormalizationParameters<T, N, CENTER, SCALE>;
    type Tape = BatchNormalizationTape<T, N>;

    const TENSORS: &'static [TensorInfo] = match (SCALE, CENTER) {
        (0, 0) => {
            &[TensorInfo { name: "moving_mean", shape: &[N] }, TensorInfo { name: "moving_variance", shape: &[N] }]
        }
        (0, _) => &[
            TensorInfo { name: "beta", shape: &[N] },
            TensorInfo { name: "moving_mean", shape: &[N] },
            TensorInfo { name: "moving_variance", shape: &[N] },
        ],
        (_, 0) => &[
            TensorInfo { name: "gamma", shape: &[N] },
            TensorInfo { name: "moving_mean", shape: &[N] },
            TensorInfo { name: "moving_variance", shape: &[N] },
        ],
        _ => &[
            TensorInfo { name: "gamma", shape: &[N] },
            TensorInfo { name: "beta", shape: &[N] },
            TensorInfo { name: "moving_mean", shape: &[N] },
            TensorInfo { name: "moving_variance", shape: &[N] },
        ],
    };

    const FORM: Form = Form::OfBatchNormalization;

    /// The moving averages come last.
    const TRAINED: usize = (SCALE + CENTER) * N;

    /// One lane for each trained number, in their order.
    const SUMS: usize = (SCALE + CENTER) * N;

    const COMPLETES: bool = true;

    const BARRIERS: usize = 1;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, rng: &mut R) {
        let fan = Fan { inputs: N, outputs: N };
        self.gamma_initializer.fill(parameters.gamma.data.0.as_flattened_mut(), fan, rng);
        self.beta_initializer.fill(parameters.beta.data.0.as_flattened_mut(), fan, rng);
        self.moving_mean_initializer.fill(parameters.moving_mean.as_mut_slice(), fan, rng);
        self.moving_variance_initializer.fill(parameters.moving_variance.as_mut_slice(), fan, rng);
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
        tape.lanes = T::Lane::splat(T::ONE);
        (tape.level, tape.along) = ([T::ZERO; N], [T::ZERO; N]);
        for (mean, moving) in tape.mean.iter_mut().zip(&parameters.moving_mean) {
            *mean = *moving;
        }
        scales::<T, S>(simd, parameters.moving_variance.as_slice(), self.epsilon, &mut tape.scale);
        Self::apply(simd, parameters, input, output, tape);
    }

    #[inline(always)]
    fn train_part<S: Simd>(
        &self,
        simd: S,
        part: usize,
        parameters: &Self::Parameters,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        tape: &mut Self::Tape,
        _: Noise,
    ) {
        if part == 1 {
            Self::apply(simd, parameters, input, output, tape);
        }
    }

    #[inline(always)]
    fn backward_part<S: Simd>(&self, simd: S, part: usize, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        if part == 0 {
            self.backward(simd, parameters, pass);
        }
    }

    #[inline(always)]
    fn meet<S: Simd, A: Tiles<Self::Input, Trace<T, Self>>>(
        &self,
        simd: S,
        _: usize,
        way: Way,
        samples: usize,
        batch: &mut A,
    ) {
        match way {
            Way::Forward => self.gather(simd, samples, batch),
            Way::Back => Self::gather_back(simd, samples, batch),
        }
    }

    fn absorb(&self, parameters: &mut Self::Parameters, tape: &Self::Tape) {
        let (keep, rest) = (T::from_f64(self.momentum), T::from_f64(1.0 - self.momentum));
        for (moving, mean) in parameters.moving_mean.iter_mut().zip(&tape.mean) {
            *moving = *moving * keep + *mean * rest;
        }
        for (moving, variance) in parameters.moving_variance.iter_mut().zip(&tape.variance) {
            *moving = *moving * keep + *variance * rest;
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, mut pass: Backward<'_, T, Self>) {
        Self::sum_tile(simd, &mut pass);
        let Backward { input, tape, d_output, d_input, .. } = pass;
        let Some(d_input) = d_input else { return };
        // with d the gradient with respect to the outputs, dx = gamma scale (d - mean(d) - n mean(d n))
        let lanes = tape.lanes.load(simd);
        for i in 0..N {
            let scale = parameters.gamma().get(i).map_or(tape.scale[i], |&gamma| gamma * tape.scale[i]);
            let d = d_output.load(simd, i) - tape.level[i] - tape.normal(simd, input, i) * tape.along[i];
            d_input.store::<S>(i, d * scale * lanes);
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
        scales::<T, S>(simd, parameters.moving_variance.as_slice(), self.epsilon, output);
        for ((y, &x), &mean) in output.iter_mut().zip(input).zip(&parameters.moving_mean) {
            *y *= x - mean;
        }
        for (y, &gamma) in output.iter_mut().zip(parameters.gamma()) {
            *y *= gamma;
        }
        for (y, &beta) in output.iter_mut().zip(parameters.beta()) {
            *y += beta;
        }
    }
}

impl<T: Scalar, const N: usize, const CENTER: usize, const SCALE: usize, B, G, M, V> Summed<T>
    for BatchNormalization<N, CENTER, SCALE, B, G, M, V>
where
    B: Initializer,
    G: Initializer,
    M: Initializer,
    V: Initializer,
{
    #[inline(always)]
    fn add<S: Simd>(
        simd: S,
        input: &Tile<T, N>,
        d_output: &Tile<T, N>,
        tape: &BatchNormalizationTape<T, N>,
        number: usize,
        sum: T::Vector<S>,
    ) -> T::Vector<S> {
        let d = d_output.load(simd, number % N);
        // the numbers of `gamma` come before those of `beta`
        if number < SCALE * N { sum + d * tape.normal(simd, input, number) } else { sum + d }
    }
}
