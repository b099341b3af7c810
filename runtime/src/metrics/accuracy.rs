//! How often the network is right.

use core::convert::identity;

use fearless_simd::{Select, Simd, SimdBase};

use super::{Direction, Mean, Metric, TargetColumns};
use crate::scalar::{Lane, Scalar};
use crate::tile::{ClassTargets, Classes, Tile, VectorTargets};

/// The share of samples that the network gets right, as fits outputs and targets: binary for one output, categorical
/// for vectors, sparse for integers of several. Keras's `metrics=["accuracy"]`.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(3 -> 3, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Sgd::new(0.1)).metric(Accuracy);
/// let scores = trainer.evaluate(&given, (&[[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]], &[0_u8, 2]))?;
/// assert_eq!(scores.metric("accuracy"), Some(0.5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy;

/// The share of outputs on the same side of 0.5 as their targets: Keras's `BinaryAccuracy`.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(2 -> 2, sigmoid) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).metric(BinaryAccuracy);
/// let scores = trainer.evaluate(&given, (&[[1.0, -1.0], [1.0, 1.0]], &[[1.0, 0.0], [0.0, 1.0]]))?;
/// assert_eq!(scores.metric("binary_accuracy"), Some(0.75));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BinaryAccuracy;

/// The share of samples whose largest output is where the largest target is: Keras's `CategoricalAccuracy`. Of equal
/// numbers the first counts.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(3 -> 3, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).metric(CategoricalAccuracy);
/// let scores = trainer.evaluate(&given, (&[[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]], &[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))?;
/// assert_eq!(scores.metric("categorical_accuracy"), Some(0.5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CategoricalAccuracy;

/// The share of samples whose largest output is at the target's index: Keras's `SparseCategoricalAccuracy`.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(3 -> 3, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Sgd::new(0.1)).metric(SparseCategoricalAccuracy);
/// let scores = trainer.evaluate(&given, (&[[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]], &[0_u8, 2]))?;
/// assert_eq!(scores.metric("sparse_categorical_accuracy"), Some(0.5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SparseCategoricalAccuracy;

/// The index of the largest number, as a float; the first of equals.
#[inline(always)]
pub(super) fn argmax<T: Scalar, S: Simd, const N: usize>(simd: S, tile: &Tile<T, N>) -> T::Vector<S> {
    let mut largest = tile.load(simd, 0);
    let mut index = T::Vector::<S>::splat(simd, T::ZERO);
    for i in 1..N {
        let x = tile.load(simd, i);
        let more = x.simd_gt(largest);
        largest = more.select(x, largest);
        index = more.select(T::Vector::<S>::splat(simd, T::from_f64(i as f64)), index);
    }
    index
}

/// 1 where the two are equal, else 0.
#[inline(always)]
fn equal<T: Scalar, S: Simd>(simd: S, a: T::Vector<S>, b: T::Vector<S>) -> T::Vector<S> {
    let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
    a.simd_eq(b).select(one, zero)
}

/// The share of right outputs of each sample.
#[inline(always)]
fn binary<T: Scalar, S: Simd, Y: TargetColumns<T, N>, const N: usize>(
    simd: S,
    outputs: &Tile<T, N>,
    targets: &Y,
) -> T::Vector<S> {
    let half = T::Vector::<S>::splat(simd, T::from_f64(0.5));
    let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
    let mut right = zero;
    for i in 0..N {
        let guess = outputs.load(simd, i).simd_gt(half).select(one, zero);
        right += equal::<T, S>(simd, guess, targets.column(simd, i));
    }
    right * T::from_f64(1.0 / N as f64)
}

/// 1 for each sample whose largest output is where the largest target is.
#[inline(always)]
fn categorical<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    outputs: &Tile<T, N>,
    targets: &Tile<T, N>,
) -> T::Vector<S> {
    equal::<T, S>(simd, argmax(simd, outputs), argmax(simd, targets))
}

/// 1 for each sample whose largest output is at the target.
#[inline(always)]
fn sparse<T: Scalar, S: Simd, const N: usize>(simd: S, outputs: &Tile<T, N>, targets: &Classes<T>) -> T::Vector<S> {
    equal::<T, S>(simd, argmax(simd, outputs), targets.0.load(simd))
}

macro_rules! accuracy {
    ($($metric:ident, $name:literal, [$($y:ident: $bound:path)?] $targets:ty, $read:path, $right:expr;)*) => {$(
        impl<T: Scalar, $($y: $bound,)? const N: usize> Metric<T, Tile<T, N>, $targets> for $metric {
            type State = Mean<T>;
            const NAME: &'static str = $name;
            const DIRECTION: Option<Direction> = Some(Direction::Up);

            #[inline(always)]
            fn update<S: Simd>(
                &self,
                simd: S,
                state: &mut Mean<T>,
                outputs: &Tile<T, N>,
                targets: &$targets,
                weights: T::Vector<S>,
            ) {
                state.add(simd, $right(simd, outputs, $read(targets)), weights);
            }
        }
    )*};
}

accuracy! {
    BinaryAccuracy, "binary_accuracy", [Y: VectorTargets<T, N, Self>] Y, Y::vectors, binary;
    CategoricalAccuracy, "categorical_accuracy", [Y: VectorTargets<T, N, Self>] Y, Y::vectors, categorical;
    SparseCategoricalAccuracy, "sparse_categorical_accuracy", [Y: ClassTargets<T, Self>] Y, Y::classes, sparse;
    Accuracy, "accuracy", [] Tile<T, N>, identity, if N == 1 { binary } else { categorical };
    Accuracy, "accuracy", [] Classes<T>, identity, if N == 1 { binary } else { sparse };
}
