//! What comes in, several times.

use fearless_simd::{Simd, SimdBase as _};
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// `y_{k IN + i} = x_i`: what comes in, `OUT / IN` times one after the other. In `network!`: `RepeatVector(4 -> 12)`,
/// three times, which is Keras's `RepeatVector(3)` with a `Flatten` behind it.
///
/// Source: Keras's [`RepeatVector`](https://keras.io/api/layers/reshaping_layers/repeat_vector/).
///
/// # Shapes
/// - input: `IN`
/// - output: `OUT`, a multiple of `IN`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Twice = RepeatVector(2 -> 4) }
///
/// # fn main() {
/// assert_eq!(Twice::new(&mut StdRng::seed_from_u64(0)).predict(&[1.0, 2.0]), [1.0, 2.0, 1.0, 2.0]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RepeatVector<const IN: usize, const OUT: usize>(());

impl<const IN: usize, const OUT: usize> RepeatVector<IN, OUT> {
    /// The layer.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(IN > 0 && OUT.is_multiple_of(IN), "`RepeatVector` gives at least one number several times") };
        Self(())
    }
}

impl<const IN: usize, const OUT: usize> Default for RepeatVector<IN, OUT> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const IN: usize, const OUT: usize> Layer<T> for RepeatVector<IN, OUT> {
    type Input = Tile<T, IN>;
    type Output = Tile<T, OUT>;
    type Parameters = NoParameters;
    type Tape = ();

    const FORM: Form = Form::OfRepeatVector;

    fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    #[inline(always)]
    fn forward<S: Simd>(&self, _: S, _: &NoParameters, input: &Tile<T, IN>, output: &mut Tile<T, OUT>, (): &mut ()) {
        for columns in output.columns_mut().chunks_mut(IN) {
            columns.copy_from_slice(&input.columns()[..columns.len()]);
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        let Backward { d_output, d_input: Some(d_input), .. } = pass else { return };
        for (i, d) in d_input.columns_mut().iter_mut().enumerate() {
            let copies = d_output.columns()[i..].iter().step_by(IN);
            d.store::<S>(copies.fold(T::Vector::<S>::splat(simd, T::ZERO), |sum, copy| sum + copy.load(simd)));
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, _: S, _: &NoParameters, input: &[T; IN], output: &mut [T; OUT]) {
        for numbers in output.chunks_mut(IN) {
            numbers.copy_from_slice(&input[..numbers.len()]);
        }
    }
}
