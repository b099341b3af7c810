use fearless_simd::Simd;

use super::{
    BinaryCrossEntropy, CategoricalCrossEntropy, CategoricalGeneralizedCrossEntropy, LabelSmoothing, Loss,
    SparseCategoricalCrossEntropy, TargetRange,
};
use crate::activations::{Activation, Linear, Sigmoid, Softmax};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::tile::{Tile, copy};

/// A cross-entropy for a network that ends without an activation, so that its outputs are logits: Keras's
/// `from_logits=True`.
///
/// The loss and its gradient are those of the network with the `softmax` or `sigmoid` that is missing.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(4 -> 4, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(FromLogits(SparseCategoricalCrossEntropy), Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.0; 4]], &[1_usize]))?.loss;
/// assert!((loss - 4_f64.ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FromLogits<L>(pub L);

/// A network that ends without an activation.
#[diagnostic::on_unimplemented(
    message = "`FromLogits` needs a network without a last activation, not one that ends in `{Self}`",
    label = "the network ends in `{Self}`",
    note = "write the loss without `FromLogits(...)`, or no activation in the last layer"
)]
pub trait LogitsHead: Activation {}

impl LogitsHead for Linear {}

macro_rules! from_logits {
    ($($loss:ty, after $head:ident;)*) => {$(
        impl<T: Scalar, H: LogitsHead, Y, const N: usize> Loss<T, H, Tile<T, N>, Y> for FromLogits<$loss>
        where
            $loss: Loss<T, $head, Tile<T, N>, Y>,
        {
            const NAME: &'static str = <$loss as Loss<T, $head, Tile<T, N>, Y>>::NAME;
            const TARGETS: TargetRange = <$loss as Loss<T, $head, Tile<T, N>, Y>>::TARGETS;

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
                let loss = self.0.evaluate(simd, &$head, logits, targets, outputs, d_logits);
                copy::<T, _>(logits, outputs);
                loss
            }

            fn check(&self) -> Result<(), Error> {
                Loss::<T, $head, Tile<T, N>, Y>::check(&self.0)
            }
        }
    )*};
}

from_logits! {
    BinaryCrossEntropy, after Sigmoid;
    CategoricalCrossEntropy, after Softmax;
    CategoricalGeneralizedCrossEntropy, after Softmax;
    SparseCategoricalCrossEntropy, after Softmax;
    LabelSmoothing<BinaryCrossEntropy>, after Sigmoid;
    LabelSmoothing<CategoricalCrossEntropy>, after Softmax;
}
