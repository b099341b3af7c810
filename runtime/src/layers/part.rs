//! Some of what comes in.

use fearless_simd::{Simd, SimdBase as _};
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

macro_rules! parts {
    ($($name:ident, $which:literal, $formula:literal, $start:expr, $example:literal;)*) => {$(
        #[doc = concat!("`", $formula, "`: the ", $which, " `OUT` of the numbers that come in. In `network!`: `", stringify!($name), "(5 -> 2)`.")]
        ///
        /// A branch of a `Concatenate` that begins with it sees some of the inputs: so a network has several, which stand side
        /// by side in a sample. Here each sample is three measures and the number of a region, of which there are ten:
        ///
        /// ```
        /// use rand::{SeedableRng, rngs::StdRng};
        /// use typenet::prelude::*;
        ///
        /// network! {
        #[doc = concat!("    Alone = ", stringify!($name), "(5 -> 2);")]
        ///     Sales = Concatenate((First(4 -> 3), Normalization), (Last(4 -> 1), Embedding(2, input_dim = 10))),
        ///             Dense(16, relu), Dense(1)
        /// }
        ///
        /// # fn main() {
        /// let rng = &mut StdRng::seed_from_u64(0);
        #[doc = concat!("assert_eq!(Alone::new(rng).predict(&[1.0, 2.0, 3.0, 4.0, 5.0]), ", $example, ");")]
        /// assert!(Sales::new(rng).predict(&[0.5, -0.5, 1.0, 7.0])[0].is_finite());
        /// # }
        /// ```
        ///
        #[doc = concat!("Those in the middle are a `First` and a `Last` in a row. To the other inputs goes a gradient of 0. Behind a `", stringify!($name), "`")]
        /// an [`Embedding`](super::Embedding) is not the first layer, so that what is no number of a row is found in training,
        /// and not before it.
        ///
        /// # Shapes
        /// - input: `IN`
        /// - output: `OUT`, at most `IN`
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name<const IN: usize, const OUT: usize>(());

        impl<const IN: usize, const OUT: usize> $name<IN, OUT> {
            /// The place of the first number that is taken.
            const START: usize = $start(IN, OUT);

            /// The layer.
            #[must_use]
            pub const fn new() -> Self {
                const { assert!(OUT <= IN, concat!("`", stringify!($name), "` gives some of the numbers that it takes")) }
                Self(())
            }
        }

        impl<const IN: usize, const OUT: usize> Default for $name<IN, OUT> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Scalar, const IN: usize, const OUT: usize> Layer<T> for $name<IN, OUT> {
            type Input = Tile<T, IN>;
            type Output = Tile<T, OUT>;
            type Parameters = NoParameters;
            type Tape = ();

            const FORM: Form = Form::OfPart { start: Self::START };

            fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

            #[inline(always)]
            fn forward<S: Simd>(
                &self,
                _: S,
                _: &NoParameters,
                input: &Tile<T, IN>,
                output: &mut Tile<T, OUT>,
                (): &mut (),
            ) {
                output.columns_mut().copy_from_slice(&input.columns()[Self::START..Self::START + OUT]);
            }

            #[inline(always)]
            fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
                let Backward { d_output, d_input: Some(d_input), .. } = pass else { return };
                for column in d_input.columns_mut() {
                    column.store::<S>(T::Vector::<S>::splat(simd, T::ZERO));
                }
                d_input.columns_mut()[Self::START..Self::START + OUT].copy_from_slice(d_output.columns());
            }

            #[inline(always)]
            fn predict<S: Simd>(&self, _: S, _: &NoParameters, input: &[T; IN], output: &mut [T; OUT]) {
                output.copy_from_slice(&input[Self::START..Self::START + OUT]);
            }
        }
    )*};
}

/// Where the first numbers begin.
const fn begin(_: usize, _: usize) -> usize {
    0
}

/// Where the last `taken` of so many numbers begin; of too few, which [`new`](Last::new) refuses, at none.
const fn end(numbers: usize, taken: usize) -> usize {
    numbers.saturating_sub(taken)
}

parts! {
    First, "first", "y_i = x_i", begin, "[1.0, 2.0]";
    Last, "last", "y_i = x_{IN - OUT + i}", end, "[4.0, 5.0]";
}
