use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::{EPSILON, OutputLoss, TargetRange};
use crate::activations::clamp;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `sum_i t_i ln(t_i / y_i)`, the Kullback-Leibler divergence of two distributions, with all probabilities from 1e-7 to 1.
/// Wants `softmax` at the end of the network.
///
/// It differs from [`CategoricalCrossEntropy`](super::CategoricalCrossEntropy) by what depends on the targets alone.
///
/// Source: S. Kullback, R. Leibler, *On Information and Sufficiency*, 1951.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::KlDivergence;
///
/// // what goes in, goes through a softmax
/// network! { Given: f64 = Activation(2 -> 2, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(KlDivergence, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.0, 0.0]], &[[1.0, 0.0]]))?.loss;
/// assert!((loss - 2_f64.ln()).abs() < 1e-5);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KlDivergence;

/// `p`, from 1e-7 to 1.
#[inline(always)]
fn limit<T: Scalar, S: Simd>(simd: S, p: T::Vector<S>) -> T::Vector<S> {
    clamp(simd, p, EPSILON, 1.0)
}

impl OutputLoss for KlDivergence {
    const NAME: &'static str = "kl_divergence";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn value<T: Scalar, S: Simd, const N: usize>(&self, simd: S, y: &Tile<T, N>, t: &Tile<T, N>) -> T::Vector<S> {
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let (y, t) = (limit::<T, S>(simd, y.load(simd, i)), limit::<T, S>(simd, t.load(simd, i)));
            sum = t.mul_add(T::ln(t / y), sum);
        }
        sum
    }

    #[inline(always)]
    fn gradient<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        y: &Tile<T, N>,
        t: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let (y, t) = (y.load(simd, i), limit::<T, S>(simd, t.load(simd, i)));
            // where the limits hold a probability, they hold the gradient at 0
            let free = y.simd_ge(T::from_f64(EPSILON)) & y.simd_le(T::ONE);
            gradient.store::<S>(i, free.select(-t / y, zero));
        }
    }
}
