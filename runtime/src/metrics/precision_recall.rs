//! What share of the positives is right, and what share of them is found.

use fearless_simd::{Select, Simd, SimdBase};

use super::{Direction, Metric, MetricState, Sum, TargetColumns};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::setting::{self, Must};
use crate::tile::Tile;

/// Which outputs count as positive, and which outputs count at all.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Choice {
    threshold: f64,
    class: Option<usize>,
}

/// Right ones, and wrong ones.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ratio<T: Scalar> {
    right: Sum<T>,
    wrong: Sum<T>,
}

impl<T: Scalar> MetricState<T> for Ratio<T> {
    #[inline(always)]
    fn end_batch<S: Simd>(&mut self, simd: S, _: f64) {
        self.right.close(simd);
        self.wrong.close(simd);
    }

    fn value(&self) -> f64 {
        let (right, wrong) = (self.right.total(), self.wrong.total());
        if right == 0.0 { 0.0 } else { right / (right + wrong) }
    }
}

macro_rules! ratio {
    ($(#[$doc:meta])* $metric:ident, $name:literal, wrong are |$one:ident, $guess:ident, $truth:ident| $wrong:expr;) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $metric(Choice);

        impl $metric {
            /// Of all outputs, with the threshold 0.5.
            #[must_use]
            pub const fn new() -> Self {
                Self(Choice { threshold: 0.5, class: None })
            }

            /// What an output must exceed to count as positive. Default: 0.5.
            #[must_use]
            pub const fn threshold(self, threshold: f64) -> Self {
                Self(Choice { threshold, ..self.0 })
            }

            /// Of this output alone, counted from 0. Default: of all of them.
            #[must_use]
            pub const fn class_id(self, class: usize) -> Self {
                Self(Choice { class: Some(class), ..self.0 })
            }
        }

        impl Default for $metric {
            fn default() -> Self {
                Self::new()
            }
        }

        impl<T: Scalar, Y: TargetColumns<T, N>, const N: usize> Metric<T, Tile<T, N>, Y> for $metric {
            type State = Ratio<T>;
            const NAME: &'static str = $name;
            const DIRECTION: Option<Direction> = Some(Direction::Up);

            #[inline(always)]
            fn update<S: Simd>(
                &self,
                simd: S,
                state: &mut Ratio<T>,
                outputs: &Tile<T, N>,
                targets: &Y,
                weights: T::Vector<S>,
            ) {
                let ($one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
                for i in (0..N).filter(|i| self.0.class.is_none_or(|class| class == *i)) {
                    let $guess = outputs.load(simd, i).simd_gt(T::from_f64(self.0.threshold)).select($one, zero);
                    let $truth = targets.column(simd, i).simd_eq(zero).select(zero, $one);
                    state.right.add(simd, $guess * $truth, weights);
                    state.wrong.add(simd, $wrong, weights);
                }
            }

            fn check(&self) -> Result<(), Error> {
                setting::check(stringify!($metric), &[("threshold", self.0.threshold, Must::Finite)])?;
                setting::check_class(stringify!($metric), self.0.class, N)
            }
        }
    };
}

ratio! {
    /// The share of positive outputs whose target is positive: Keras's `Precision`. It is 0 where no output is.
    ///
    /// An output is positive if it exceeds the threshold, a target if it is not 0.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Given = Activation(1 -> 1, sigmoid) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let given = Given::new(&mut StdRng::seed_from_u64(0));
    /// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1))
    ///     .metric(Precision::new().threshold(0.8))
    ///     .metric(Recall::new());
    /// // probabilities of 0.88, 0.73, 0.73 and 0.27
    /// let scores = trainer.evaluate(&given, (&[2.0, 1.0, 1.0, -1.0], &[1.0, 1.0, 0.0, 1.0]))?;
    /// assert_eq!(scores.metric("precision"), Some(1.0));
    /// assert_eq!(scores.metric("recall"), Some(2.0 / 3.0));
    /// # Ok(())
    /// # }
    /// ```
    Precision, "precision", wrong are |one, guess, truth| guess * (one - truth);
}

ratio! {
    /// The share of positive targets whose output is positive: Keras's `Recall`. It is 0 where no target is.
    ///
    /// An output is positive if it exceeds the threshold, a target if it is not 0.
    Recall, "recall", wrong are |one, guess, truth| (one - guess) * truth;
}
