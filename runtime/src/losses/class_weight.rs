use fearless_simd::{Select, Simd, SimdBase};

use super::{Loss, TargetRange};
use crate::error::Error;
use crate::metrics::TargetColumns;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// A loss in which each class counts as much as its weight: Keras's `class_weight`. It is what
/// [`Trainer::class_weight`](crate::Trainer::class_weight) makes of the trainer's loss.
///
/// The weight of a sample is that of its class, and the loss of a batch `sum_i weight_i * loss_i / n`, over its `n` samples
/// and not over the sum of their weights. As in Keras, it is so in training alone: `evaluate` and validation take every
/// class alike.
///
/// The class of a sample is its target if that is an integer, the place of the largest number of a vector, and of a single
/// number whether it exceeds 1/2. There is a weight for each output, or two for a single output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassWeight<L, const CLASSES: usize> {
    loss: L,
    weights: [f64; CLASSES],
}

/// As many weights as a network with `N` outputs tells classes apart.
#[diagnostic::on_unimplemented(
    message = "a network with {N} outputs cannot take the weights `{Self}` of classes",
    label = "not one weight for each class",
    note = "`class_weight` takes one weight for each output, or two where there is a single output"
)]
pub trait ClassWeights<const N: usize> {}

impl<const N: usize> ClassWeights<N> for [f64; N] {}
impl ClassWeights<1> for [f64; 2] {}

impl<L, const CLASSES: usize> ClassWeight<L, CLASSES> {
    /// `loss` with the weights of class 0, class 1 and so on.
    pub const fn new(loss: L, weights: [f64; CLASSES]) -> Self {
        Self { loss, weights }
    }
}

impl<T, H, L, Y, const N: usize, const CLASSES: usize> Loss<T, H, Tile<T, N>, Y> for ClassWeight<L, CLASSES>
where
    T: Scalar,
    L: Loss<T, H, Tile<T, N>, Y>,
    Y: TargetColumns<T, N>,
    [f64; CLASSES]: ClassWeights<N>,
{
    const NAME: &'static str = L::NAME;
    const TARGETS: TargetRange = L::TARGETS;

    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        head: &H,
        logits: &Tile<T, N>,
        targets: &Y,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        self.loss.evaluate(simd, head, logits, targets, outputs, d_logits)
    }

    #[inline(always)]
    fn weigh<S: Simd>(&self, simd: S, targets: &Y, weights: T::Vector<S>) -> T::Vector<S> {
        const { assert!(CLASSES > 1, "a single output tells two classes apart: `class_weight` takes two weights") }
        let mut of_classes = self.weights.iter().map(|weight| T::Vector::<S>::splat(simd, T::from_f64(*weight)));
        let Some(mut weight) = of_classes.next() else { return weights };
        let mut largest = if N == 1 { T::Vector::splat(simd, T::from_f64(0.5)) } else { targets.column(simd, 0) };
        for (class, of_class) in of_classes.enumerate() {
            let target = targets.column(simd, if N == 1 { 0 } else { class + 1 });
            let larger = target.simd_gt(largest);
            (weight, largest) = (larger.select(of_class, weight), larger.select(target, largest));
        }
        self.loss.weigh(simd, targets, weights * weight)
    }

    fn check(&self) -> Result<(), Error> {
        for (class, &weight) in self.weights.iter().enumerate() {
            if !weight.is_finite() || weight < 0.0 {
                return Err(Error::ClassWeight { class, weight });
            }
        }
        self.loss.check()
    }
}
