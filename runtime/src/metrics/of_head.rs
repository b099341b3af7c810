//! Metrics of one of several heads.

use bytemuck::{cast_slice, from_bytes};
use fearless_simd::Simd;

use super::{Direction, Metric};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::tile::{Tile, VectorTargets};

/// A metric of one head of several: of the `OUTPUTS` outputs that begin with number `START`, counted from 0, and of the
/// same numbers of the targets. Its name is that of the metric. [`Heads`](crate::losses::Heads) is the loss for such
/// networks.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Given = Activation(3 -> 3, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// // a number, and one of two classes
/// let (x, y) = ([[0.5, 2.0, 1.0], [1.0, 0.0, 3.0]], [[0.0, 1.0, 0.0], [2.0, 1.0, 0.0]]);
/// let loss = Heads::<1, 2, _, _>::new(MeanSquaredError, FromLogits(CategoricalCrossEntropy));
/// let mut trainer = Trainer::new(loss, Sgd::new(0.1))
///     .metric(OfHead::<0, 1, _>(MeanAbsoluteError))
///     .metric(OfHead::<1, 2, _>(CategoricalAccuracy));
/// let scores = trainer.evaluate(&given, (&x, &y))?;
/// assert_eq!(scores.metric("mean_absolute_error"), Some(0.75));
/// assert_eq!(scores.metric("categorical_accuracy"), Some(0.5));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OfHead<const START: usize, const OUTPUTS: usize, M>(pub M);

impl<T, Y, M, const START: usize, const OUTPUTS: usize, const N: usize> Metric<T, Tile<T, N>, Y>
    for OfHead<START, OUTPUTS, M>
where
    T: Scalar,
    Y: VectorTargets<T, N, Self>,
    M: Metric<T, Tile<T, OUTPUTS>, Tile<T, OUTPUTS>>,
{
    type State = M::State;
    const NAME: &'static str = M::NAME;
    const DIRECTION: Option<Direction> = M::DIRECTION;
    const WEIGHTED: bool = M::WEIGHTED;

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut Self::State,
        outputs: &Tile<T, N>,
        targets: &Y,
        weights: T::Vector<S>,
    ) {
        self.0.update(
            simd,
            state,
            head::<T, START, OUTPUTS, N>(outputs),
            head::<T, START, OUTPUTS, N>(targets.vectors()),
            weights,
        );
    }

    fn check(&self) -> Result<(), Error> {
        self.0.check()
    }
}

/// The columns of the head.
#[inline(always)]
fn head<T: Scalar, const START: usize, const OUTPUTS: usize, const N: usize>(tile: &Tile<T, N>) -> &Tile<T, OUTPUTS> {
    const { assert!(START + OUTPUTS <= N, "`OfHead` begins and ends within the outputs of the network") }
    from_bytes(cast_slice(&tile.columns()[START..START + OUTPUTS]))
}
