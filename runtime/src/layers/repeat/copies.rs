//! Parameters of the same layer several times.

use core::fmt::{self, Debug};
use core::ops::{Deref, DerefMut};

use bytemuck::Zeroable;

use crate::flat::Flat;
use crate::scalar::Scalar;

/// The parameters of `N` layers of one kind: an array, to which it dereferences.
#[derive(Clone, Copy, PartialEq)]
#[repr(transparent)]
pub struct Copies<P, const N: usize>(pub [P; N]);

impl<P: Debug, const N: usize> Debug for Copies<P, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<P, const N: usize> Deref for Copies<P, N> {
    type Target = [P; N];

    fn deref(&self) -> &[P; N] {
        &self.0
    }
}

impl<P, const N: usize> DerefMut for Copies<P, N> {
    fn deref_mut(&mut self) -> &mut [P; N] {
        &mut self.0
    }
}

// SAFETY: an array of values that may be all zeros each.
unsafe impl<P: Zeroable, const N: usize> Zeroable for Copies<P, N> {}
// SAFETY: an array puts values of nothing but numbers side by side, without anything between them.
unsafe impl<T: Scalar, P: Flat<T>, const N: usize> Flat<T> for Copies<P, N> {
    const NUMBERS: usize = N * P::NUMBERS;
}
