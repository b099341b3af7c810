//! Inputs of mean 0 and variance 1 over the data.

use bytemuck::{Pod, Zeroable};
use fearless_simd::{Simd, SimdBase, SimdFloat};
use nalgebra::SVector;
use rand::Rng;

use super::{Backward, Batch, Form, Layer, Sink, TensorInfo};
use crate::kernels::flat::{load, store};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// The square of the least standard deviation, `1e-7`: what never changes is not divided by zero.
pub(crate) const LEAST_VARIANCE: f64 = 1e-14;

/// `y_i = (x_i - mean_i) / max(sqrt(variance_i), 1e-7)`, with the mean and the variance of each number over the data,
/// which are not trained: [`adapt`](NormalizationParameters::adapt) finds them, and they are saved with the weights. So
/// a network that begins with it takes numbers as they are measured, wherever it is loaded. With `invert = true` the
/// way back, `y_i = mean_i + x_i max(sqrt(variance_i), 1e-7)`, for outputs whose targets were normalised. In
/// `network!`: `Normalization(N)`, or `Normalization(N, invert = true)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `invert = ...` | `false` | whether it goes the way back |
///
/// Before it is adapted the means are 0 and the variances 1, and it changes nothing. Its parameters have no gradient,
/// and no optimizer moves them; the gradient goes through it to layers before it. What Keras's layer is told as `mean`
/// and `variance` is written to the fields: `network.normalization.mean = [1.0, 2.0].into()`. Keras counts one
/// parameter more, `count`, which is always 0; a file with it is loaded without it. Keras's `axis=None` is
/// [`adapt_as_one`](NormalizationParameters::adapt_as_one): a mean and a variance of each number, which are all the
/// same.
///
/// Source: Keras's
/// [`Normalization`](https://keras.io/api/layers/preprocessing_layers/numerical/normalization/).
///
/// # Shapes
/// - input and output: `N`
/// - `mean`, `variance`: `SVector<T, N>`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Weight = Normalization(2), Dense(8, relu), Dense(1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let x = [[180.0, 3500.0], [190.0, 4100.0], [200.0, 4700.0], [210.0, 5300.0]];
/// let y = [1.0, 2.0, 3.0, 4.0];
/// let mut weight = Weight::new(rng);
/// weight.normalization.adapt(&x)?; // before `fit`, and with what is trained on alone
/// assert_eq!(weight.normalization.mean.as_slice(), [195.0, 4400.0]);
/// assert_eq!(weight.normalization.variance.as_slice(), [125.0, 450_000.0]);
/// Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(300).fit(&mut weight, (&x, &y), rng)?;
/// assert!((weight.predict(&[190.0, 4100.0])[0] - 2.0).abs() < 0.1);
/// assert_eq!((Weight::PARAMETERS, Weight::TRAINED), (4 + 24 + 9, 24 + 9));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalization<const N: usize, const INVERT: usize = 0>(());

impl<const N: usize> Normalization<N> {
    /// The layer with Keras's defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }

    /// The layer that goes the way back.
    #[must_use]
    pub const fn inverted(self) -> Normalization<N, 1> {
        Normalization(())
    }
}

impl<const N: usize> Default for Normalization<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a [`Normalization`] knows of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct NormalizationParameters<T: Scalar, const N: usize> {
    /// The mean of each number.
    pub mean: SVector<T, N>,
    /// The variance of each number.
    pub variance: SVector<T, N>,
}

// SAFETY: both fields are arrays of floats, for which all-zero bytes are zeros.
unsafe impl<T: Scalar, const N: usize> Zeroable for NormalizationParameters<T, N> {}
// SAFETY: `repr(C)`, and both fields are arrays of the same float, so that there is no padding and every bit pattern is
// a value.
unsafe impl<T: Scalar, const N: usize> Pod for NormalizationParameters<T, N> {}

#[cfg(feature = "alloc")]
impl<T: Scalar, const N: usize> NormalizationParameters<T, N> {
    /// Learns mean and variance of each number from data of any kind that can be trained on, and forgets what was
    /// there: Keras's `adapt`. What a network is tested on must have no part in this.
    ///
    /// It sees the data as the network does. Behind other layers it wants what these give, which
    /// [`Network::predict_many`](crate::Network::predict_many) of a network of them tells.
    ///
    /// # Errors
    /// [`Error::NoSamples`](crate::Error::NoSamples); [`Error::TooManySamples`](crate::Error::TooManySamples);
    /// [`Error::InputNotFinite`](crate::Error::InputNotFinite) for a NaN or an infinity. The layer stays as it was.
    pub fn adapt<X>(&mut self, samples: &X) -> Result<(), crate::Error>
    where
        X: crate::data::Samples<T, Tile<T, N>> + ?Sized,
    {
        *self = crate::data::Normalization::of(samples)?.into();
        Ok(())
    }

