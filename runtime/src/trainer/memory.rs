//! Memory that begins on a cache line, so that no vector in it lies on two.

use alloc::boxed::Box;
use core::ops::{Deref, DerefMut};

use bytemuck::{Zeroable, cast_slice, cast_slice_mut, zeroed_slice_box};

use crate::scalar::Scalar;

/// A network that begins on a cache line.
#[repr(C, align(64))]
pub(super) struct OnLines<N>(N);

// SAFETY: all-zero bytes are an `N`, as it promises itself; there is nothing else but padding.
unsafe impl<N: Zeroable> Zeroable for OnLines<N> {}

impl<N> Deref for OnLines<N> {
    type Target = N;

    fn deref(&self) -> &N {
        &self.0
    }
}

impl<N> DerefMut for OnLines<N> {
    fn deref_mut(&mut self) -> &mut N {
        &mut self.0
    }
}

/// What an optimizer remembers of all parameters, each slot after the other.
pub(super) struct Slots<T: Scalar> {
    lanes: Box<[T::Lane]>,
    count: usize,
}

impl<T: Scalar> Slots<T> {
    /// Zeros.
    pub(super) fn new(count: usize) -> Self {
        Self { lanes: zeroed_slice_box(count.div_ceil(T::LANES)), count }
    }
}

impl<T: Scalar> Deref for Slots<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        cast_slice(&self.lanes).get(..self.count).unwrap_or_default()
    }
}

impl<T: Scalar> DerefMut for Slots<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        cast_slice_mut(&mut self.lanes).get_mut(..self.count).unwrap_or_default()
    }
}
