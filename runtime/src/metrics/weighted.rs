use core::marker::PhantomData;

use fearless_simd::{Simd, SimdBase};

use super::{Direction, Metric, MetricState, Sum};
use crate::error::Error;
use crate::scalar::Scalar;

/// A metric in which samples count as much as their weights: Keras's `weighted_metrics`. It is what
/// [`Trainer::weighted_metric`](crate::Trainer::weighted_metric) makes of a metric.
///
/// A mean is `sum_i weight_i * value_i / sum_i weight_i`. Its name is that of the metric, which has at most 55 bytes, after
/// `weighted_`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weighted<M>(pub M);

/// What the metric gathers, and what the samples weigh.
#[derive(Clone, Copy, Debug, Default)]
pub struct WeightedState<T: Scalar, M> {
    metric: M,
    weights: Sum<T>,
}

impl<T: Scalar, M: MetricState<T>> MetricState<T> for WeightedState<T, M> {
    #[inline(always)]
    fn end_batch<S: Simd>(&mut self, simd: S, _: f64) {
        let weight = self.weights.close(simd);
        self.metric.end_batch(simd, weight);
    }

    fn value(&self) -> f64 {
        self.metric.value()
    }
}

/// The name of a metric `M` after `weighted_`.
struct Name<T, Z, Y, M>(PhantomData<(T, Z, Y, M)>);

impl<T: Scalar, Z, Y, M: Metric<T, Z, Y>> Name<T, Z, Y, M> {
    /// The name, and room behind it.
    const BYTES: [u8; 64] = {
        assert!("weighted_".len() + M::NAME.len() <= 64, "the name of a metric that is weighted has at most 55 bytes");
        let (parts, mut bytes, mut part, mut end) = (["weighted_", M::NAME], [0; 64], 0, 0);
        while part < parts.len() {
            let (name, mut i) = (parts[part].as_bytes(), 0);
            while i < name.len() {
                bytes[end] = name[i];
                (i, end) = (i + 1, end + 1);
            }
            part += 1;
        }
        bytes
    };

    const NAME: &'static str = {
        let bytes: &'static [u8] = &Self::BYTES;
        match core::str::from_utf8(bytes.split_at("weighted_".len() + M::NAME.len()).0) {
            Ok(name) => name,
            Err(_) => M::NAME,
        }
    };
}

impl<T: Scalar, Z, Y, M: Metric<T, Z, Y>> Metric<T, Z, Y> for Weighted<M> {
    type State = WeightedState<T, M::State>;
    const NAME: &'static str = Name::<T, Z, Y, M>::NAME;
    const DIRECTION: Option<Direction> = M::DIRECTION;
    const WEIGHTED: bool = true;

    #[inline(always)]
    fn update<S: Simd>(&self, simd: S, state: &mut Self::State, outputs: &Z, targets: &Y, weights: T::Vector<S>) {
        self.0.update(simd, &mut state.metric, outputs, targets, weights);
        state.weights.add(simd, weights, T::Vector::<S>::splat(simd, T::ONE));
    }

    fn check(&self) -> Result<(), Error> {
        self.0.check()
    }
}
