//! Half of the numbers open and close gates for the other half.

use fearless_simd::{Simd, SimdBase as _};
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::activations::{Activation as _, Sigmoid, sigmoid};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// The gated linear unit, `y_i = x_i sigmoid(x_{OUT + i})`: half as many numbers come out as go in. In `network!`:
/// `Dense(4 -> 16), Glu, Dense(2)`, or `Glu(16 -> 8)`. It is Keras's activation `glu`.
///
/// Source: Y. Dauphin and others, *Language Modeling with Gated Convolutional Networks*, 2016; Keras's
/// [`glu`](https://keras.io/api/layers/activations/).
///
/// # Shapes
/// - input: `IN`, twice as many as come out
/// - output: `OUT`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Gated = Glu(4 -> 2) }
///
/// # fn main() {
/// let y = Gated::new(&mut StdRng::seed_from_u64(0)).predict(&[3.0, -8.0, 100.0, 0.0]);
/// assert_eq!(y, [3.0, -4.0]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glu<const IN: usize, const OUT: usize>(());

impl<const IN: usize, const OUT: usize> Glu<IN, OUT> {
    /// The layer.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(IN == 2 * OUT, "`Glu` gives half as many numbers as it takes") };
        Self(())
    }
}

impl<const IN: usize, const OUT: usize> Default for Glu<IN, OUT> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const IN: usize, const OUT: usize> Layer<T> for Glu<IN, OUT> {
    type Input = Tile<T, IN>;
    type Output = Tile<T, OUT>;
    type Parameters = NoParameters;
    /// How far the gates are open.
    type Tape = Tile<T, OUT>;

    const FORM: Form = Form::OfGlu;

    fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        _: &NoParameters,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        gates: &mut Tile<T, OUT>,
    ) {
        for i in 0..OUT {
            let gate = sigmoid::<T, S, _>(simd, input.load(simd, OUT + i));
            gates.store::<S>(i, gate);
            output.store::<S>(i, input.load(simd, i) * gate);
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        let Backward { output, tape: gates, d_output, d_input: Some(d_input), .. } = pass else { return };
        let one = T::Vector::<S>::splat(simd, T::ONE);
        for i in 0..OUT {
            let (gate, d) = (gates.load(simd, i), d_output.load(simd, i));
            d_input.store::<S>(i, d * gate);
            d_input.store::<S>(OUT + i, d * output.load(simd, i) * (one - gate));
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, _: &NoParameters, input: &[T; IN], output: &mut [T; OUT]) {
        output.copy_from_slice(&input[OUT..]);
        Sigmoid.predict(simd, output);
        for (gate, &x) in output.iter_mut().zip(input) {
            *gate *= x;
        }
    }
}
