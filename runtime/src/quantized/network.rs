//! A network that is quantised.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::fmt::{self, Debug};
use core::marker::PhantomData;

use bytemuck::Zeroable;
use fearless_simd::Simd;

use super::{InputOf, OutputOf, Quantizable, QuantizableNetwork, QuantizableScalar, SampleOf};
use crate::data::{Samples, count};
use crate::error::Error;
use crate::kernels::{Task, dispatch, level};
use crate::tile::{Features, Zero};

/// The most that `quantize` hands around by value.
const STACK_LIMIT: usize = 128 * 1024;

/// The network `N` in integers of eight bits; see [the module](crate::quantized).
#[repr(transparent)]
pub struct Quantized<N: QuantizableNetwork> {
    pub(crate) layers: <N::Chain as Quantizable>::Quantized,
}

// not derived: that would ask it of the layers' types too
impl<N: QuantizableNetwork> Clone for Quantized<N> {
    fn clone(&self) -> Self {
        Self { layers: self.layers.clone() }
    }
}

impl<N: QuantizableNetwork> Debug for Quantized<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(N::NAME).field("layers", &self.layers).finish()
    }
}

impl<N: QuantizableNetwork> PartialEq for Quantized<N> {
    fn eq(&self, other: &Self) -> bool {
        self.layers == other.layers
    }
}

// SAFETY: its one field may be all zeros.
unsafe impl<N: QuantizableNetwork> Zeroable for Quantized<N> {}

impl<N: QuantizableNetwork> Quantized<N> {
    /// How many bytes it takes, in memory and in the program: for each layer a byte for each weight, eight for each
    /// output, and eight.
    pub const BYTES: usize = size_of::<Self>();

    /// `network` in integers, with the ranges that its numbers have over `calibration`.
    ///
    /// # Errors
    /// [`Error::NoSamples`], [`Error::TooManySamples`]; [`Error::InputNotFinite`] for a NaN or an infinity in the
    /// samples, [`Error::ParameterNotFinite`] for one in the network.
    pub fn new<X: Samples<f32, InputOf<N>> + ?Sized>(network: &N, calibration: &X) -> Result<Self, Error> {
        const { assert!(Self::BYTES <= STACK_LIMIT, "beyond 128 KiB, use `Quantized::boxed`") };
        let mut quantized = Self::zeroed();
        quantized.fill(network, calibration)?;
        Ok(quantized)
    }

    /// As [`new`](Self::new), built on the heap: it never passes over the stack.
    ///
    /// # Errors
    /// As `new`.
    #[cfg(feature = "alloc")]
    pub fn boxed<X>(network: &N, calibration: &X) -> Result<Box<Self>, Error>
    where
        X: Samples<f32, InputOf<N>> + ?Sized,
    {
        let mut quantized = bytemuck::zeroed_box::<Self>();
        quantized.fill(network, calibration)?;
        Ok(quantized)
    }

    fn fill<X: Samples<f32, InputOf<N>> + ?Sized>(&mut self, network: &N, calibration: &X) -> Result<(), Error> {
        if count(calibration.count())? == 0 {
            return Err(Error::NoSamples);
        }
        calibration.check(N::RANGE)?;
        let parameters = QuantizableScalar::as_f32(network.as_flat());
        if let Some(index) = parameters.iter().position(|number| !number.is_finite()) {
            let value = parameters[index].into();
            return Err(Error::ParameterNotFinite { index, value });
        }
        let ranges = dispatch(level(), Observe::<N, X> { network: PhantomData, parameters, calibration });
        N::QUANTIZABLE.quantize(parameters, &ranges, &mut self.layers);
        Ok(())
    }

    /// Writes it to a safetensors file: for a `Dense` the tensors `dense.kernel` of 8-bit integers, `dense.bias` of
    /// 32-bit ones, `dense.kernel_scale`, `dense.input_scale` and `dense.input_zero_point`; with the declaration, a
    /// checksum, and a sample input with its output in the metadata. The file is replaced as by
    /// [`Files::save`](crate::Files::save).
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    #[cfg(feature = "safetensors")]
    pub fn save(&self, path: impl AsRef<std::path::Path>) -> Result<(), Error> {
        crate::weights::quantized::save(self, path.as_ref())
    }

