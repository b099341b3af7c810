use fearless_simd::{Select, Simd, SimdBase, SimdFloat, SimdMask};

use super::softmax::{largest, largest_of};
use super::{Activation, KeepOutput};
use crate::layers::NoParameters;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// The nearest probabilities: `f(x)_i = max(x_i - tau, 0)`, with `tau` such that they sum to 1. Unlike those of a
/// softmax many of them are exactly 0. In `network!`: `sparsemax`.
///
/// This is the paper's definition; Keras 3.15 takes another `tau`, with which the outputs do not sum to 1.
///
/// ```
/// use typenet::activations::{Activation, Sparsemax};
///
/// assert_eq!(Sparsemax.apply([0.0, 1.0, 1.5]), [0.0, 0.25, 0.75]);
/// ```
///
/// Source: A. Martins, R. Astudillo, *From Softmax to Sparsemax*, 2016; `tau` by C. Michelot, *A Finite Algorithm for
/// Finding the Projection of a Point onto the Canonical Simplex*, 1986.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sparsemax;

impl Activation for Sparsemax {
    type Keep = KeepOutput;
    const NAME: &'static str = "sparsemax";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, V: SimdFloat<S, Element = T>>(&self, _: S, x: V) -> V {
        x
    }

    #[inline(always)]
    fn across<T: Scalar, S: Simd, const N: usize>(&self, simd: S, tile: &mut Tile<T, N>) {
        let (zero, one) = (T::Vector::<S>::splat(simd, T::ZERO), T::Vector::<S>::splat(simd, T::ONE));
        let largest = largest(simd, tile);
        // each round leaves out what the last `tau` has made 0; once nothing is left out, it stays
        let mut tau = T::Vector::<S>::splat(simd, T::from_f64(f64::NEG_INFINITY));
        for _ in 0..N {
            let (mut sum, mut count) = (zero, zero);
            for i in 0..N {
                let x = tile.load(simd, i) - largest;
                let survives = x.simd_gt(tau);
                sum += survives.select(x, zero);
                count += survives.select(one, zero);
            }
            let next = (sum - one) / count;
            if next.simd_eq(tau).all_true() {
                break;
            }
            tau = next;
        }
        for i in 0..N {
            let over = tile.load(simd, i) - largest - tau;
            tile.store::<S>(i, over.simd_lt(zero).select(zero, over));
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
        // among the survivors the mean of the gradient is taken away; the others have none
        let (zero, one) = (T::Vector::<S>::splat(simd, T::ZERO), T::Vector::<S>::splat(simd, T::ONE));
        let (mut sum, mut count) = (zero, zero);
        for i in 0..N {
            let survives = output.load(simd, i).simd_gt(zero);
            sum += survives.select(gradient.load(simd, i), zero);
            count += survives.select(one, zero);
        }
        let mean = sum / count;
        for i in 0..N {
            let d = gradient.load(simd, i) - mean;
            gradient.store::<S>(i, output.load(simd, i).simd_gt(zero).select(d, zero));
        }
    }

    #[inline(always)]
    fn predict<T: Scalar, S: Simd, const N: usize>(&self, _: S, sample: &mut [T; N]) {
        let largest = largest_of(sample);
        let mut tau = T::from_f64(f64::NEG_INFINITY);
        for _ in 0..N {
            let (mut sum, mut count) = (T::ZERO, T::ZERO);
            for &x in sample.iter() {
                if x - largest > tau {
                    sum += x - largest;
                    count += T::ONE;
                }
            }
            let next = (sum - T::ONE) / count;
            if next == tau {
                break;
            }
            tau = next;
        }
        for x in sample {
            let over = *x - largest - tau;
            *x = if over < T::ZERO { T::ZERO } else { over };
        }
    }
}
