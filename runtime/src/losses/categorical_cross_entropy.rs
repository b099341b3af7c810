use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Loss, TargetRange, clip};
use crate::activations::Softmax;
use crate::metrics::{Direction, Mean, Metric};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `-sum_i t_i ln(y_i)`, for targets that are probabilities, such as one-hot vectors. Wants `softmax` at the end of
/// the network.
///
/// After a softmax, `ln(y_i) = x_i - ln(sum_j e^(x_j))` and the gradient with respect to the logits is
/// `y_i sum_j t_j - t_i`: nothing overflows, and no probability has to be kept away from 0.
///
/// As a metric it is computed from the probabilities, with Keras's guard of 1e-7.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CategoricalCrossEntropy;

impl<T: Scalar, const N: usize> Loss<T, Softmax, Tile<T, N>, Tile<T, N>> for CategoricalCrossEntropy {
    const NAME: &'static str = "categorical_crossentropy";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        _: &Softmax,
        logits: &Tile<T, N>,
        targets: &Tile<T, N>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        Self::after_softmax(simd, logits, |i| targets.load(simd, i), outputs, d_logits)
    }
}

/// The cross-entropy after a softmax with the targets `target(i)`, shared by the losses that amount to it.
#[inline(always)]
pub(super) fn softmax_cross_entropy<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    logits: &Tile<T, N>,
    target: impl Fn(usize) -> T::Vector<S>,
    outputs: &mut Tile<T, N>,
    d_logits: &mut Tile<T, N>,
) -> T::Vector<S> {
    *outputs = *logits;
    let parts = Softmax::normalize(simd, outputs);
    let log_sum = T::ln(parts.sum);
    let mut loss = T::Vector::<S>::splat(simd, T::ZERO);
    let mut total = loss;
    for i in 0..N {
        let t = target(i);
        total += t;
        // (largest - x_i) first: both are logits, so their difference is exact where it matters
        loss = t.mul_add((parts.largest - logits.load(simd, i)) + log_sum, loss);
    }
    for i in 0..N {
        d_logits.store::<S>(i, outputs.load(simd, i).mul_add(total, -target(i)));
    }
    loss
}

impl CategoricalCrossEntropy {
    /// After a softmax, with the targets `target(i)`.
    #[inline(always)]
    pub(super) fn after_softmax<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        logits: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        softmax_cross_entropy(simd, logits, target, outputs, d_logits)
    }

    /// The loss of probabilities, with Keras's guard.
    #[inline(always)]
    pub(super) fn measure<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        outputs: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
    ) -> T::Vector<S> {
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            sum += outputs.load(simd, i);
        }
        let mut loss = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let p = clip::<T, S>(simd, outputs.load(simd, i) / sum);
            loss -= target(i) * T::ln(p);
        }
        loss
    }
}

impl<T: Scalar, const N: usize> Metric<T, Tile<T, N>, Tile<T, N>> for CategoricalCrossEntropy {
    type State = Mean<T>;
    const NAME: &'static str = "categorical_crossentropy";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut Mean<T>,
        outputs: &Tile<T, N>,
        targets: &Tile<T, N>,
        weights: T::Vector<S>,
    ) {
        state.add(simd, Self::measure(simd, outputs, |i| targets.load(simd, i)), weights);
    }
}
