//! Zeros at random, in training.

use fearless_simd::{Select as _, Simd, SimdBase as _};

use super::random_factors::random_factors;
use crate::noise::Noise;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// In training `y = m x / (1 - rate)`, where each `m` is 0 with the probability `rate`, else 1, for each sample anew;
/// in prediction `y = x`, which is the mean of that. In `network!`: `Dropout(0.5)`, or `Dropout(N, 0.5)`.
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

random_factors!(Dropout);

impl<const N: usize> Dropout<N> {
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
