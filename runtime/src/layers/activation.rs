//! An activation as a layer of its own.

use fearless_simd::Simd;
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::activations::{Activation, Keep};
use crate::scalar::Scalar;
use crate::tile::{Tile, copy};

/// Applies an activation to what the layer before it gives. In `network!`: `Activation(relu)`, or just `relu`.
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Alone = Activation(2 -> 2, relu); Deep = Dense(2 -> 8, bias = false), BatchNormalization, relu, Dense(1) }
///
/// # fn main() {
/// let alone = Alone::new(&mut StdRng::seed_from_u64(0));
/// assert_eq!(alone.predict(&[3.0, -1.0]), [3.0, 0.0]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivationLayer<const N: usize, A> {
    pub(crate) activation: A,
}

impl<const N: usize, A: Activation> ActivationLayer<N, A> {
    /// The layer for `activation`.
    pub const fn new(activation: A) -> Self {
        Self { activation }
    }
}

impl<T: Scalar, const N: usize, A: Activation> Layer<T> for ActivationLayer<N, A> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = NoParameters;
    type Tape = <A::Keep as Keep>::Tape<T, N>;

    const FORM: Form = Form::OfActivation;

    fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        _: &NoParameters,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        tape: &mut Self::Tape,
    ) {
        for i in 0..N {
            let x = input.load(simd, i);
            A::Keep::note::<T, S, N>(tape, i, x);
            output.store::<S>(i, self.activation.value(simd, x));
        }
        self.activation.across(simd, output);
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        if let Some(d_input) = pass.d_input {
            copy::<T, _>(pass.d_output, d_input);
            self.activation.backward(simd, pass.tape, pass.output, d_input);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, _: &NoParameters, input: &[T; N], output: &mut [T; N]) {
        *output = *input;
        self.activation.predict(simd, output);
    }
}