    /// The same with one mean and one variance, of all numbers together: see
    /// [`as_one`](crate::data::Normalization::as_one).
    ///
    /// # Errors
    /// As of [`adapt`](Self::adapt).
    ///
    /// ```
    /// use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Picture = Normalization(3), Dense(1) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let mut picture = Picture::new(&mut StdRng::seed_from_u64(0));
    /// picture.normalization.adapt_as_one(&[[0.0, 10.0, 20.0], [0.0, 20.0, 40.0]])?;
    /// assert_eq!(picture.normalization.mean.as_slice(), [15.0; 3]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn adapt_as_one<X>(&mut self, samples: &X) -> Result<(), crate::Error>
    where
        X: crate::data::Samples<T, Tile<T, N>> + ?Sized,
    {
        *self = crate::data::Normalization::of(samples)?.as_one().into();
        Ok(())
    }
}

/// What was learnt beside the network.
#[cfg(feature = "alloc")]
impl<T: Scalar, const N: usize> From<crate::data::Normalization<T, N>> for NormalizationParameters<T, N> {
    fn from(known: crate::data::Normalization<T, N>) -> Self {
        Self { mean: known.mean.into(), variance: known.variance.into() }
    }
}

impl<const N: usize, const INVERT: usize> Normalization<N, INVERT> {
    /// What each number is multiplied by.
    #[inline(always)]
    fn factors<T: Scalar, S: Simd>(simd: S, variance: &[T], factors: &mut [T]) {
        let (least, one) = (T::from_f64(LEAST_VARIANCE), T::Vector::<S>::splat(simd, T::ONE));
        let least = T::Vector::<S>::splat(simd, least);
        for (variance, factors) in variance.chunks(T::LANES).zip(factors.chunks_mut(T::LANES)) {
            let deviation = load::<T, S>(simd, variance).max(least).sqrt();
            store::<T, S>(if const { INVERT == 1 } { deviation } else { one / deviation }, factors);
        }
    }

    /// One sample with the numbers of `parameters`, means and then variances.
    #[inline(always)]
    pub(crate) fn sample<T: Scalar, S: Simd>(simd: S, parameters: &[T], input: &[T; N], output: &mut [T; N]) {
        let (mean, variance) = parameters.split_at(N);
        Self::factors::<T, S>(simd, variance, output);
        for ((y, &x), &mean) in output.iter_mut().zip(input).zip(mean) {
            *y = if const { INVERT == 1 } { x * *y + mean } else { (x - mean) * *y };
        }
    }
}

impl<T: Scalar, const N: usize, const INVERT: usize> Layer<T> for Normalization<N, INVERT> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = NormalizationParameters<T, N>;
    /// What each number is multiplied by.
    type Tape = [T; N];

    const TENSORS: &'static [TensorInfo] =
        &[TensorInfo { name: "mean", shape: &[N] }, TensorInfo { name: "variance", shape: &[N] }];

    const FORM: Form = Form::OfNormalization { invert: INVERT == 1 };

    const TRAINED: usize = 0;

    const COMPLETES: bool = true;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut R) {
        parameters.mean.fill(T::ZERO);
        parameters.variance.fill(T::ONE);
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        factors: &mut [T; N],
    ) {
        Self::factors::<T, S>(simd, parameters.variance.as_slice(), factors);
        for (i, (&mean, &factor)) in parameters.mean.iter().zip(&*factors).enumerate() {
            let x = input.load(simd, i);
            output.store::<S>(i, if const { INVERT == 1 } { x * factor + mean } else { (x - mean) * factor });
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &Self::Parameters, pass: Backward<'_, T, Self>) {
        let Some(d_input) = pass.d_input else { return };
        for i in 0..N {
            d_input.store::<S>(i, pass.d_output.load(simd, i) * pass.tape[i]);
        }
    }

    #[inline(always)]
    fn complete<S: Simd, G: Batch<T, Self>, K: Sink<T>>(&self, _: S, _: G, _: usize, _: &mut K) {}

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, parameters: &Self::Parameters, input: &[T; N], output: &mut [T; N]) {
        Self::sample(simd, crate::flat::Flat::as_flat(parameters), input, output);
    }
}
