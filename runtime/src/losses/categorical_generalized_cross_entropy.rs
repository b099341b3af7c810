use fearless_simd::{Simd, SimdBase};

use super::focal::power;
use super::sparse_categorical_cross_entropy::{of_class, one_hot};
use super::{CategoricalHead, Loss, TargetRange};
use crate::error::Error;
use crate::metrics::{Direction, Mean, Metric};
use crate::scalar::{Lane, Scalar};
use crate::setting::{self, Must};
use crate::tile::{ClassTargets, Tile, weigh};

/// `(1 - y_k^q) / q` for targets that are integers, the index `k` of the right class, some of which may be wrong. Wants
/// `softmax` at the end of the network.
///
/// Between the cross-entropy, which it is near for a small `q`, and the absolute error at a `q` of 1: a sample counts in the
/// gradient `y_k^q` times as much as in that of the [cross-entropy](super::SparseCategoricalCrossEntropy), so that samples
/// which the network holds for impossible, as those with wrong classes, count little. Keras's `q` is
/// 0.5, the [`Default`]; it is more than 0 and at most 1.
///
/// After a softmax it is computed from the logits, as `y_k^q = e^(q ln(y_k))`, and so is its gradient, which is finite where
/// that of Keras is not: at a probability of 0. As a metric it is computed from the probabilities.
///
/// Source: Z. Zhang, M. Sabuncu, *Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels*, 2018.
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
/// let mut trainer = Trainer::new(CategoricalGeneralizedCrossEntropy(0.5), Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.0; 4]], &[1_usize]))?.loss;
/// // of a probability of 1/4
/// assert!((loss - (1.0 - 0.25_f64.sqrt()) / 0.5).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoricalGeneralizedCrossEntropy(pub f64);

/// With Keras's `q`, 0.5.
impl Default for CategoricalGeneralizedCrossEntropy {
    fn default() -> Self {
        Self(0.5)
    }
}

impl CategoricalGeneralizedCrossEntropy {
    /// The loss, given `y_k^q`.
    #[inline(always)]
    fn of_power<T: Scalar, S: Simd>(self, simd: S, power: T::Vector<S>) -> T::Vector<S> {
        (T::Vector::<S>::splat(simd, T::ONE) - power) * T::from_f64(1.0 / self.0)
    }

    fn check_q(self) -> Result<(), Error> {
        setting::check("CategoricalGeneralizedCrossEntropy", &[("q", self.0, Must::AboveZero)])
    }
}

impl<T, H, Y, const N: usize> Loss<T, H, Tile<T, N>, Y> for CategoricalGeneralizedCrossEntropy
where
    T: Scalar,
    H: CategoricalHead,
    Y: ClassTargets<T, Self>,
{
    const NAME: &'static str = "categorical_generalized_cross_entropy";
    const TARGETS: TargetRange = TargetRange::Finite;

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
        let class = targets.classes().0.load(simd);
        let entropy =
            H::categorical_cross_entropy(simd, logits, |i| one_hot::<T, S>(simd, class, i), outputs, d_logits);
        let power = T::exp(entropy * T::from_f64(-self.0));
        weigh::<T, _, S>(simd, d_logits, power);
        self.of_power::<T, S>(simd, power)
    }

    fn check(&self) -> Result<(), Error> {
        self.check_q()
    }
}

impl<T, Y, const N: usize> Metric<T, Tile<T, N>, Y> for CategoricalGeneralizedCrossEntropy
where
    T: Scalar,
    Y: ClassTargets<T, Self>,
{
    type State = Mean<T>;
    const NAME: &'static str = "categorical_generalized_cross_entropy";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(&self, simd: S, state: &mut Mean<T>, outputs: &Tile<T, N>, targets: &Y, weights: T::Vector<S>) {
        let right = of_class(simd, outputs, targets.classes().0.load(simd));
        state.add(simd, self.of_power::<T, S>(simd, power::<T, S>(simd, right, self.0)), weights);
    }

    fn check(&self) -> Result<(), Error> {
        self.check_q()
    }
}
