//! A fixed scale and offset.

use fearless_simd::{Simd, SimdBase};
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `y = scale x + offset`, with two numbers that are not trained: what is prepared so is part of the network. In
/// `network!`: `Rescaling(scale = 1.0 / 255.0)`, or `Rescaling(N, scale = 2.0, offset = -1.0)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `scale = ...` | must be given | what each number is multiplied by |
/// | `offset = ...` | `0.0` | what is added then |
///
/// Source: Keras's [`Rescaling`](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/).
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Bytes = Rescaling(2, scale = 1.0 / 127.5, offset = -1) }
///
/// # fn main() {
/// let y = Bytes::new(&mut StdRng::seed_from_u64(0)).predict(&[0.0, 255.0]);
/// assert_eq!(y, [-1.0, 1.0]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rescaling<const N: usize> {
    scale: f64,
    offset: f64,
}

impl<const N: usize> Rescaling<N> {
    /// The layer that changes nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { scale: 1.0, offset: 0.0 }
    }

    /// The same layer with another scale.
    #[must_use]
    pub const fn scale(self, scale: f64) -> Self {
        Self { scale, ..self }
    }

    /// The same layer with another offset.
    #[must_use]
    pub const fn offset(self, offset: f64) -> Self {
        Self { offset, ..self }
    }

    /// What it computes with: `scale` and `offset`.
    #[must_use]
    pub const fn numbers(self) -> [f64; 2] {
        [self.scale, self.offset]
    }
}

impl<const N: usize> Default for Rescaling<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar, const N: usize> Layer<T> for Rescaling<N> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = NoParameters;
    type Tape = ();

    const FORM: Form = Form::OfRescaling;

    fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    #[inline(always)]
    fn forward<S: Simd>(&self, simd: S, _: &NoParameters, input: &Tile<T, N>, output: &mut Tile<T, N>, (): &mut ()) {
        let offset = T::Vector::<S>::splat(simd, T::from_f64(self.offset));
        for i in 0..N {
            output.store::<S>(i, input.load(simd, i) * T::from_f64(self.scale) + offset);
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        let Some(d_input) = pass.d_input else { return };
        for i in 0..N {
            d_input.store::<S>(i, pass.d_output.load(simd, i) * T::from_f64(self.scale));
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, _: S, _: &NoParameters, input: &[T; N], output: &mut [T; N]) {
        let (scale, offset) = (T::from_f64(self.scale), T::from_f64(self.offset));
        for (y, &x) in output.iter_mut().zip(input) {
            *y = x * scale + offset;
        }
    }
}
