//! Layers that have no kernels of their own, in integers: what is within them is quantised.

use core::mem::offset_of;

use fearless_simd::Simd;

use super::{InputOf, Layout, Number, OutputOf, Pair, Quantizable, QuantizableNetwork, SampleOf, Stored, StoredTensor};
use crate::activations::Activation;
use crate::flat::Flat;
use crate::layers::{
    ActivationLayer, ActivityRegularization, AlphaDropout, Block, Dropout, GaussianDropout, GaussianNoise, Layer,
    NoParameters, Normalization, NormalizationParameters, Repeat, Rescaling, Residual, UnitNormalization,
};
use crate::tile::{Features, Tile, Zero};

/// Two layers in a row, of which the second may be two again.
impl<A: Quantizable, B: Quantizable<Input = A::Output>> Quantizable for (A, B) {
    type Input = A::Input;
    type Output = B::Output;
    type Ranges = (A::Ranges, B::Ranges);
    type Quantized = Pair<A::Quantized, B::Quantized>;

    const NUMBERS: usize = A::NUMBERS + B::NUMBERS;

    #[inline(always)]
    fn observe<S: Simd>(
        &self,
        simd: S,
        parameters: &[f32],
        ranges: &mut Self::Ranges,
        input: &SampleOf<A::Input>,
        output: &mut SampleOf<B::Output>,
    ) {
        let (first, second) = parameters.split_at(A::NUMBERS);
        let mut between = Zero::ZERO;
        self.0.observe(simd, first, &mut ranges.0, input, &mut between);
        self.1.observe(simd, second, &mut ranges.1, &between, output);
    }

    fn quantize(&self, parameters: &[f32], ranges: &Self::Ranges, quantized: &mut Self::Quantized) {
        let (first, second) = parameters.split_at(A::NUMBERS);
        self.0.quantize(first, &ranges.0, &mut quantized.first);
        self.1.quantize(second, &ranges.1, &mut quantized.second);
    }

    #[inline(always)]
    fn predict<S: Simd>(
        &self,
        simd: S,
        quantized: &Self::Quantized,
        input: &SampleOf<A::Input>,
        output: &mut SampleOf<B::Output>,
    ) {
        let mut between = Zero::ZERO;
        self.0.predict(simd, &quantized.first, input, &mut between);
        self.1.predict(simd, &quantized.second, &between, output);
    }
}

/// Layers without parameters do in integers what they do in floats.
macro_rules! without_parameters {
    ($($layer:ident $(<$activation:ident>)?),*) => {$(
        impl<const N: usize $(, $activation: Activation)?> Quantizable for $layer<N $(, $activation)?> {
            type Input = Tile<f32, N>;
            type Output = Tile<f32, N>;
            type Ranges = ();
            type Quantized = NoParameters;

            const NUMBERS: usize = 0;

            #[inline(always)]
            fn observe<S: Simd>(&self, simd: S, _: &[f32], (): &mut (), input: &[f32; N], output: &mut [f32; N]) {
                Layer::<f32>::predict(self, simd, &NoParameters, input, output);
            }

            fn quantize(&self, _: &[f32], (): &(), _: &mut NoParameters) {}

            #[inline(always)]
            fn predict<S: Simd>(&self, simd: S, _: &NoParameters, input: &[f32; N], output: &mut [f32; N]) {
                Layer::<f32>::predict(self, simd, &NoParameters, input, output);
            }
        }
    )*};
}

without_parameters! {
    ActivationLayer<A>, ActivityRegularization, AlphaDropout, Dropout, GaussianDropout, GaussianNoise, Rescaling, UnitNormalization
}

// SAFETY: each tensor is one field, an array of as many floats, which may have any value.
unsafe impl<const N: usize> Stored for NormalizationParameters<f32, N> {
    const LAYOUT: Layout = Layout::One(&[
        StoredTensor { name: "mean", number: Number::Real, shape: &[N], offset: offset_of!(Self, mean) },
        StoredTensor { name: "variance", number: Number::Real, shape: &[N], offset: offset_of!(Self, variance) },
    ]);
}

/// What comes in is no integer yet, and what goes out is turned into one by the next layer: so it stays as it is.
impl<const N: usize, const INVERT: usize> Quantizable for Normalization<N, INVERT> {
    type Input = Tile<f32, N>;
    type Output = Tile<f32, N>;
    type Ranges = ();
    type Quantized = NormalizationParameters<f32, N>;

    const NUMBERS: usize = 2 * N;

    #[inline(always)]
    fn observe<S: Simd>(&self, simd: S, parameters: &[f32], (): &mut (), input: &[f32; N], output: &mut [f32; N]) {
        Self::sample(simd, parameters, input, output);
    }

