//! What a training is validated on.

use super::Targets;
use crate::scalar::Scalar;

/// Targets to validate a network on that gives tiles `Z` and is trained on targets in tiles `Y`: all [`Targets`] of
/// that kind.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the targets to validate on: they are not of the kind that is trained on",
    label = "other targets than those to train on",
    note = "where vectors are trained on, vectors as wide are validated on, and where integers are, integers: they go through \
            the same loss and the same metrics"
)]
pub trait ValidationTargets<T: Scalar, Z, Y>: Targets<T, Z, Tile = Y> {}

#[diagnostic::do_not_recommend]
impl<T: Scalar, Z, Y, W: Targets<T, Z, Tile = Y> + ?Sized> ValidationTargets<T, Z, Y> for W {}