    /// Reads it from a file that [`save`](Self::save) has written. It is on the heap, so that it never passes over the
    /// stack.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Weights`] if it does not hold this network: which tensor, what
    /// was expected and what was found.
    #[cfg(feature = "safetensors")]
    pub fn load(path: impl AsRef<std::path::Path>) -> Result<Box<Self>, Error> {
        crate::weights::quantized::load(path.as_ref())
    }

    /// What [`save`](Self::save) writes, in memory: to send it to a device, or to keep it in something else.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    /// use typenet::quantized::Quantized;
    ///
    /// network! { Line = Dense(1 -> 1) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// # let rng = &mut StdRng::seed_from_u64(0);
    /// let quantized = Line::new(rng).quantize(&[-1.0, 1.0])?;
    /// let bytes: Vec<u8> = quantized.to_bytes()?;
    /// let again = Quantized::<Line>::load_bytes(&bytes)?;
    /// assert_eq!(*again, quantized);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] of `<bytes>` if the header cannot be written.
    #[cfg(feature = "safetensors")]
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        crate::weights::quantized::to_bytes(self)
    }

    /// Reads it from what was a file, and checks it, as [`load`](Self::load) does.
    ///
    /// # Errors
    /// [`Error::Weights`] of `<bytes>` if they do not hold this network.
    #[cfg(feature = "safetensors")]
    pub fn load_bytes(bytes: &[u8]) -> Result<Box<Self>, Error> {
        crate::weights::quantized::load_bytes(bytes)
    }

    #[cfg(all(feature = "alloc", not(feature = "safetensors")))]
    crate::missing::missing! {
        Safetensors of N {
            pub fn save(&self, _path: impl Sized) -> Result<(), Error>;
            pub fn load(_path: impl Sized) -> Result<Box<Self>, Error>;
            pub fn to_bytes(&self) -> Result<Vec<u8>, Error>;
            pub fn load_bytes(_bytes: &[u8]) -> Result<Box<Self>, Error>;
        }
    }

    /// Predicts one `sample`, without allocation. Numbers beyond what calibration has seen are taken for the ends of
    /// that; integers have no NaN, which is taken for 0.
    #[must_use]
    pub fn predict(&self, sample: &SampleOf<InputOf<N>>) -> SampleOf<OutputOf<N>> {
        dispatch(level(), Predict { quantized: self, sample })
    }
}

struct Observe<'a, N, X: ?Sized> {
    network: PhantomData<N>,
    parameters: &'a [f32],
    calibration: &'a X,
}

impl<N: QuantizableNetwork, X: Samples<f32, InputOf<N>> + ?Sized> Task for Observe<'_, N, X> {
    type Output = <N::Chain as Quantizable>::Ranges;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let mut ranges = Zeroable::zeroed();
        let mut tile = InputOf::<N>::zeroed();
        let (mut input, mut output) = (Zero::ZERO, Zero::ZERO);
        for index in (0..u32::MAX).take(self.calibration.count()) {
            self.calibration.gather(simd, &[index], &mut tile);
            tile.read(0, &mut input);
            N::QUANTIZABLE.observe(simd, self.parameters, &mut ranges, &input, &mut output);
        }
        ranges
    }
}

struct Predict<'a, N: QuantizableNetwork> {
    quantized: &'a Quantized<N>,
    sample: &'a SampleOf<InputOf<N>>,
}

impl<N: QuantizableNetwork> Task for Predict<'_, N> {
    type Output = SampleOf<OutputOf<N>>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let mut output = Zero::ZERO;
        N::QUANTIZABLE.predict(simd, &self.quantized.layers, self.sample, &mut output);
        OutputOf::<N>::predict_head(simd, &N::HEAD, &mut output);
        output
    }
}
