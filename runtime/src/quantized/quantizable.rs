//! What can be quantised: layers, and networks of such.

use bytemuck::Zeroable;
use fearless_simd::Simd;

use super::Stored;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::tile::Features;

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
