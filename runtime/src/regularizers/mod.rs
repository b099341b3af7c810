//! Regularisers: what large or similar weights cost beside the loss.
//!
//! In `network!` they are options of a layer, one for each of its tensors: `kernel_regularizer = l2(1e-4)`. The penalty
//! is added to the loss of every batch, and its gradient to that of the loss, as in Keras; so the loss that training
//! and `evaluate` report has it too. A network without regularisers has nothing of this in it.
//!
//! | in `network!` | penalty | default |
//! | --- | --- | --- |
//! | `l1(factor)` | `factor * sum(abs(w))` | 0.01 |
//! | `l2(factor)` | `factor * sum(w^2)` | 0.01 |
//! | `l1_l2(l1, l2)` | `l1 * sum(abs(w)) + l2 * sum(w^2)` | 0.01, 0.01 |
//! | `orthogonal_regularizer(factor)` | `factor * mean(abs(cos(w_i, w_j)))` over pairs of rows | 0.01 |
//! | `orthogonal_columns(factor)` | the same over pairs of columns | 0.01 |
//!
//! ```
//! use rand::{SeedableRng, rngs::StdRng};
//! use typenet::prelude::*;
//!
//! network! { Line = Dense(1 -> 1, kernel_regularizer = l2(0.5), kernel_initializer = ones) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! let line = Line::new(&mut StdRng::seed_from_u64(0));
//! let scores = Trainer::new(MeanSquaredError, Sgd::new(0.1)).evaluate(&line, (&[1.0], &[1.0]))?;
//! assert_eq!(scores.loss, 0.5);
//! # Ok(())
//! # }
//! ```
//!
//! # A regulariser of one's own
//!
//! Any constant whose type is a [`Regularizer`], by its path:
//!
//! ```
//! # use rand::{SeedableRng, rngs::StdRng};
//! use typenet::prelude::*;
//! use typenet::regularizers::Regularizer;
//!
//! /// `sum((w - 1)^2)`
//! #[derive(Clone, Copy, Debug)]
//! pub struct NearOne;
//!
//! impl Regularizer for NearOne {
//!     fn penalty<T: Scalar>(&self, weights: &[T], _: usize, gradient: &mut [T]) -> f64 {
//!         for (g, w) in gradient.iter_mut().zip(weights) {
//!             *g += T::from_f64(2.0 * (w.to_f64() - 1.0));
//!         }
//!         weights.iter().map(|w| (w.to_f64() - 1.0).powi(2)).sum()
//!     }
//! }
//!
//! network! { Near = Dense(1 -> 1, kernel_regularizer = self::NearOne) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! # let rng = &mut StdRng::seed_from_u64(0);
//! let mut near = Near::new(rng);
//! Trainer::new(MeanSquaredError, Sgd::new(0.25)).epochs(50).fit(&mut near, (&[0.0], &[0.0]), rng)?;
//! assert!((near.dense.kernel[0] - 1.0).abs() < 1e-6);
//! # Ok(())
//! # }
//! ```

mod l1_l2;
mod orthogonal;

use core::fmt::Debug;

pub use self::l1_l2::{L1, L1L2, L2};
pub use self::orthogonal::{OrthogonalColumns, OrthogonalRegularizer};
use crate::scalar::Scalar;

/// What the weights of a tensor cost.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a regularizer",
    label = "not a regularizer",
    note = "implement `typenet::regularizers::Regularizer` for it to use it in `network!`"
)]
pub trait Regularizer: Copy + Debug + Send + Sync {
    /// The penalty of `weights`: of a kernel a row of `units` numbers for each input, of a vector rows of one number.
    /// Adds its slope with respect to each weight to `gradient`, which is as long, or empty if it is not wanted.
    fn penalty<T: Scalar>(&self, weights: &[T], units: usize, gradient: &mut [T]) -> f64;
}
