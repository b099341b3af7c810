//! What two branches give, made into one: number by number, of the first half of what comes in and the second.

use fearless_simd::{Select, Simd, SimdFloat};
use rand::Rng;

use super::{Backward, Form, Layer, NoParameters};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// How two numbers become one. What is no number stays none.
trait Merge {
    /// Of one sample.
    fn number<T: Scalar>(a: T, b: T) -> T;

    /// The same lane by lane.
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(a: V, b: V) -> V;

    /// What the gradient `d` of it is with respect to each.
    fn slopes<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(simd: S, a: V, b: V, d: V) -> (V, V);
}

macro_rules! halves {
    ($($name:ident, $operator:literal, $formula:literal, $example:literal;)*) => {$(
        #[doc = concat!("`", $formula, "`, where `a` is the first half of what comes in and `b` the second: Keras's `", stringify!($name))]
        #[doc = concat!("()([a, b])`. In `network!`: `", stringify!($name), "` behind a `Concatenate(..., ...)` of two branches of one width.")]
        ///
        #[doc = concat!("Source: Keras's [`", stringify!($name), "`](https://keras.io/api/layers/merging_layers/).")]
        ///
        /// # Shapes
        /// - input: `IN`, an even number
        /// - output: `OUT`, half of it
        ///
        /// ```
        /// use rand::{SeedableRng, rngs::StdRng};
        /// use typenet::prelude::*;
        ///
        /// network! {
        #[doc = concat!("    Alone = ", stringify!($name), "(4 -> 2);")]
        #[doc = concat!("    Net = Concatenate(Dense(4 -> 8, relu), Dense(8)), ", stringify!($name), ", Dense(1)")]
        /// }
        ///
        /// # fn main() {
        /// let rng = &mut StdRng::seed_from_u64(0);
        #[doc = concat!("assert_eq!(Alone::new(rng).predict(&[1.0, 2.0, 3.0, -4.0]), ", $example, ");")]
        /// # }
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name<const IN: usize, const OUT: usize>(());

        impl<const IN: usize, const OUT: usize> $name<IN, OUT> {
            /// The layer.
            #[must_use]
            pub const fn new() -> Self {
                const {
                    assert!(IN == 2 * OUT, concat!("`", stringify!($name), "` gives half as many numbers as it takes"));
                }
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

            const FORM: Form = Form::OfHalves { operator: $operator };

            fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

            #[inline(always)]
            fn forward<S: Simd>(
                &self,
                simd: S,
                _: &NoParameters,
                input: &Tile<T, IN>,
                output: &mut Tile<T, OUT>,
                (): &mut (),
            ) {
                for i in 0..OUT {
                    output.store::<S>(i, <Self as Merge>::value(input.load(simd, i), input.load(simd, OUT + i)));
                }
            }

            #[inline(always)]
            fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
                let Backward { input, d_output, d_input: Some(d_input), .. } = pass else { return };
                for i in 0..OUT {
                    let (a, b) = (input.load(simd, i), input.load(simd, OUT + i));
                    let (d_a, d_b) = <Self as Merge>::slopes(simd, a, b, d_output.load(simd, i));
                    d_input.store::<S>(i, d_a);
                    d_input.store::<S>(OUT + i, d_b);
                }
            }

            #[inline(always)]
            fn predict<S: Simd>(&self, _: S, _: &NoParameters, input: &[T; IN], output: &mut [T; OUT]) {
                let (first, second) = input.split_at(OUT);
                for ((y, a), b) in output.iter_mut().zip(first).zip(second) {
                    *y = <Self as Merge>::number(*a, *b);
                }
            }
        }
    )*};
}

halves! {
    Add, "Add", "y = a + b", "[4.0, -2.0]";
    Subtract, "Sub", "y = a - b", "[-2.0, 6.0]";
    Multiply, "Mul", "y = a b", "[3.0, -8.0]";
    Average, "Mean", "y = (a + b) / 2", "[2.0, -1.0]";
    Maximum, "Max", "y = max(a, b)", "[3.0, 2.0]";
    Minimum, "Min", "y = min(a, b)", "[1.0, -4.0]";
}

macro_rules! merge {
    ($name:ident, $a:ident $b:ident => $value:expr, $d:ident => $slopes:expr) => {
        impl<const IN: usize, const OUT: usize> Merge for $name<IN, OUT> {
            #[inline(always)]
            fn number<T: Scalar>($a: T, $b: T) -> T {
                $value
            }

            #[inline(always)]
            fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>($a: V, $b: V) -> V {
                $value
            }

            #[inline(always)]
            #[allow(unused_variables, reason = "slopes of a sum are always the same")]
            fn slopes<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(_: S, $a: V, $b: V, $d: V) -> (V, V) {
                $slopes
            }
        }
    };
}

merge!(Add, a b => a + b, d => (d, d));
merge!(Subtract, a b => a - b, d => (d, -d));
merge!(Multiply, a b => a * b, d => (d * b, d * a));
merge!(Average, a b => (a + b) * T::from_f64(0.5), d => (d * T::from_f64(0.5), d * T::from_f64(0.5)));

/// The gradient goes to the larger of two numbers, and half of it to each of two that are the same, as on JAX.
#[inline(always)]
fn to_larger<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(simd: S, a: V, b: V, d: V) -> (V, V) {
    let same = a.simd_eq(b).select(d * T::from_f64(0.5), V::splat(simd, T::ZERO));
    (a.simd_gt(b).select(d, same), a.simd_lt(b).select(d, same))
}

macro_rules! larger {
    ($name:ident $is:tt $other:tt $simd_is:ident $simd_other:ident |$to:ident| $slopes:expr) => {
        impl<const IN: usize, const OUT: usize> Merge for $name<IN, OUT> {
            #[inline(always)]
            fn number<T: Scalar>(a: T, b: T) -> T {
                if a $is b {
                    a
                } else if a $other b {
                    b
                } else {
                    a + b
                }
            }

            #[inline(always)]
            fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(a: V, b: V) -> V {
                a.$simd_is(b).select(a, a.$simd_other(b).select(b, a + b))
            }

            #[inline(always)]
            fn slopes<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(simd: S, a: V, b: V, d: V) -> (V, V) {
                let $to = to_larger(simd, a, b, d);
                $slopes
            }
        }
    };
}

larger!(Maximum > <= simd_gt simd_le |to| to);
larger!(Minimum < >= simd_lt simd_ge |to| (to.1, to.0));
