//! What layers that multiply by random factors in training have in common.

use fearless_simd::{Simd, SimdBase as _};

use crate::scalar::Scalar;
use crate::tile::{Tile, copy};

/// A layer with a rate, whose own method `draw` computes the outputs in training, and the factors.
macro_rules! random_factors {
    ($layer:ident) => {
        impl<const N: usize> $layer<N> {
            /// The layer that changes nothing yet.
            #[must_use]
            pub const fn new() -> Self {
                Self { rate: 0.0 }
            }

            /// The same layer with another rate.
            ///
            /// # Panics
            /// If it is not at least 0 and less than 1: in `network!` while compiling.
            #[must_use]
            pub const fn rate(self, rate: f64) -> Self {
                assert!(0.0 <= rate && rate < 1.0, "a rate is at least 0 and less than 1");
                Self { rate }
            }
        }

        impl<const N: usize> Default for $layer<N> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Scalar, const N: usize> $crate::layers::Layer<T> for $layer<N> {
            type Input = Tile<T, N>;
            type Output = Tile<T, N>;
            type Parameters = $crate::layers::NoParameters;
            /// What each number was multiplied by.
            type Tape = Tile<T, N>;

            const FORM: $crate::layers::Form = $crate::layers::Form::Unchanged;
            const STREAMS: usize = 1;

            fn initialize<R: rand::Rng + ?Sized>(&self, _: &mut Self::Parameters, _: &mut R) {}

            #[inline(always)]
            fn forward<S: Simd>(
                &self,
                simd: S,
                _: &Self::Parameters,
                input: &Tile<T, N>,
                output: &mut Tile<T, N>,
                factors: &mut Tile<T, N>,
            ) {
                $crate::layers::random_factors::unchanged(simd, input, output, factors);
            }

            #[inline(always)]
            fn train<S: Simd>(
                &self,
                simd: S,
                _: &Self::Parameters,
                input: &Tile<T, N>,
                output: &mut Tile<T, N>,
                factors: &mut Tile<T, N>,
                noise: Noise,
            ) {
                self.draw(simd, input, output, factors, noise);
            }

            #[inline(always)]
            fn backward<S: Simd>(&self, simd: S, _: &Self::Parameters, pass: $crate::layers::Backward<'_, T, Self>) {
                $crate::layers::random_factors::multiplied(simd, pass.tape, pass.d_output, pass.d_input);
            }

            #[inline(always)]
            fn predict<S: Simd>(&self, _: S, _: &Self::Parameters, input: &[T; N], output: &mut [T; N]) {
                *output = *input;
            }
        }
    };
}
pub(super) use random_factors;

/// `y = x`, as a layer does it that multiplies by random factors in training.
#[inline(always)]
pub(super) fn unchanged<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    input: &Tile<T, N>,
    output: &mut Tile<T, N>,
    factors: &mut Tile<T, N>,
) {
    copy::<T, _>(input, output);
    for i in 0..N {
        factors.store::<S>(i, T::Vector::<S>::splat(simd, T::ONE));
    }
}

/// The gradient of `y = factor x`.
#[inline(always)]
pub(super) fn multiplied<T: Scalar, S: Simd, const N: usize>(
    simd: S,
    factors: &Tile<T, N>,
    d_output: &Tile<T, N>,
    d_input: Option<&mut Tile<T, N>>,
) {
    let Some(d_input) = d_input else { return };
    for i in 0..N {
        d_input.store::<S>(i, d_output.load(simd, i) * factors.load(simd, i));
    }
}
