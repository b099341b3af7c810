//! Zeros at random, in training.

use fearless_simd::{Select as _, Simd, SimdBase as _};
use rand::Rng;

use super::{AlphaDropout, Backward, Form, GaussianDropout, Layer, NoParameters};
use crate::noise::Noise;
use crate::scalar::Scalar;
use crate::tile::{Tile, copy};

/// In training `y = m x / (1 - rate)`, where each `m` is 0 with the probability `rate`, else 1, for each sample anew; in
/// prediction `y = x`, which is the mean of that. In `network!`: `Dropout(0.5)`, or `Dropout(N, 0.5)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `rate = ...` | must be given, its name need not | how many numbers become 0, from 0 to below 1 |
///
/// No unit can rely on another, so that a network learns less of its samples by heart. The random numbers come from the
/// generator that `fit` is given: see [`noise`](crate::noise).
///
/// Source: N. Srivastava and others, *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014; Keras's
/// [`Dropout`](https://keras.io/api/layers/regularization_layers/dropout/).
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Net = Dense(2 -> 32, relu), Dropout(0.5), Dense(1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut net = Net::new(rng);
/// Trainer::new(MeanSquaredError, Adam::new(1e-3)).fit(&mut net, (&[[0.5, -0.5]], &[[1.0]]), rng)?;
/// assert_eq!(net.predict(&[0.5, -0.5]), net.predict(&[0.5, -0.5]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout<const N: usize> {
    rate: f64,
}

impl<const N: usize> Dropout<N> {
    /// The layer that changes nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { rate: 0.0 }
    }

    /// The same layer with another rate.
    ///
    /// # Panics
    /// If it is not at least 0 and less than 1: in `network!` while compiling.
    #[must_use]
    pub const fn rate(self, rate: f64) -> Self {
        Self { rate: checked(rate) }
    }

    /// The outputs in training, and the factors.
    #[inline(always)]
    fn draw<T: Scalar, S: Simd>(
        self,
        simd: S,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        factors: &mut Tile<T, N>,
        noise: Noise,
    ) {
        let rate = T::Vector::<S>::splat(simd, T::from_f64(self.rate));
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let kept = T::Vector::<S>::splat(simd, T::from_f64(1.0 / (1.0 - self.rate)));
        noise.uniform::<T, S>(
            simd,
            N,
            #[inline(always)]
            |i, uniform| {
                let factor = uniform.simd_lt(rate).select(zero, kept);
                factors.store::<S>(i, factor);
                output.store::<S>(i, input.load(simd, i) * factor);
            },
        );
    }
}

/// What layers share that multiply by random factors in training, which `draw` knows.
macro_rules! random_factors {
    ($($layer:ident),*) => {$(
        impl<const N: usize> Default for $layer<N> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Scalar, const N: usize> Layer<T> for $layer<N> {
            type Input = Tile<T, N>;
            type Output = Tile<T, N>;
            type Parameters = NoParameters;
            /// What each number was multiplied by.
            type Tape = Tile<T, N>;

            const FORM: Form = Form::Unchanged;
            const STREAMS: usize = 1;

            fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

            #[inline(always)]
            fn forward<S: Simd>(
                &self,
                simd: S,
                _: &NoParameters,
                input: &Tile<T, N>,
                output: &mut Tile<T, N>,
                factors: &mut Tile<T, N>,
            ) {
                unchanged(simd, input, output, factors);
            }

            #[inline(always)]
            fn train<S: Simd>(
                &self,
                simd: S,
                _: &NoParameters,
                input: &Tile<T, N>,
                output: &mut Tile<T, N>,
                factors: &mut Tile<T, N>,
                noise: Noise,
            ) {
                self.draw(simd, input, output, factors, noise);
            }

            #[inline(always)]
            fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
                multiplied(simd, pass.tape, pass.d_output, pass.d_input);
            }

            #[inline(always)]
            fn predict<S: Simd>(&self, _: S, _: &NoParameters, input: &[T; N], output: &mut [T; N]) {
                *output = *input;
            }
        }
    )*};
}

random_factors!(AlphaDropout, Dropout, GaussianDropout);

/// A rate that may be one.
pub(super) const fn checked(rate: f64) -> f64 {
    assert!(0.0 <= rate && rate < 1.0, "a rate is at least 0 and less than 1");
    rate
}

/// `y = x`, as a layer does it that multiplies by random factors in training.
#[inline(always)]
fn unchanged<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    input: &Tile<T, N>,
    output: &mut Tile<T, N>,
    factors: &mut Tile<T, N>,
) {
    copy::<T, _>(input, output);
    for i in 0..N {
        factors.store::<S>(i, T::Vector::<S>::splat(simd, T::ONE));
    }
}

/// The gradient of `y = factor x`.
#[inline(always)]
fn multiplied<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    factors: &Tile<T, N>,
    d_output: &Tile<T, N>,
    d_input: Option<&mut Tile<T, N>>,
) {
    let Some(d_input) = d_input else { return };
    for i in 0..N {
        d_input.store::<S>(i, d_output.load(simd, i) * factors.load(simd, i));
    }
}
