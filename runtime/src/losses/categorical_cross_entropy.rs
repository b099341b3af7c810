use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{Loss, TargetRange, clip};
use crate::activations::{Activation, Softmax};
use crate::metrics::{Direction, Mean, Metric};
use crate::scalar::Scalar;
use crate::tile::{Tile, VectorTargets, copy};

/// `-sum_i t_i ln(y_i)`, for targets that are probabilities, such as one-hot vectors. Wants `softmax` at the end of
/// the network.
///
/// After a softmax, `ln(y_i) = x_i - ln(sum_j e^(x_j))` and the gradient with respect to the logits is
/// `y_i sum_j t_j - t_i`: nothing overflows, and no probability has to be kept away from 0.
///
/// As a metric it is computed from the probabilities, with Keras's guard of 1e-7.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// // what goes in, goes through a softmax
/// network! { Given: f64 = Activation(4 -> 4, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.0; 4]], &[[0.0, 1.0, 0.0, 0.0]]))?.loss;
/// assert!((loss - 4_f64.ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CategoricalCrossEntropy;

/// The heads that a categorical cross-entropy fits: `softmax`, which gives one probability for each class.
#[diagnostic::on_unimplemented(
    message = "a categorical cross-entropy needs `softmax` as the network's last activation, not `{Self}`",
    label = "the network ends in `{Self}`",
    note = "write `softmax` as the activation of the last layer; or `BinaryCrossEntropy` as the loss, which fits `sigmoid`; \
            `Linear` is a layer without an activation, which `FromLogits(...)` of the loss fits"
)]
pub trait CategoricalHead: Activation {
    /// The loss of each sample with the targets `target(i)`, the outputs and the gradient with respect to the logits.
    fn categorical_cross_entropy<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        logits: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S>;
}

impl<T, H, Y, const N: usize> Loss<T, H, Tile<T, N>, Y> for CategoricalCrossEntropy
where
    T: Scalar,
    H: CategoricalHead,
    Y: VectorTargets<T, N, Self>,
{
    const NAME: &'static str = "categorical_crossentropy";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        _: &H,
        logits: &Tile<T, N>,
        targets: &Y,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        let targets = targets.vectors();
        H::categorical_cross_entropy(simd, logits, |i| targets.load(simd, i), outputs, d_logits)
    }
}

impl CategoricalHead for Softmax {
    #[inline(always)]
    fn categorical_cross_entropy<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        logits: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        copy::<T, _>(logits, outputs);
        let parts = Self::normalize(simd, outputs);
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
}

impl CategoricalCrossEntropy {
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

impl<T: Scalar, Y: VectorTargets<T, N, Self>, const N: usize> Metric<T, Tile<T, N>, Y> for CategoricalCrossEntropy {
    type State = Mean<T>;
    const NAME: &'static str = "categorical_crossentropy";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(&self, simd: S, state: &mut Mean<T>, outputs: &Tile<T, N>, targets: &Y, weights: T::Vector<S>) {
        let targets = targets.vectors();
        state.add(simd, Self::measure(simd, outputs, |i| targets.load(simd, i)), weights);
    }
}
