//! Initialisers: how parameters start.
//!
//! Names and numbers are Keras's: of those that look at the layer's size the `*_uniform` draw from `[-limit, limit]`,
//! the `*_normal` from a normal distribution cut at two standard deviations.
//!
//! # An initialiser of one's own
//!
//! ```
//! use typenet::initializers::{Fan, Initializer};
//! use typenet::prelude::*;
//!
//! /// 1, 2, 3, ...
//! #[derive(Clone, Copy, Debug)]
//! pub struct Counting;
//!
//! impl Initializer for Counting {
//!     fn fill<T: Scalar, R: rand::Rng + ?Sized>(&self, values: &mut [T], _: Fan, _: &mut R) {
//!         for (i, value) in values.iter_mut().enumerate() {
//!             *value = T::from_f64(i as f64 + 1.0);
//!         }
//!     }
//! }
//!
//! network! { Counted = Dense(2 -> 3, kernel_initializer = self::Counting) }
//!
//! # fn main() {
//! # use rand::{SeedableRng, rngs::StdRng};
//! let counted = Counted::new(&mut StdRng::seed_from_u64(0));
//! assert_eq!(counted.dense.kernel[(2, 1)], 6.0);
//! # }
//! ```

mod constant;
mod matrix;
mod random;
mod scaling;

use core::fmt::Debug;

use rand::Rng;

pub use self::constant::{Constant, Ones, Zeros};
pub use self::matrix::{Identity, Orthogonal};
pub(crate) use self::random::deviation;
pub use self::random::{RandomNormal, RandomUniform, TruncatedNormal};
pub use self::scaling::{
    Distribution, GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, Mode, VarianceScaling,
};
use crate::scalar::Scalar;

/// How many numbers flow into and out of a unit; the scale of many initialisers depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fan {
    /// Inputs of the layer.
    pub inputs: usize,
    /// Outputs of the layer.
    pub outputs: usize,
}

/// How parameters start.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an initializer",
    label = "not an initializer",
    note = "implement `typenet::initializers::Initializer` for it to use it in `network!`"
)]
pub trait Initializer: Copy + Debug + Send + Sync + 'static {
    /// Fills one tensor.
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, values: &mut [T], fan: Fan, rng: &mut R);
}
