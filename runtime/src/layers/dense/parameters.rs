//! The numbers of a dense layer.

use bytemuck::{Pod, Zeroable};
use nalgebra::SMatrix;

use crate::scalar::Scalar;

/// What a [`Dense`](super::Dense) layer trains.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct DenseParameters<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize = 1> {
    /// The weights: column `i` holds those from input `i` to every output.
    pub kernel: SMatrix<T, OUT, IN>,
    /// The numbers that are added to the outputs.
    pub bias: SMatrix<T, OUT, BIAS>,
}

// SAFETY: both fields are arrays of floats, for which all-zero bytes are zeros.
unsafe impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> Zeroable
    for DenseParameters<T, IN, OUT, BIAS>
{
}
// SAFETY: `repr(C)`, and both fields are arrays of the same float, so that there is no padding and every bit pattern
// is a value.
unsafe impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> Pod for DenseParameters<T, IN, OUT, BIAS> {}

impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> DenseParameters<T, IN, OUT, BIAS> {
    /// The weights in memory order: those from input 0 to every output first.
    #[inline(always)]
    pub(super) fn weights(&self) -> &[T] {
        self.kernel.data.0.as_flattened()
    }

    #[inline(always)]
    pub(super) fn weights_mut(&mut self) -> &mut [T] {
        self.kernel.data.0.as_flattened_mut()
    }

    #[inline(always)]
    pub(super) fn biases(&self) -> &[T] {
        self.bias.data.0.as_flattened()
    }
}
