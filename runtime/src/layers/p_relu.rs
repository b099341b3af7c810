//! A rectifier that learns its slopes.

use fearless_simd::{Select, Simd, SimdBase};
use nalgebra::SVector;
use rand::Rng;

use super::summed::Summed;
use super::{Backward, Batch, Form, Layer, Share, Sink, TensorInfo};
use crate::initializers::{Fan, Initializer, Zeros};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `y_i = x_i` for `x_i > 0`, else `alpha_i x_i`, with an `alpha` of its own for each number. In `network!`: `PReLU`,
/// or `PReLU(N)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `alpha_initializer = ...` | `zeros` | how `alpha` starts |
/// | `alpha_regularizer` | none | what `alpha` [costs](crate::regularizers) |
/// | `alpha_constraint` | none | what `alpha` [must be](crate::constraints) |
/// | `trainable = ...` | `true` | whether its parameters [move](crate::network!#layers-that-are-not-trained) |
///
/// The slope at 0 is 0, as in Keras.
///
/// Source: K. He and others, *Delving Deep into Rectifiers*, 2015; options and numbers of Keras's
/// [`PReLU`](https://keras.io/api/layers/activation_layers/prelu/).
///
/// # Shapes
/// - input and output: `N`
/// - parameters: `alpha`, an `SVector<T, N>`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Bent = PReLU(2, alpha_initializer = constant(0.25)) }
///
/// # fn main() {
/// let mut bent = Bent::new(&mut StdRng::seed_from_u64(0));
/// assert_eq!(bent.predict(&[2.0, -2.0]), [2.0, -0.5]);
/// bent.p_re_lu[1] = 0.5;
/// assert_eq!(bent.predict(&[2.0, -2.0]), [2.0, -1.0]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PRelu<const N: usize, I = Zeros> {
    alpha_initializer: I,
}

impl<const N: usize> PRelu<N> {
    /// The layer with Keras's default.
    #[must_use]
    pub const fn new() -> Self {
        Self { alpha_initializer: Zeros }
    }
}

impl<const N: usize> Default for PRelu<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, I: Copy> PRelu<N, I> {
    /// The same layer with another start of `alpha`.
    pub const fn alpha_initializer<J: Copy>(self, alpha_initializer: J) -> PRelu<N, J> {
        PRelu { alpha_initializer }
    }
}

impl<T: Scalar, const N: usize, I: Initializer> Layer<T> for PRelu<N, I> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = SVector<T, N>;
    type Tape = ();

    const TENSORS: &'static [TensorInfo] = &[TensorInfo { name: "alpha", shape: &[N] }];

    const FORM: Form = Form::OfPRelu;

    /// One lane for each number of `alpha`.
    const SUMS: usize = N;

    const COMPLETES: bool = true;

    fn initialize<R: Rng + ?Sized>(&self, alpha: &mut SVector<T, N>, rng: &mut R) {
        self.alpha_initializer.fill(alpha.as_mut_slice(), Fan { inputs: N, outputs: N }, rng);
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        alpha: &SVector<T, N>,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        (): &mut (),
    ) {
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let x = input.load(simd, i);
            output.store::<S>(i, x.simd_gt(zero).select(x, x * alpha[i]));
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, alpha: &SVector<T, N>, mut pass: Backward<'_, T, Self>) {
        Self::sum_tile(simd, &mut pass);
        let Backward { input, d_output, d_input, .. } = pass;
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let Some(d_input) = d_input else { return };
        for i in 0..N {
            let (x, d) = (input.load(simd, i), d_output.load(simd, i));
            d_input.store::<S>(i, x.simd_gt(zero).select(d, x.simd_lt(zero).select(d * alpha[i], zero)));
        }
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, T, Self>) {
        Self::sum_lanes(simd, share);
    }

    #[inline(always)]
    fn complete<S: Simd, G: Batch<T, Self>, K: Sink<T>>(&self, simd: S, batch: G, start: usize, sink: &mut K) {
        Self::sum_batch(simd, batch, start, sink);
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, _: S, alpha: &SVector<T, N>, input: &[T; N], output: &mut [T; N]) {
        for ((y, &x), &alpha) in output.iter_mut().zip(input).zip(alpha) {
            *y = if x > T::ZERO { x } else { x * alpha };
        }
    }
}

impl<T: Scalar, const N: usize, I: Initializer> Summed<T> for PRelu<N, I> {
    #[inline(always)]
    fn add<S: Simd>(
        simd: S,
        input: &Tile<T, N>,
        d_output: &Tile<T, N>,
        (): &(),
        number: usize,
        sum: T::Vector<S>,
    ) -> T::Vector<S> {
        let (x, zero) = (input.load(simd, number), T::Vector::<S>::splat(simd, T::ZERO));
        sum + x.simd_lt(zero).select(d_output.load(simd, number) * x, zero)
    }
}