    fn quantize(&self, parameters: &[f32], (): &(), quantized: &mut Self::Quantized) {
        quantized.as_flat_mut().copy_from_slice(parameters);
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, quantized: &Self::Quantized, input: &[f32; N], output: &mut [f32; N]) {
        Layer::<f32>::predict(self, simd, quantized, input, output);
    }
}

impl<L: Quantizable<Output = <L as Quantizable>::Input>> Quantizable for Residual<L> {
    type Input = L::Input;
    type Output = L::Input;
    type Ranges = L::Ranges;
    type Quantized = L::Quantized;

    const NUMBERS: usize = L::NUMBERS;

    #[inline(always)]
    fn observe<S: Simd>(
        &self,
        simd: S,
        parameters: &[f32],
        ranges: &mut L::Ranges,
        input: &SampleOf<L::Input>,
        output: &mut SampleOf<L::Input>,
    ) {
        self.0.observe(simd, parameters, ranges, input, output);
        L::Input::add_sample(output, input);
    }

    fn quantize(&self, parameters: &[f32], ranges: &L::Ranges, quantized: &mut L::Quantized) {
        self.0.quantize(parameters, ranges, quantized);
    }

    #[inline(always)]
    fn predict<S: Simd>(
        &self,
        simd: S,
        quantized: &L::Quantized,
        input: &SampleOf<L::Input>,
        output: &mut SampleOf<L::Input>,
    ) {
        self.0.predict(simd, quantized, input, output);
        L::Input::add_sample(output, input);
    }
}

impl<L: Quantizable<Output = <L as Quantizable>::Input>, const N: usize> Quantizable for Repeat<L, N> {
    type Input = L::Input;
    type Output = L::Input;
    type Ranges = [L::Ranges; N];
    type Quantized = [L::Quantized; N];

    const NUMBERS: usize = N * L::NUMBERS;

    #[inline(always)]
    fn observe<S: Simd>(
        &self,
        simd: S,
        parameters: &[f32],
        ranges: &mut Self::Ranges,
        input: &SampleOf<L::Input>,
        output: &mut SampleOf<L::Input>,
    ) {
        let mut before = *input;
        for (index, ranges) in ranges.iter_mut().enumerate() {
            let parameters = &parameters[index * L::NUMBERS..][..L::NUMBERS];
            self.0.observe(simd, parameters, ranges, &before, output);
            before = *output;
        }
    }

    fn quantize(&self, parameters: &[f32], ranges: &Self::Ranges, quantized: &mut Self::Quantized) {
        for (index, (ranges, quantized)) in ranges.iter().zip(quantized).enumerate() {
            self.0.quantize(&parameters[index * L::NUMBERS..][..L::NUMBERS], ranges, quantized);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(
        &self,
        simd: S,
        quantized: &Self::Quantized,
        input: &SampleOf<L::Input>,
        output: &mut SampleOf<L::Input>,
    ) {
        let mut before = *input;
        for quantized in quantized {
            self.0.predict(simd, quantized, &before, output);
            before = *output;
        }
    }
}

impl<N: QuantizableNetwork, A: Activation> Quantizable for Block<N, A> {
    type Input = InputOf<N>;
    type Output = OutputOf<N>;
    type Ranges = <N::Chain as Quantizable>::Ranges;
    type Quantized = <N::Chain as Quantizable>::Quantized;

    const NUMBERS: usize = <N as Flat<N::Scalar>>::NUMBERS;

    #[inline(always)]
    fn observe<S: Simd>(
        &self,
        simd: S,
        parameters: &[f32],
        ranges: &mut Self::Ranges,
        input: &SampleOf<InputOf<N>>,
        output: &mut SampleOf<OutputOf<N>>,
    ) {
        N::QUANTIZABLE.observe(simd, parameters, ranges, input, output);
        OutputOf::<N>::predict_head(simd, &self.head, output);
    }

    fn quantize(&self, parameters: &[f32], ranges: &Self::Ranges, quantized: &mut Self::Quantized) {
        N::QUANTIZABLE.quantize(parameters, ranges, quantized);
    }

    #[inline(always)]
    fn predict<S: Simd>(
        &self,
        simd: S,
        quantized: &Self::Quantized,
        input: &SampleOf<InputOf<N>>,
        output: &mut SampleOf<OutputOf<N>>,
    ) {
        N::QUANTIZABLE.predict(simd, quantized, input, output);
        OutputOf::<N>::predict_head(simd, &self.head, output);
    }
}
