use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::softmax::{largest, largest_of};
use super::{Activation, KeepOutput};
use crate::layers::NoParameters;
use crate::scalar::{Lane, Scalar};
use crate::tile::Tile;

/// `f(x)_i = x_i - ln(sum_j e^(x_j))`: the logarithm of [`Softmax`](super::Softmax). In `network!`: `log_softmax`.
///
/// The largest number is subtracted first, which changes nothing but keeps the exponentials from overflowing.
///
/// ```
/// use typenet::activations::{Activation, LogSoftmax};
///
/// assert_eq!(format!("{:.4?}", LogSoftmax.apply([0.0, 1.0, 2.0])), "[-2.4076, -1.4076, -0.4076]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSoftmax;

impl Activation for LogSoftmax {
    type Keep = KeepOutput;
    const NAME: &'static str = "log_softmax";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        x
    }

    #[inline(always)]
    fn across<T: Scalar, S: Simd, const N: usize>(&self, simd: S, tile: &mut Tile<T, N>) {
        let largest = largest(simd, tile);
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            sum += T::exp(tile.load(simd, i) - largest);
        }
        let log_sum = T::ln(sum);
        for i in 0..N {
            // the difference first: both are logits, so it is exact where it matters
            let y = (tile.load(simd, i) - largest) - log_sum;
            tile.store::<S>(i, y);
        }
    }

    #[inline(always)]
    fn backward<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        _: &NoParameters,
        output: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        // the Jacobian is I - 1 softmax', so dx_i = dy_i - e^(y_i) sum_j dy_j
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            sum += gradient.load(simd, i);
        }
        for i in 0..N {
            let d = gradient.load(simd, i) - T::exp(output.load(simd, i)) * sum;
            gradient.store::<S>(i, d);
        }
    }

    #[inline(always)]
    fn predict<T: Scalar, S: Simd, const N: usize>(&self, simd: S, sample: &mut [T; N]) {
        let largest = largest_of(sample);
        let mut sum = T::ZERO;
        for chunk in sample.chunks_mut(T::LANES) {
            let mut lane = T::Lane::splat(T::ZERO);
            for (x, shifted) in chunk.iter_mut().zip(lane.as_mut_slice()) {
                *x -= largest;
                *shifted = *x;
            }
            lane.store(T::exp(lane.load(simd)));
            for &e in &lane.as_slice()[..chunk.len()] {
                sum += e;
            }
        }
        let log_sum = T::ln(T::Vector::<S>::splat(simd, sum)).as_slice()[0];
        for x in sample {
            *x -= log_sum;
        }
    }
}
