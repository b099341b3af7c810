//! Losses of several heads.

use bytemuck::{cast_slice, cast_slice_mut, from_bytes, from_bytes_mut};
use fearless_simd::Simd;

use super::{Loss, TargetRange};
use crate::activations::Activation;
use crate::error::Error;
use crate::scalar::Scalar;
use crate::tile::{Tile, VectorTargets};

/// `w_1 first(y_1, ..., y_A) + w_2 second(y_{A+1}, ..., y_{A+B})`: what two heads cost together, each with a loss of its
/// own, as Keras's list of losses. The heads are what a `Concatenate` at the end puts side by side; the second may be two
/// again.
///
/// Targets are vectors of `A + B` numbers: those of the first head, then those of the second, in which a class is a
/// [one-hot vector](crate::data::to_categorical). A head of classes has no `softmax`, and its loss is `FromLogits(...)`; a
/// last activation of another head stands in its branch, or, if it is the same for all and elementwise, at the end.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::activations::{Activation, Softmax};
/// use typenet::prelude::*;
///
/// network! {
///     /// The next number of a series, and whether it goes up or down.
///     Series = Dense(2 -> 16, tanh), Concatenate(Dense(1), Dense(2))
/// }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let series: Vec<f32> = (0..102).map(|i| (i as f32 / 3.0).sin()).collect();
/// let x: Vec<[f32; 2]> = series.array_windows().take(100).copied().collect();
/// let y: Vec<[f32; 3]> = series.array_windows().map(|&[_, last, next]| {
///     let up = f32::from(next > last);
///     [next, up, 1.0 - up]
/// }).collect();
///
/// let mut network = Series::new(rng);
/// let loss = Heads::<1, 2, _, _>::new(MeanSquaredError, FromLogits(CategoricalCrossEntropy)).loss_weights([1.0, 0.2]);
/// let mut trainer = Trainer::new(loss, Adam::new(0.01)).epochs(200);
/// trainer.fit(&mut network, (&x, &y), rng)?;
///
/// let [next, up, down] = network.predict(&[0.6, 0.8]);
/// let [up, _] = Softmax.apply([up, down]);
/// assert!(next > 0.8 && up > 0.5);
/// # Ok(())
/// # }
/// ```
///
/// [`OfHead`](crate::metrics::OfHead) is a metric of one of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heads<const A: usize, const B: usize, L, M> {
    first: L,
    second: M,
    loss_weights: [f64; 2],
}

impl<const A: usize, const B: usize, L, M> Heads<A, B, L, M> {
    /// `first` of the first `A` outputs, and `second` of the `B` others.
    pub const fn new(first: L, second: M) -> Self {
        Self { first, second, loss_weights: [1.0; 2] }
    }

    /// How much each counts. Default: 1.
    #[must_use]
    pub const fn loss_weights(mut self, loss_weights: [f64; 2]) -> Self {
        self.loss_weights = loss_weights;
        self
    }
}

/// The columns of the first head, and those of the second.
#[inline(always)]
fn split<T: Scalar, const A: usize, const B: usize, const N: usize>(tile: &Tile<T, N>) -> (&Tile<T, A>, &Tile<T, B>) {
    const { assert!(A + B == N, "`Heads` have as many outputs together as the network") }
    let (first, second) = tile.columns().split_at(A);
    (from_bytes(cast_slice(first)), from_bytes(cast_slice(second)))
}

/// The same columns, to be changed.
#[inline(always)]
fn split_mut<T: Scalar, const A: usize, const B: usize, const N: usize>(
    tile: &mut Tile<T, N>,
) -> (&mut Tile<T, A>, &mut Tile<T, B>) {
    const { assert!(A + B == N, "`Heads` have as many outputs together as the network") }
    let (first, second) = tile.columns_mut().split_at_mut(A);
    (from_bytes_mut(cast_slice_mut(first)), from_bytes_mut(cast_slice_mut(second)))
}

/// Multiplies a loss and its gradient by what it counts.
#[inline(always)]
fn weigh<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    weight: f64,
    loss: T::Vector<S>,
    d_logits: &mut Tile<T, N>,
) -> T::Vector<S> {
    let weight = T::from_f64(weight);
    for i in 0..N {
        d_logits.store::<S>(i, d_logits.load(simd, i) * weight);
    }
    loss * weight
}

impl<T, H, Y, L, M, const A: usize, const B: usize, const N: usize> Loss<T, H, Tile<T, N>, Y> for Heads<A, B, L, M>
where
    T: Scalar,
    H: Activation,
    Y: VectorTargets<T, N, Self>,
    L: Loss<T, H, Tile<T, A>, Tile<T, A>>,
    M: Loss<T, H, Tile<T, B>, Tile<T, B>>,
{
    const NAME: &'static str = "heads";
    const TARGETS: TargetRange = TargetRange::Heads(A, &[L::TARGETS, M::TARGETS]);

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
        const { assert!(H::ELEMENTWISE, "an activation across the outputs of all `Heads` stands in the branch of its own") }
        let (logits, targets) = (split(logits), split(targets.vectors()));
        let (outputs, d_logits) = (split_mut(outputs), split_mut(d_logits));
        let first = self.first.evaluate(simd, head, logits.0, targets.0, outputs.0, d_logits.0);
        let second = self.second.evaluate(simd, head, logits.1, targets.1, outputs.1, d_logits.1);
        let [of_first, of_second] = self.loss_weights;
        weigh(simd, of_first, first, d_logits.0) + weigh(simd, of_second, second, d_logits.1)
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(&value) = self.loss_weights.iter().find(|weight| !weight.is_finite() || **weight < 0.0) {
            let must = "finite and not negative";
            return Err(Error::Setting { of: "Heads", setting: "loss_weights", value, must });
        }
        self.first.check()?;
        self.second.check()
    }
}
