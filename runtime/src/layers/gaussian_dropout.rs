//! Factors at random, in training.

use fearless_simd::Simd;

use super::random_factors::random_factors;
use crate::noise::Noise;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// In training `y = x (1 + sqrt(rate / (1 - rate)) n)`, where each `n` is of a normal distribution with mean 0 and
/// standard deviation 1, for each sample anew; in prediction `y = x`. In `network!`: `GaussianDropout(0.5)`, or
/// `GaussianDropout(N, 0.5)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `rate = ...` | must be given, its name need not | the factors vary as those of a `Dropout` of this rate, from 0 to below 1 |
///
/// Source: N. Srivastava and others, *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, 2014, section
/// 10; Keras's [`GaussianDropout`](https://keras.io/api/layers/regularization_layers/gaussian_dropout/).
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Net = Dense(2 -> 32, relu), GaussianDropout(0.5), Dense(1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut net = Net::new(rng);
/// Trainer::new(MeanSquaredError, Adam::new(1e-3)).fit(&mut net, (&[[0.5, -0.5]], &[[1.0]]), rng)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianDropout<const N: usize> {
    rate: f64,
}

random_factors!(GaussianDropout);

impl<const N: usize> GaussianDropout<N> {
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
        let deviation = T::from_f64(libm::sqrt(self.rate / (1.0 - self.rate)));
        noise.normal::<T, S>(
            simd,
            N,
            #[inline(always)]
            |i, normal| {
                let factor = normal * deviation + T::ONE;
                factors.store::<S>(i, factor);
                output.store::<S>(i, input.load(simd, i) * factor);
            },
        );
    }
}
