use fearless_simd::{Select, Simd, SimdBase};

use super::{CategoricalHead, Loss, TargetRange, clip};
use crate::metrics::{Direction, Mean, Metric};
use crate::scalar::{Lane, Scalar};
use crate::tile::{ClassTargets, Classes, Tile};

/// `-ln(y_k)` for targets that are integers, the index `k` of the right class. Wants `softmax` at the end of the
/// network.
///
/// The same number as [`CategoricalCrossEntropy`](super::CategoricalCrossEntropy) of the one-hot vector.
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
/// let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.0; 4]], &[1_usize]))?.loss;
/// assert!((loss - 4_f64.ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SparseCategoricalCrossEntropy;

/// 1 where the class is `i`, else 0.
#[inline(always)]
pub(super) fn one_hot<T: Scalar, S: Simd>(simd: S, class: T::Vector<S>, i: usize) -> T::Vector<S> {
    let index = T::Vector::<S>::splat(simd, T::from_f64(i as f64));
    let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
    class.simd_eq(index).select(one, zero)
}

/// The output that belongs to the class.
#[inline(always)]
pub(super) fn of_class<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    outputs: &Tile<T, N>,
    class: T::Vector<S>,
) -> T::Vector<S> {
    let mut output = T::Vector::<S>::splat(simd, T::ZERO);
    for i in 0..N {
        output += outputs.load(simd, i) * one_hot::<T, S>(simd, class, i);
    }
    output
}

impl<T, H, Y, const N: usize> Loss<T, H, Tile<T, N>, Y> for SparseCategoricalCrossEntropy
where
    T: Scalar,
    H: CategoricalHead,
    Y: ClassTargets<T, Self>,
{
    const NAME: &'static str = "sparse_categorical_crossentropy";
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
        H::categorical_cross_entropy(simd, logits, |i| one_hot::<T, S>(simd, class, i), outputs, d_logits)
    }
}

impl SparseCategoricalCrossEntropy {
    /// The loss of probabilities, with Keras's guard.
    #[inline(always)]
    fn measure<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        outputs: &Tile<T, N>,
        targets: &Classes<T>,
    ) -> T::Vector<S> {
        -T::ln(clip::<T, S>(simd, of_class(simd, outputs, targets.0.load(simd))))
    }
}

impl<T, Y, const N: usize> Metric<T, Tile<T, N>, Y> for SparseCategoricalCrossEntropy
where
    T: Scalar,
    Y: ClassTargets<T, Self>,
{
    type State = Mean<T>;
    const NAME: &'static str = "sparse_categorical_crossentropy";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(&self, simd: S, state: &mut Mean<T>, outputs: &Tile<T, N>, targets: &Y, weights: T::Vector<S>) {
        state.add(simd, Self::measure(simd, outputs, targets.classes()), weights);
    }
}
