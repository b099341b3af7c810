// A layer of a user's own, for the tests beside this file.

use typenet::layers::{Backward, Layer, NoParameters};
use typenet::prelude::*;
use typenet::simd::Simd;

/// Multiplies every number by `gain`.
#[derive(Clone, Copy, Debug)]
pub struct Gate<const IN: usize, const OUT: usize> {
    gain: f64,
}

impl<const IN: usize, const OUT: usize> Gate<IN, OUT> {
    pub const fn new() -> Self {
        Self { gain: 1.0 }
    }

    pub const fn gain(mut self, gain: f64) -> Self {
        self.gain = gain;
        self
    }
}

impl<T: Scalar, const N: usize> Layer<T> for Gate<N, N> {
    type Input = Tile<T, N>;
    type Output = Tile<T, N>;
    type Parameters = NoParameters;
    type Tape = NoParameters;

    fn initialize<R: rand::Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

    fn forward<S: Simd>(
        &self,
        simd: S,
        _: &NoParameters,
        input: &Tile<T, N>,
        output: &mut Tile<T, N>,
        _: &mut NoParameters,
    ) {
        for i in 0..N {
            output.store::<S>(i, input.load(simd, i) * T::from_f64(self.gain));
        }
    }

    fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
        let Some(d_input) = pass.d_input else { return };
        for i in 0..N {
            d_input.store::<S>(i, pass.d_output.load(simd, i) * T::from_f64(self.gain));
        }
    }
}
