use fearless_simd::{Simd, SimdBase, SimdFloat};

use super::{BinaryCrossEntropy, BinaryHead, CategoricalCrossEntropy, CategoricalHead, Loss, TargetRange};
use crate::error::Error;
use crate::metrics::{Direction, Mean, Metric};
use crate::scalar::Scalar;
use crate::setting::{self, Must};
use crate::tile::{Tile, VectorTargets};

/// A cross-entropy whose targets are mixed with a share of complete doubt: Keras's `label_smoothing`.
///
/// `(1 - share) t + share / N` for a [`CategoricalCrossEntropy`] over `N` classes, `(1 - share) t + share / 2` for a
/// [`BinaryCrossEntropy`]. For a network without an activation at its end: `FromLogits(LabelSmoothing(0.1, ...))`.
///
/// Source: C. Szegedy and others, *Rethinking the Inception Architecture for Computer Vision*, 2016.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::LabelSmoothing;
///
/// network! { Given: f64 = Activation(2 -> 2, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// // probabilities of 3/4 and 1/4, compared with 0.9 and 0.1
/// let mut trainer = Trainer::new(LabelSmoothing(0.2, CategoricalCrossEntropy), Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[3_f64.ln(), 0.0]], &[[1.0, 0.0]]))?.loss;
/// assert!((loss + 0.9 * 0.75_f64.ln() + 0.1 * 0.25_f64.ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LabelSmoothing<L>(pub f64, pub L);

impl<L> LabelSmoothing<L> {
    /// The smoothed targets, given what complete doubt is.
    #[inline(always)]
    fn smooth<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        targets: &Tile<T, N>,
        doubt: f64,
    ) -> impl Fn(usize) -> T::Vector<S> {
        let keep = T::Vector::<S>::splat(simd, T::from_f64(1.0 - self.0));
        let doubt = T::Vector::<S>::splat(simd, T::from_f64(self.0 * doubt));
        move |i| targets.load(simd, i).mul_add(keep, doubt)
    }

    fn check_share(&self) -> Result<(), Error> {
        setting::check("LabelSmoothing", &[("share", self.0, Must::Share)])
    }
}

macro_rules! label_smoothing {
    ($($loss:ident after $head:ident by $evaluate:ident, $doubt:expr;)*) => {$(
        impl<T, H, Y, const N: usize> Loss<T, H, Tile<T, N>, Y> for LabelSmoothing<$loss>
        where
            T: Scalar,
            H: $head,
            Y: VectorTargets<T, N, $loss>,
        {
            const NAME: &'static str = <$loss as Loss<T, H, Tile<T, N>, Y>>::NAME;
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
                H::$evaluate(simd, logits, self.smooth(simd, targets.vectors(), $doubt), outputs, d_logits)
            }

            fn check(&self) -> Result<(), Error> {
                self.check_share()
            }
        }
    )*};
}

label_smoothing! {
    BinaryCrossEntropy after BinaryHead by binary_cross_entropy, 0.5;
    CategoricalCrossEntropy after CategoricalHead by categorical_cross_entropy, 1.0 / N as f64;
}

macro_rules! metric {
    ($($loss:ident, $doubt:expr;)*) => {$(
        impl<T, Y, const N: usize> Metric<T, Tile<T, N>, Y> for LabelSmoothing<$loss>
        where
            T: Scalar,
            Y: VectorTargets<T, N, $loss>,
        {
            type State = Mean<T>;
            const NAME: &'static str = <$loss as Metric<T, Tile<T, N>, Y>>::NAME;
            const DIRECTION: Option<Direction> = Some(Direction::Down);

            #[inline(always)]
            fn update<S: Simd>(
                &self,
                simd: S,
                state: &mut Mean<T>,
                outputs: &Tile<T, N>,
                targets: &Y,
                weights: T::Vector<S>,
            ) {
                let target = self.smooth(simd, targets.vectors(), $doubt);
                state.add(simd, $loss::measure(simd, outputs, target), weights);
            }

            fn check(&self) -> Result<(), Error> {
                self.check_share()
            }
        }
    )*};
}

metric! {
    BinaryCrossEntropy, 0.5;
    CategoricalCrossEntropy, 1.0 / N as f64;
}
