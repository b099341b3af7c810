//! Layers whose gradient is a sum of what the samples give to each number.

use fearless_simd::Simd;

use super::{Backward, Batch, Layer, Share, Sink, Trace};
use crate::flat::Flat;
use crate::kernels::dense as kernel;
use crate::scalar::{Lane as _, Scalar};

/// A layer with a lane of [`Share::sums`] for each number that it trains, in their order.
pub(super) trait Summed<T: Scalar>: Layer<T> {
    /// Adds to `sum` what the samples of a tile contribute to the gradient of one number.
    fn add<S: Simd>(
        simd: S,
        input: &Self::Input,
        d_output: &Self::Output,
        tape: &Self::Tape,
        number: usize,
        sum: T::Vector<S>,
    ) -> T::Vector<S>;

    /// The part of [`Layer::backward`] that is for the parameters.
    #[inline(always)]
    fn sum_tile<S: Simd>(simd: S, pass: &mut Backward<'_, T, Self>) {
        let Backward { input, d_output, tape, share: Some(Share { sums, .. }), .. } = pass else { return };
        for (number, sum) in sums.iter_mut().enumerate() {
            sum.store::<S>(Self::add(simd, input, d_output, tape, number, sum.load(simd)));
        }
    }

    /// [`Layer::finish`]
    #[inline(always)]
    fn sum_lanes<S: Simd>(simd: S, share: Share<'_, T, Self>) {
        if let Some(gradient) = share.gradient.as_flat_mut().get_mut(..Self::TRAINED) {
            kernel::shared::sum::<T, S>(simd, share.sums, gradient);
        }
    }

    /// [`Layer::complete`]
    #[inline(always)]
    fn sum_batch<S: Simd, G: Batch<T, Self>, K: Sink<T>>(simd: S, batch: G, start: usize, sink: &mut K) {
        kernel::sum_numbers::<T, S, K>(
            simd,
            batch.count(),
            start,
            Self::TRAINED,
            sink,
            #[inline(always)]
            |index, number, sum| {
                let (input, Trace { d_output, tape, .. }) = batch.tile(index);
                Self::add(simd, input, d_output, tape, number, sum)
            },
        );
    }
}
