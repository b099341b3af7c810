//! The product of two branches.

use fearless_simd::{Select, Simd, SimdBase, SimdFloat};
use rand::Rng;

use super::normal::inverse_root;
use super::{Backward, Form, Layer, NoParameters};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// The inverse of a length is at most this, so that zeros stay zeros. As in Keras.
pub(crate) const DOT_LIMIT: f64 = 1e7;

/// `y = sum_i a_i b_i`, where `a` is the first half of what comes in and `b` the second: Keras's `Dot(axes=1)([a, b])`.
/// How much two branches are alike, as those of users and of films in a recommender. In `network!`: `Dot` behind a
/// `Concatenate(..., ...)` of two branches of one width.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `normalize = ...` | `false` | whether `a` and `b` are first divided by their lengths, so that `y` is the cosine of their angle |
///
/// The inverse of a length is at most 10^7, so that of zeros `y` is 0; there its gradient is that of a constant factor,
/// where Keras's is NaN.
///
/// Source: Keras's [`Dot`](https://keras.io/api/layers/merging_layers/dot/).
///
/// # Shapes
/// - input: `IN`, an even number
/// - output: 1
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! {
///     Alone = Dot(4 -> 1);
///     Cosine = Dot(4 -> 1, normalize = true);
///     Net = Concatenate(Dense(4 -> 8, relu), Dense(8)), Dot, sigmoid
/// }
///
/// # fn main() {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let x = [3.0, 4.0, 5.0, 12.0];
/// assert_eq!(Alone::new(rng).predict(&x), [15.0 + 48.0]);
/// assert!((Cosine::new(rng).predict(&x)[0] - 63.0 / 65.0).abs() < 1e-6);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot<const IN: usize, const OUT: usize, const NORMALIZE: usize = 0>(());

impl<const IN: usize, const OUT: usize> Dot<IN, OUT> {
    /// The layer with Keras's defaults.
    #[must_use]
    pub const fn new() -> Self {
        const {
            assert!(IN.is_multiple_of(2), "`Dot` takes two halves");
            assert!(OUT == 1, "`Dot` gives one number");
        }
        Self(())
    }

    /// The layer that divides by the lengths.
    #[must_use]
    pub const fn normalized(self) -> Dot<IN, OUT, 1> {
        Dot(())
    }
}

impl<const IN: usize, const OUT: usize> Default for Dot<IN, OUT> {
    fn default() -> Self {
        Self::new()
    }
}

/// What the halves are multiplied by, given their squares.
#[inline(always)]
fn inverse<T: Scalar, S: Simd>(simd: S, squares: T::Vector<S>) -> T::Vector<S> {
    let inverse = T::Vector::<S>::splat(simd, T::ONE) / squares.sqrt();
    let limit = T::Vector::<S>::splat(simd, T::from_f64(DOT_LIMIT));
    // what is no number stays none
    inverse.simd_gt(limit).select(limit, inverse)
}

impl<T: Scalar, const IN: usize, const OUT: usize, const NORMALIZE: usize> Layer<T> for Dot<IN, OUT, NORMALIZE> {
    type Input = Tile<T, IN>;
    type Output = Tile<T, OUT>;
    type Parameters = NoParameters;
    /// What each half of each sample was multiplied by.
    type Tape = [T::Lane; 2];

    const FORM: Form = Form::OfDot { normalize: NORMALIZE == 1 };

    fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        _: &NoParameters,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        tape: &mut [T::Lane; 2],
    ) {
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let (mut product, mut squares) = (zero, [zero; 2]);
        for i in 0..IN / 2 {
            let (a, b) = (input.load(simd, i), input.load(simd, IN / 2 + i));
            product += a * b;
            if const { NORMALIZE == 1 } {
                squares[0] += a * a;
                squares[1] += b * b;
            }
        }
        if const { NORMALIZE == 1 } {
            for (tape, squares) in tape.iter_mut().zip(squares) {
                let scale = inverse::<T, S>(simd, squares);
                product *= scale;
                tape.store::<S>(scale);
            }
        }
        for i in 0..OUT {
            output.store::<S>(i, product);
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        let Backward { input, output, tape, d_output, d_input: Some(d_input), .. } = pass else { return };
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let limit = T::Vector::<S>::splat(simd, T::from_f64(DOT_LIMIT));
        let (mut d, mut along, mut scales) = (zero, [zero; 2], [zero; 2]);
        for i in 0..OUT {
            d += d_output.load(simd, i);
        }
        if const { NORMALIZE == 1 } {
            for i in 0..OUT {
                scales = [tape[0].load(simd), tape[1].load(simd)];
                // with u = a / |a| and v = b / |b|, the gradient is (v - y u) / |a|; at the limit a factor is constant
                for (along, scale) in along.iter_mut().zip(scales) {
                    *along = scale.simd_ge(limit).select(zero, output.load(simd, i) * scale * scale * d);
                }
            }
            d *= scales[0] * scales[1];
        }
        for i in 0..IN / 2 {
            let (a, b) = (input.load(simd, i), input.load(simd, IN / 2 + i));
            let (mut d_a, mut d_b) = (b * d, a * d);
            if const { NORMALIZE == 1 } {
                d_a -= a * along[0];
                d_b -= b * along[1];
            }
            d_input.store::<S>(i, d_a);
            d_input.store::<S>(IN / 2 + i, d_b);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, _: &NoParameters, input: &[T; IN], output: &mut [T; OUT]) {
        let halves = input.split_at(IN / 2);
        let mut product = halves.0.iter().zip(halves.1).map(|(&a, &b)| a * b).sum::<T>();
        if const { NORMALIZE == 1 } {
            for half in [halves.0, halves.1] {
                let squares = half.iter().map(|&x| x * x).sum::<T>();
                let (inverse, limit) = (inverse_root::<T, S>(simd, squares), T::from_f64(DOT_LIMIT));
                product *= if inverse > limit { limit } else { inverse };
            }
        }
        output.fill(product);
    }
}
