use fearless_simd::{Select, Simd, SimdBase};

use super::accuracy::argmax;
use super::{Direction, Mean, Metric};
use crate::scalar::{Lane, Scalar};
use crate::tile::{ClassTargets, Tile, VectorTargets};

/// The share of samples whose right output, where the largest target is, is among the `k` largest: Keras's
/// `TopKCategoricalAccuracy`. Outputs that are equal do not push each other out.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(3 -> 3, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer =
///     Trainer::new(SparseCategoricalCrossEntropy, Sgd::new(0.1)).metric(SparseTopKCategoricalAccuracy(2));
/// let scores = trainer.evaluate(&given, (&[[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]], &[1_u8, 0]))?;
/// assert_eq!(scores.metric("sparse_top_k_categorical_accuracy"), Some(0.5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopKCategoricalAccuracy(pub usize);

/// The same for targets that are classes: Keras's `SparseTopKCategoricalAccuracy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparseTopKCategoricalAccuracy(pub usize);

/// Keras's default: the 5 largest.
impl Default for TopKCategoricalAccuracy {
    fn default() -> Self {
        Self(5)
    }
}

/// Keras's default: the 5 largest.
impl Default for SparseTopKCategoricalAccuracy {
    fn default() -> Self {
        Self(5)
    }
}

/// 1 for each sample of whose outputs fewer than `k` exceed that at `class`.
#[inline(always)]
fn among<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    outputs: &Tile<T, N>,
    class: T::Vector<S>,
    k: usize,
) -> T::Vector<S> {
    let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
    let mut right = zero;
    for i in 0..N {
        right = class.simd_eq(T::from_f64(i as f64)).select(outputs.load(simd, i), right);
    }
    // NaN is never among the largest
    let mut larger = right.simd_eq(right).select(zero, T::Vector::<S>::splat(simd, T::from_f64(k as f64)));
    for i in 0..N {
        larger += outputs.load(simd, i).simd_gt(right).select(one, zero);
    }
    larger.simd_lt(T::from_f64(k as f64)).select(one, zero)
}

macro_rules! top_k {
    ($($metric:ident, $name:literal, $targets:path, $class:expr;)*) => {$(
        impl<T: Scalar, Y: $targets, const N: usize> Metric<T, Tile<T, N>, Y> for $metric {
            type State = Mean<T>;
            const NAME: &'static str = $name;
            const DIRECTION: Option<Direction> = Some(Direction::Up);

            #[inline(always)]
            fn update<S: Simd>(
                &self,
                simd: S,
                state: &mut Mean<T>,
                outputs: &Tile<T, N>,
                targets: &Y,
                weights: T::Vector<S>,
            ) {
                state.add(simd, among::<T, S, N>(simd, outputs, $class(simd, targets), self.0), weights);
            }
        }
    )*};
}

top_k! {
    TopKCategoricalAccuracy, "top_k_categorical_accuracy", VectorTargets<T, N, Self>, |simd, t: &Y| argmax::<T, S, N>(simd, t.vectors());
    SparseTopKCategoricalAccuracy, "sparse_top_k_categorical_accuracy", ClassTargets<T, Self>, |simd, t: &Y| t.classes().0.load(simd);
}
