//! Constraints: what weights must be after every step.
//!
//! In `network!` they are options of a layer, one for each of its tensors: `kernel_constraint = max_norm(2.0)`. They
//! are applied after each step of the optimizer, as in Keras. A network without constraints has nothing of this in it.
//!
//! | in `network!` | the weights | defaults |
//! | --- | --- | --- |
//! | `max_norm(max)` | of each unit have a norm of at most `max` | 2 |
//! | `min_max_norm(min, max, rate)` | of each unit have a norm between `min` and `max`, or move there with `rate` | 0, 1, 1 |
//! | `non_neg` | are not negative | |
//! | `unit_norm` | of each unit have a norm of 1 | |
//!
//! The weights of a unit are those from all inputs to one output; a vector, such as a bias, is the weights of one unit,
//! as in Keras with its default `axis=0`.
//!
//! ```
//! use rand::{SeedableRng, rngs::StdRng};
//! use typenet::prelude::*;
//!
//! network! { Line = Dense(1 -> 1, kernel_constraint = non_neg) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! let rng = &mut StdRng::seed_from_u64(0);
//! let mut line = Line::new(rng);
//! Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).fit(&mut line, (&[1.0, -1.0], &[-1.0, 1.0]), rng)?;
//! assert_eq!(line.dense.kernel[0], 0.0);
//! # Ok(())
//! # }
//! ```
//!
//! # A constraint of one's own
//!
//! Any constant whose type is a [`Constraint`], by its path:
//!
//! ```
//! # use rand::{SeedableRng, rngs::StdRng};
//! use typenet::constraints::Constraint;
//! use typenet::prelude::*;
//!
//! /// From -1 to 1.
//! #[derive(Clone, Copy, Debug)]
//! pub struct Small;
//!
//! impl Constraint for Small {
//!     fn apply<T: Scalar>(&self, weights: &mut [T], _: usize) {
//!         for w in weights {
//!             *w = T::from_f64(w.to_f64().clamp(-1.0, 1.0));
//!         }
//!     }
//! }
//!
//! network! { Line = Dense(1 -> 1, bias_constraint = self::Small) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! # let rng = &mut StdRng::seed_from_u64(0);
//! let mut line = Line::new(rng);
//! Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(50).fit(&mut line, (&[0.0], &[7.0]), rng)?;
//! assert_eq!(line.dense.bias[0], 1.0);
//! # Ok(())
//! # }
//! ```

mod norm;

use core::fmt::Debug;

pub use self::norm::{MaxNorm, MinMaxNorm, UnitNorm};
use crate::scalar::Scalar;

/// What weights must be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a constraint",
    label = "not a constraint",
    note = "implement `typenet::constraints::Constraint` for it to use it in `network!`"
)]
pub trait Constraint: Copy + Debug + Send + Sync {
    /// Makes `weights` what they must be: of a kernel a row of `units` numbers for each input, of a vector rows of one
    /// number.
    fn apply<T: Scalar>(&self, weights: &mut [T], units: usize);
}

/// Negative weights become 0. In `network!`: `non_neg`.
///
/// ```
/// use typenet::constraints::{Constraint, NonNeg};
///
/// let mut weights = [-1.0, 2.0];
/// NonNeg.apply(&mut weights, 1);
/// assert_eq!(weights, [0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NonNeg;

impl Constraint for NonNeg {
    #[inline(always)]
    fn apply<T: Scalar>(&self, weights: &mut [T], _: usize) {
        for w in weights {
            if *w < T::ZERO {
                *w = T::ZERO;
            }
        }
    }
}
