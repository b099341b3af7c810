//! What large activations cost.

use fearless_simd::{Select as _, Simd, SimdBase as _};
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::{Tile, copy};

/// `y = x`, which costs `l1 sum_i abs(x_i) + l2 sum_i x_i^2` of each sample: the mean over the batch is added to the
/// loss, in training and in `evaluate`. In `network!`: `ActivityRegularization(l1 = 0.01)`, after the layer whose
/// outputs should be small; it is what Keras calls that layer's `activity_regularizer`, too.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `l1 = ...` | `0.0` | what a number costs by its size |
/// | `l2 = ...` | `0.0` | what it costs by its square |
///
/// Weights of samples and classes do not count here, as in Keras, and the slope of `abs` at 0 is 1, as in Keras on JAX.
/// A gradient that [`Pass::backward`](crate::Pass::backward) takes back has nothing of it.
///
/// Source: Keras's
/// [`ActivityRegularization`](https://keras.io/api/layers/regularization_layers/activity_regularization/).
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Same = ActivityRegularization(2, l1 = 0.5, l2 = 0.25) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let same = Same::new(&mut StdRng::seed_from_u64(0));
/// let scores = Trainer::new(MeanSquaredError, Sgd::new(0.1)).evaluate(&same, (&[[1.0, -2.0]], &[[1.0, -2.0]]))?;
/// assert_eq!(scores.loss, 0.5 * (1.0 + 2.0) + 0.25 * (1.0 + 4.0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivityRegularization<const N: usize> {
    l1: f64,
    l2: f64,
}

impl<const N: usize> ActivityRegularization<N> {
    /// The layer that costs nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { l1: 0.0, l2: 0.0 }
    }

    /// The same layer with another cost of sizes.
    #[must_use]
    pub const fn l1(self, l1: f64) -> Self {
        Self { l1, ..self }
    }

    /// The same layer with another cost of squares.
    #[must_use]
    pub const fn l2(self, l2: f64) -> Self {
        Self { l2, ..self }
    }

    /// Its options: `l1` and `l2`.
    #[must_use]
    pub const fn numbers(self) -> [f64; 2] {
        [self.l1, self.l2]
    }
}

impl<const N: usize> Default for ActivityRegularization<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// -1 or 1.
#[inline(always)]
fn sign<T: Scalar, S: Simd>(simd: S, x: T::Vector<S>) -> T::Vector<S> {
    let one = T::Vector::<S>::splat(simd, T::ONE);
    x.simd_lt(T::Vector::<S>::splat(simd, T::ZERO)).select(-one, one)
}

impl<T: Scalar, const N: usize> Layer<T> for ActivityRegularization<N> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = NoParameters;
    /// How much of the cost of each sample there is in the loss.
    type Tape = T::Lane;

    const FORM: Form = Form::Unchanged;
    const COSTS: bool = true;

    fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        _: &NoParameters,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        tape: &mut T::Lane,
    ) {
        copy::<T, _>(input, output);
        // what nobody asks the cost of has none
        tape.store::<S>(T::Vector::<S>::splat(simd, T::ZERO));
    }

    #[inline(always)]
    fn cost<S: Simd>(&self, simd: S, output: &Tile<T, N>, tape: &mut T::Lane, share: T::Vector<S>) -> T::Vector<S> {
        tape.store::<S>(share);
        let (l1, l2) = (T::from_f64(self.l1), T::from_f64(self.l2));
        let mut cost = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let x = output.load(simd, i);
            cost += x * (sign::<T, S>(simd, x) * l1 + x * l2);
        }
        cost
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        let Backward { output, tape, d_output, d_input: Some(d_input), .. } = pass else { return };
        let (l1, slope) = (T::from_f64(self.l1), T::from_f64(2.0 * self.l2));
        let share = tape.load(simd);
        for i in 0..N {
            let x = output.load(simd, i);
            let cost = sign::<T, S>(simd, x) * l1 + x * slope;
            d_input.store::<S>(i, d_output.load(simd, i) + cost * share);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, _: S, _: &NoParameters, input: &[T; N], output: &mut [T; N]) {
        *output = *input;
    }
}
