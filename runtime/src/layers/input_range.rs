//! Which numbers make sense as inputs.

use crate::scalar::Scalar;

/// Which inputs make sense for a layer or a network; checked before training begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputRange {
    /// Any finite number.
    Finite,
    /// Numbers of rows: whole, from 0, and less than how many rows there are.
    Rows(usize),
}

impl InputRange {
    /// What makes sense for two layers that take the same inputs.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Finite, range) | (range, Self::Finite) => range,
            (Self::Rows(rows), Self::Rows(others)) => Self::Rows(if rows < others { rows } else { others }),
        }
    }
}

/// Which of so many rows a number means, if it is one.
#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "what is not the same afterwards is no row"
)]
pub(crate) fn row<T: Scalar>(number: T, rows: usize) -> Option<usize> {
    let number = number.to_f64();
    let row = number as usize;
    (row < rows && row as f64 == number).then_some(row)
}
