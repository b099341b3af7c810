use fearless_simd::{Select, Simd, SimdBase};

use super::categorical_cross_entropy::softmax_cross_entropy;
use super::{EPSILON, Loss, TargetRange, clip};
use crate::activations::{Sigmoid, Softmax};
use crate::metrics::{Direction, Mean, Metric};
use crate::scalar::Scalar;
use crate::tile::{Features, Tile};

/// `-mean_i(t_i ln(y_i) + (1 - t_i) ln(1 - y_i))`, each output a probability of its own. Wants `sigmoid` or `softmax`
/// at the end of the network.
///
/// - After `sigmoid` it is computed from the logits: `max(x, 0) - x t + ln(1 + e^-|x|)`, with the gradient `y - t`.
/// - After `softmax` over two outputs `1 - y_0 = y_1`, and it equals a categorical cross-entropy.
/// - After `softmax` over more, it is computed from the probabilities, with Keras's guard of 1e-7.
///
/// This is the documented loss, on probabilities. Keras on TensorFlow takes the logits of a softmax instead and
/// applies a sigmoid to them, silently; on its other back ends it computes what is computed here.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BinaryCrossEntropy;

impl<T: Scalar, const N: usize> Loss<T, Sigmoid, Tile<T, N>, Tile<T, N>> for BinaryCrossEntropy {
    const NAME: &'static str = "binary_crossentropy";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        _: &Sigmoid,
        logits: &Tile<T, N>,
        targets: &Tile<T, N>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        Self::after_sigmoid(simd, logits, |i| targets.load(simd, i), outputs, d_logits)
    }
}

impl<T: Scalar, const N: usize> Loss<T, Softmax, Tile<T, N>, Tile<T, N>> for BinaryCrossEntropy {
    const NAME: &'static str = "binary_crossentropy";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        _: &Softmax,
        logits: &Tile<T, N>,
        targets: &Tile<T, N>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        Self::after_softmax(simd, logits, |i| targets.load(simd, i), outputs, d_logits)
    }
}

impl BinaryCrossEntropy {
    /// After a sigmoid, with the targets `target(i)`.
    #[inline(always)]
    pub(super) fn after_sigmoid<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        logits: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        Tile::apply_head(simd, &Sigmoid, logits, outputs);
        let mean = T::from_f64(1.0 / N as f64);
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let mut loss = zero;
        for i in 0..N {
            let (x, t) = (logits.load(simd, i), target(i));
            let positive = x.simd_lt(zero).select(zero, x);
            loss += positive - x * t + T::ln_1p(T::exp(-x.abs()));
            d_logits.store::<S>(i, (outputs.load(simd, i) - t) * mean);
        }
        loss * mean
    }

    /// After a softmax, with the targets `target(i)`.
    #[inline(always)]
    pub(super) fn after_softmax<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        logits: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        if N == 2 {
            // ln(1 - y_0) = ln(y_1): the weight of ln(y_0) is (t_0 + 1 - t_1) / 2
            let half = T::from_f64(0.5);
            let weight = |i| (target(i) - target(1 - i)) * half + half;
            return softmax_cross_entropy(simd, logits, weight, outputs, d_logits);
        }
        Tile::apply_head(simd, &Softmax, logits, outputs);
        let mean = T::from_f64(1.0 / N as f64);
        let one = T::Vector::<S>::splat(simd, T::ONE);
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let p = outputs.load(simd, i);
            // where the guard holds a probability, it holds the gradient at 0
            let free = p.simd_ge(T::from_f64(EPSILON)) & p.simd_le(T::from_f64(1.0 - EPSILON));
            let slope = (p - target(i)) / (p * (one - p)) * mean;
            d_logits.store::<S>(i, free.select(slope, zero));
        }
        Tile::backward_head(simd, &Softmax, logits, outputs, d_logits);
        Self::measure(simd, outputs, target)
    }

    /// The loss of probabilities, with Keras's guard.
    #[inline(always)]
    pub(super) fn measure<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        outputs: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
    ) -> T::Vector<S> {
        let one = T::Vector::<S>::splat(simd, T::ONE);
        let mut loss = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let p = clip::<T, S>(simd, outputs.load(simd, i));
            let t = target(i);
            loss = loss - t * T::ln(p) - (one - t) * T::ln(one - p);
        }
        loss * T::from_f64(1.0 / N as f64)
    }
}

impl<T: Scalar, const N: usize> Metric<T, Tile<T, N>, Tile<T, N>> for BinaryCrossEntropy {
    type State = Mean<T>;
    const NAME: &'static str = "binary_crossentropy";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(
        &self,
        simd: S,
        state: &mut Mean<T>,
        outputs: &Tile<T, N>,
        targets: &Tile<T, N>,
        weights: T::Vector<S>,
    ) {
        state.add(simd, Self::measure(simd, outputs, |i| targets.load(simd, i)), weights);
    }
}
