use fearless_simd::Simd;

use super::{
    BinaryCrossEntropy, CategoricalCrossEntropy, LabelSmoothing, Loss, SparseCategoricalCrossEntropy, TargetRange,
};
use crate::activations::{Linear, Sigmoid, Softmax};
use crate::scalar::Scalar;
use crate::tile::{Classes, Tile};

/// A cross-entropy for a network that ends without an activation, so that its outputs are logits: Keras's
/// `from_logits=True`.
///
/// The loss and its gradient are those of the network with the `softmax` or `sigmoid` that is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FromLogits<L>(pub L);

macro_rules! from_logits {
    ($($loss:ty, after $head:ident, targets $targets:ty;)*) => {$(
        impl<T: Scalar, const N: usize> Loss<T, Linear, Tile<T, N>, $targets> for FromLogits<$loss> {
            const NAME: &'static str = <$loss as Loss<T, $head, Tile<T, N>, $targets>>::NAME;
            const TARGETS: TargetRange = <$loss as Loss<T, $head, Tile<T, N>, $targets>>::TARGETS;

            #[inline(always)]
            fn evaluate<S: Simd>(
                &self,
                simd: S,
                _: &Linear,
                logits: &Tile<T, N>,
                targets: &$targets,
                outputs: &mut Tile<T, N>,
                d_logits: &mut Tile<T, N>,
            ) -> T::Vector<S> {
                let loss = self.0.evaluate(simd, &$head, logits, targets, outputs, d_logits);
                *outputs = *logits;
                loss
            }
        }
    )*};
}

from_logits! {
    BinaryCrossEntropy, after Sigmoid, targets Tile<T, N>;
    CategoricalCrossEntropy, after Softmax, targets Tile<T, N>;
    SparseCategoricalCrossEntropy, after Softmax, targets Classes<T>;
    LabelSmoothing<BinaryCrossEntropy>, after Sigmoid, targets Tile<T, N>;
    LabelSmoothing<CategoricalCrossEntropy>, after Softmax, targets Tile<T, N>;
}
