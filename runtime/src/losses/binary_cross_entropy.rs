use fearless_simd::{Select, Simd, SimdBase};

use super::{CategoricalHead, EPSILON, Loss, TargetRange, clip};
use crate::activations::{Activation, Sigmoid, Softmax};
use crate::metrics::{Direction, Mean, Metric};
use crate::scalar::Scalar;
use crate::tile::{Features, Tile, VectorTargets};

/// `-mean_i(t_i ln(y_i) + (1 - t_i) ln(1 - y_i))`, each output a probability of its own. Wants `sigmoid` or `softmax`
/// at the end of the network.
///
/// - After `sigmoid` it is computed from the logits: `max(x, 0) - x t + ln(1 + e^-|x|)`, with the gradient `y - t`.
/// - After `softmax` over two outputs `1 - y_0 = y_1`, and it equals a categorical cross-entropy.
/// - After `softmax` over more, it is computed from the probabilities, with Keras's guard of 1e-7.
///
/// Targets of one output may be `bool`, or integers 0 and 1; those of several `[bool; N]`.
///
/// This is the documented loss, on probabilities. Keras on TensorFlow takes the logits of a softmax instead and
/// applies a sigmoid to them, silently; on its other back ends it computes what is computed here.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// // what goes in, goes through a sigmoid
/// network! { Given: f64 = Activation(1 -> 1, sigmoid) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[0.0], &[1.0]))?.loss;
/// assert!((loss - 2_f64.ln()).abs() < 1e-12);
/// assert_eq!(trainer.evaluate(&given, (&[0.0], &[true]))?.loss, loss);
/// assert_eq!(trainer.evaluate(&given, (&[0.0], &[1_u8]))?.loss, loss);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BinaryCrossEntropy;

/// The heads that a [`BinaryCrossEntropy`] fits: each gives probabilities, and knows the loss of its logits.
#[diagnostic::on_unimplemented(
    message = "`BinaryCrossEntropy` needs `sigmoid` or `softmax` as the network's last activation, not `{Self}`",
    label = "the network ends in `{Self}`, which gives no probabilities",
    note = "write `sigmoid` or `softmax` as the activation of the last layer; `Linear` is a layer without an activation, \
            which `FromLogits(BinaryCrossEntropy)` fits"
)]
pub trait BinaryHead: Activation {
    /// The loss of each sample with the targets `target(i)`, the outputs and the gradient with respect to the logits.
    fn binary_cross_entropy<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        logits: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S>;
}

impl<T, H, Y, const N: usize> Loss<T, H, Tile<T, N>, Y> for BinaryCrossEntropy
where
    T: Scalar,
    H: BinaryHead,
    Y: VectorTargets<T, N, Self>,
{
    const NAME: &'static str = "binary_crossentropy";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn evaluate<S: Simd>(
        &self,
        simd: S,
        _: &H,
        logits: &Tile<T, N>,
        targets: &Y,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        let targets = targets.vectors();
        H::binary_cross_entropy(simd, logits, |i| targets.load(simd, i), outputs, d_logits)
    }
}

impl BinaryHead for Sigmoid {
    #[inline(always)]
    fn binary_cross_entropy<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        logits: &Tile<T, N>,
        target: impl Fn(usize) -> T::Vector<S>,
        outputs: &mut Tile<T, N>,
        d_logits: &mut Tile<T, N>,
    ) -> T::Vector<S> {
        Tile::apply_head(simd, &Self, logits, outputs);
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
}

impl BinaryHead for Softmax {
    #[inline(always)]
    fn binary_cross_entropy<T: Scalar, S: Simd, const N: usize>(
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
            return Self::categorical_cross_entropy(simd, logits, weight, outputs, d_logits);
        }
        Tile::apply_head(simd, &Self, logits, outputs);
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
        Tile::backward_head(simd, &Self, logits, outputs, d_logits);
        BinaryCrossEntropy::measure(simd, outputs, target)
    }
}

impl BinaryCrossEntropy {
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

impl<T: Scalar, Y: VectorTargets<T, N, Self>, const N: usize> Metric<T, Tile<T, N>, Y> for BinaryCrossEntropy {
    type State = Mean<T>;
    const NAME: &'static str = "binary_crossentropy";
    const DIRECTION: Option<Direction> = Some(Direction::Down);

    #[inline(always)]
    fn update<S: Simd>(&self, simd: S, state: &mut Mean<T>, outputs: &Tile<T, N>, targets: &Y, weights: T::Vector<S>) {
        let targets = targets.vectors();
        state.add(simd, Self::measure(simd, outputs, |i| targets.load(simd, i)), weights);
    }
}
