//! Samples of length 1.

use fearless_simd::{Select, Simd, SimdBase, SimdFloat};
use rand::Rng;

use super::normal::inverse_root;
use super::{Backward, Form, Layer, NoParameters};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// The inverse of a length is at most this, so that a sample of zeros stays one. As in Keras.
pub(crate) const UNIT_LIMIT: f64 = 1e12;

/// `y = x min(1 / |x|, 10^12)`, with `|x| = sqrt(sum_i x_i^2)`: each sample becomes a vector of length 1; one of zeros
/// stays as it is. In `network!`: `UnitNormalization`, or `UnitNormalization(N)`.
///
/// Source: Keras's [`UnitNormalization`](https://keras.io/api/layers/normalization_layers/unit_normalization/).
/// Where it limits the inverse, the gradient is that of a constant factor; for a sample of zeros Keras's is NaN.
///
/// # Shapes
/// - input and output: `N`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Direction = UnitNormalization(2) }
///
/// # fn main() {
/// let y = Direction::new(&mut StdRng::seed_from_u64(0)).predict(&[3.0, -4.0]);
/// assert!((y[0] - 0.6).abs() < 1e-6 && (y[1] + 0.8).abs() < 1e-6);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UnitNormalization<const N: usize>;

impl<const N: usize> UnitNormalization<N> {
    /// The layer.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl<T: Scalar, const N: usize> Layer<T> for UnitNormalization<N> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = NoParameters;
    /// What each sample was multiplied by.
    type Tape = T::Lane;

    const FORM: Form = Form::OfUnitNormalization;

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
        let mut squares = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let x = input.load(simd, i);
            squares += x * x;
        }
        let inverse = T::Vector::<S>::splat(simd, T::ONE) / squares.sqrt();
        let limit = T::Vector::<S>::splat(simd, T::from_f64(UNIT_LIMIT));
        let scale = inverse.simd_gt(limit).select(limit, inverse);
        for i in 0..N {
            output.store::<S>(i, input.load(simd, i) * scale);
        }
        tape.store::<S>(scale);
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        let Backward { output, tape, d_output, d_input: Some(d_input), .. } = pass else { return };
        let scale = tape.load(simd);
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let mut along = zero;
        for i in 0..N {
            along += output.load(simd, i) * d_output.load(simd, i);
        }
        // at the limit the scale is a constant
        let limited = scale.simd_ge(T::Vector::<S>::splat(simd, T::from_f64(UNIT_LIMIT)));
        let along = limited.select(zero, along);
        for i in 0..N {
            d_input.store::<S>(i, (d_output.load(simd, i) - output.load(simd, i) * along) * scale);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, _: &NoParameters, input: &[T; N], output: &mut [T; N]) {
        let squares = input.iter().map(|&x| x * x).sum::<T>();
        let (inverse, limit) = (inverse_root::<T, S>(simd, squares), T::from_f64(UNIT_LIMIT));
        let scale = if inverse > limit { limit } else { inverse };
        for (y, &x) in output.iter_mut().zip(input) {
            *y = x * scale;
        }
    }
}
