//! Sums with noise, in training.

use fearless_simd::Simd;
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::initializers::deviation;
use crate::noise::Noise;
use crate::scalar::Scalar;
use crate::tile::{Tile, copy};

/// In training `y = x + stddev n`, where each `n` is of a normal distribution with mean 0 and standard deviation 1, for
/// each sample anew; in prediction `y = x`. In `network!`: `GaussianNoise(0.1)`, or `GaussianNoise(N, 0.1)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `stddev = ...` | must be given, its name need not | the standard deviation of the noise, not negative |
///
/// Source: C. Bishop, *Training with Noise is Equivalent to Tikhonov Regularization*, 1995; Keras's
/// [`GaussianNoise`](https://keras.io/api/layers/regularization_layers/gaussian_noise/).
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Net = GaussianNoise(2, 0.1), Dense(32, relu), Dense(1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut net = Net::new(rng);
/// Trainer::new(MeanSquaredError, Adam::new(1e-3)).fit(&mut net, (&[[0.5, -0.5]], &[[1.0]]), rng)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoise<const N: usize> {
    stddev: f64,
}

impl<const N: usize> GaussianNoise<N> {
    /// The layer that changes nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { stddev: 0.0 }
    }

    /// The same layer with another standard deviation.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN: in `network!` while compiling.
    #[must_use]
    pub const fn stddev(self, stddev: f64) -> Self {
        Self { stddev: deviation(stddev) }
    }
}

impl<const N: usize> Default for GaussianNoise<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const N: usize> Layer<T> for GaussianNoise<N> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = NoParameters;
    type Tape = ();

    const FORM: Form = Form::Unchanged;
    const STREAMS: usize = 1;

    fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    #[inline(always)]
    fn forward<S: Simd>(&self, _: S, _: &NoParameters, input: &Tile<T, N>, output: &mut Tile<T, N>, (): &mut ()) {
        copy::<T, _>(input, output);
    }

    #[inline(always)]
    fn train<S: Simd>(
        &self,
        simd: S,
        _: &NoParameters,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        (): &mut (),
        noise: Noise,
    ) {
        let stddev = T::from_f64(self.stddev);
        noise.normal::<T, S>(
            simd,
            N,
            #[inline(always)]
            |i, normal| output.store::<S>(i, input.load(simd, i) + normal * stddev),
        );
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, _: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        if let Some(d_input) = pass.d_input {
            copy::<T, _>(pass.d_output, d_input);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, _: S, _: &NoParameters, input: &[T; N], output: &mut [T; N]) {
        *output = *input;
    }
}
