//! The prediction of one sample.

use fearless_simd::Simd;

use crate::kernels::{Task, dispatch, level};
use crate::network::{InputSample, Network, OutputSample};
use crate::tile::{Features, Zero};

/// Predicts one sample with the best instructions of this machine.
#[inline]
#[must_use]
pub fn predict<N: Network>(network: &N, input: &InputSample<N>) -> OutputSample<N> {
    dispatch(level(), Predict { network, input })
}

struct Predict<'a, N: Network> {
    network: &'a N,
    input: &'a InputSample<N>,
}

impl<N: Network> Task for Predict<'_, N> {
    type Output = OutputSample<N>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let mut output = Zero::ZERO;
        self.network.predict_logits(simd, self.input, &mut output);
        N::Output::predict_head(simd, &N::HEAD, &mut output);
        output
    }
}
