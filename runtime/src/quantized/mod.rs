//! Networks in integers of eight bits: a quarter of the size, for where memory is short.
//!
//! [`Network::quantize`] turns a trained network into a [`Quantized`] one. A real number `r` becomes an integer `q`, with
//! a scale `s` and a zero point `z`:
//!
//! ```text
//! r = s (q - z)
//! ```
//!
//! - **weights**: a scale for each output `o`, `s_o = max_i |w_oi| / 127`, and no zero point; `q` is in `-127..=127`;
//! - **inputs of a layer**: a scale and a zero point for each layer, from the range `[min, max]` that the calibration
//!   data has there, widened to hold 0: `s = (max - min) / 255`, `z = round(-128 - min / s)`; `q` is in `-128..=127`, and
//!   what lies beyond the range becomes its end;
//! - **biases and sums** are 32 bits wide, with the scale `s s_o`. What the zero point adds to a sum does not depend on
//!   the sample, so that it is part of the bias: `c_o = round(b_o / (s s_o)) - z sum_i q_oi`.
//!
//! A layer is then a sum of products of integers, and one product of real numbers for each output, before the activation `f`,
//! which is computed in real numbers:
//!
//! ```text
//! y_o = f(s s_o (c_o + sum_i q_oi q_i))
//! ```
//!
//! Source: B. Jacob and others, *Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
//! Inference*, 2018; scales for each output: R. Krishnamoorthi, *Quantizing deep convolutional networks for efficient
//! inference*, 2018. They also requantise between layers in integers alone, which saves what this does in `f32`, one
//! product and an activation for each neuron, and leaves activations to tables.
//!
//! A network of layers that implement [`Quantizable`] can be quantised: `Dense`, layers without parameters, `Normalization`,
//! which stays in real numbers, `Residual`, repetitions, and networks of these as layers. The scalar is `f32`. Neither
//! calibration nor prediction allocates.
//! [`save`](Quantized::save) and [`load`](Quantized::load) keep one in a file, and
//! [`include_network!`](crate::include_network) builds it into a program.
//!
//! ```
//! use rand::{SeedableRng, rngs::StdRng};
//! use typenet::prelude::*;
//! use typenet::quantized::Quantized;
//!
//! network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let x = [[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]];
//! # let y = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
//! let mut xor = Xor::new(rng);
//! # let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1).momentum(0.9)).epochs(100);
//! # trainer.fit(&mut xor, (&x, &y), rng)?;
//! // ... after training: what it was trained on, or some of it, says how large the numbers become
//! let quantized: Quantized<Xor> = xor.quantize(&x)?;
//! for x in &x {
//!     assert!((quantized.predict(x)[0] - xor.predict(x)[0]).abs() < 0.05);
//! }
//! # Ok(())
//! # }
//! ```

mod dense;
mod layers;
mod layout;

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::fmt::{self, Debug};
use core::marker::PhantomData;

use bytemuck::Zeroable;
use fearless_simd::Simd;

pub use self::dense::{Affine, QuantizedDense, Range};
pub use self::layout::{Layout, Number, Pair, Stored, StoredTensor};
use crate::data::{Samples, count};
use crate::error::Error;
use crate::kernels::{Task, dispatch, level};
use crate::network::Network;
use crate::scalar::Scalar;
use crate::tile::{Features, Zero};

/// One sample of `Z`: `[f32; N]`.
pub type SampleOf<Z> = <Z as Features<f32>>::Sample;

/// A layer, or two in a row, that can predict in integers. A layer of one's own may implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be quantised",
    label = "a layer that cannot be quantised",
    note = "`Dense`, `Activation`, `Residual`, repetitions and networks of these can; implement \
            `typenet::quantized::Quantizable` for a layer of your own"
)]
pub trait Quantizable: Copy {
    /// The tile that comes in.
    type Input: Features<f32>;
    /// The tile that goes out.
    type Output: Features<f32>;
    /// What is observed of the calibration data.
    type Ranges: Zeroable;
    /// The parameters in integers.
    type Quantized: Stored;

    /// How many parameters there are.
    const NUMBERS: usize;

    /// Computes the outputs of one sample with the parameters as they are, and widens the ranges to hold what comes by.
    fn observe<S: Simd>(
        &self,
        simd: S,
        parameters: &[f32],
        ranges: &mut Self::Ranges,
        input: &SampleOf<Self::Input>,
        output: &mut SampleOf<Self::Output>,
    );

    /// Turns the parameters into integers. They come in as zeros.
    fn quantize(&self, parameters: &[f32], ranges: &Self::Ranges, quantized: &mut Self::Quantized);

    /// Computes the outputs of one sample in integers.
    fn predict<S: Simd>(
        &self,
        simd: S,
        quantized: &Self::Quantized,
        input: &SampleOf<Self::Input>,
        output: &mut SampleOf<Self::Output>,
    );
}

/// A scalar type whose networks can be quantised: `f32`.
#[diagnostic::on_unimplemented(
    message = "a network over `{Self}` cannot be quantised",
    label = "a network over `{Self}`",
    note = "declare it without `: {Self}` after its name, so that it is over `f32`; `load_cast` reads into it what was \
            saved as `{Self}`"
)]
pub trait QuantizableScalar: Scalar {
    /// The numbers as what they are.
    fn as_f32(numbers: &[Self]) -> &[f32];
}

impl QuantizableScalar for f32 {
    fn as_f32(numbers: &[Self]) -> &[f32] {
        numbers
    }
}

/// A network of `f32` whose layers can all be quantised. Every such network implements it.
// Nothing here says that its scalar type is `f32` but the bound: where another is, rustc has one thing to say, and not
// also that tiles differ.
pub trait QuantizableNetwork: Network<Scalar: QuantizableScalar> {
    /// Its layers, with those of the networks in it.
    type Chain: Quantizable;

    /// Its layers, with their options.
    const QUANTIZABLE: Self::Chain;
}

impl<N: Network<Scalar: QuantizableScalar, Layers: Quantizable>> QuantizableNetwork for N {
    type Chain = N::Layers;

    const QUANTIZABLE: N::Layers = N::CHAIN;
}

/// The tile that comes into a network.
pub type InputOf<N> = <<N as QuantizableNetwork>::Chain as Quantizable>::Input;

/// The tile that goes out of a network.
pub type OutputOf<N> = <<N as QuantizableNetwork>::Chain as Quantizable>::Output;

/// The most that [`Network::quantize`] hands around by value.
const STACK_LIMIT: usize = 128 * 1024;

/// The network `N` in integers of eight bits; see [the module](self).
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
    /// [`Error::NoSamples`], [`Error::TooManySamples`]; [`Error::InputNotFinite`] for a NaN or an infinity in the samples,
    /// [`Error::ParameterNotFinite`] for one in the network.
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
    /// checksum, and a sample input with its output in the metadata. The file is replaced as by [`Network::save`].
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

    /// Predicts one `sample`, without allocation. Numbers beyond what calibration has seen are taken for the ends of that; integers
    /// have no NaN, which is taken for 0.
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
