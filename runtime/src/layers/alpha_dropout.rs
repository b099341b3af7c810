//! What a `selu` gives at the least, at random, in training.

use fearless_simd::{Select as _, Simd, SimdBase as _};

use super::random_factors::random_factors;
use crate::noise::Noise;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// The least that a `selu` gives.
const LEAST: f64 = -1.673_263_242_354_377_2 * 1.050_700_987_355_480_5;

/// In training `y = a z + b`, where each `z` is `c = -1.758..`, the least that a `selu` gives, with the probability
/// `rate`, else `x`, for each sample anew; in prediction `y = x`. With `a = 1 / sqrt((1 - rate) (1 + rate c^2))` and
/// `b = -a rate c`, mean 0 and variance 1 stay what they are, which layers with `selu` want. In `network!`:
/// `AlphaDropout(0.1)`, or `AlphaDropout(N, 0.1)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `rate = ...` | must be given, its name need not | how many numbers are replaced, from 0 to below 1 |
///
/// Source: G. Klambauer and others, *Self-Normalizing Neural Networks*, 2017; Keras's
/// [`AlphaDropout`](https://keras.io/api/layers/regularization_layers/alpha_dropout/).
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Net = Dense(2 -> 32, selu, kernel_initializer = lecun_normal), AlphaDropout(0.1), Dense(1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut net = Net::new(rng);
/// Trainer::new(MeanSquaredError, Adam::new(1e-3)).fit(&mut net, (&[[0.5, -0.5]], &[[1.0]]), rng)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlphaDropout<const N: usize> {
    rate: f64,
}

random_factors!(AlphaDropout);

impl<const N: usize> AlphaDropout<N> {
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
        let a = 1.0 / libm::sqrt((1.0 - self.rate) * (1.0 + self.rate * LEAST * LEAST));
        let b = -a * self.rate * LEAST;
        let splat = |number| T::Vector::<S>::splat(simd, T::from_f64(number));
        let (rate, zero, kept) = (splat(self.rate), splat(0.0), splat(a));
        let (replaced, shift) = (splat(a * LEAST + b), splat(b));
        noise.uniform::<T, S>(
            simd,
            N,
            #[inline(always)]
            |i, uniform| {
                let is_replaced = uniform.simd_lt(rate);
                let factor = is_replaced.select(zero, kept);
                factors.store::<S>(i, factor);
                output.store::<S>(i, input.load(simd, i) * factor + is_replaced.select(replaced, shift));
            },
        );
    }
}
