//! What an activation keeps of the forward pass.

use bytemuck::Pod;
use fearless_simd::Simd;

use crate::layers::NoParameters;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// What backward needs to know of the forward pass: [`KeepOutput`] or [`KeepInput`].
pub trait Keep: Copy + 'static {
    /// The extra tile that is kept: nothing, or the activation's input.
    type Tape<T: Scalar, const N: usize>: Pod + Send + Sync;

    /// The tape of an activation that is given its input as a whole.
    fn tape_of<T: Scalar, const N: usize>(input: &Tile<T, N>) -> &Self::Tape<T, N>;

    /// The columns of that tile, or none.
    fn columns<T: Scalar, const N: usize>(tape: &mut Self::Tape<T, N>) -> &mut [T::Lane];

    /// Notes input `i`.
    fn note<T: Scalar, S: Simd, const N: usize>(tape: &mut Self::Tape<T, N>, i: usize, x: T::Vector<S>);

    /// The number that [`Elementwise::slope`](super::Elementwise::slope) takes.
    fn recall<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        tape: &Self::Tape<T, N>,
        output: &Tile<T, N>,
        i: usize,
    ) -> T::Vector<S>;
}

/// Backward is written in terms of the output, which is at hand anyway.
#[derive(Clone, Copy, Debug)]
pub struct KeepOutput;

/// Backward needs the input, so each tile keeps it.
#[derive(Clone, Copy, Debug)]
pub struct KeepInput;

impl Keep for KeepOutput {
    type Tape<T: Scalar, const N: usize> = NoParameters;

    #[inline(always)]
    fn tape_of<T: Scalar, const N: usize>(_: &Tile<T, N>) -> &NoParameters {
        &NoParameters
    }

    #[inline(always)]
    fn columns<T: Scalar, const N: usize>(_: &mut NoParameters) -> &mut [T::Lane] {
        &mut []
    }

    #[inline(always)]
    fn note<T: Scalar, S: Simd, const N: usize>(_: &mut NoParameters, _: usize, _: T::Vector<S>) {}

    #[inline(always)]
    fn recall<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        _: &NoParameters,
        output: &Tile<T, N>,
        i: usize,
    ) -> T::Vector<S> {
        output.load(simd, i)
    }
}

impl Keep for KeepInput {
    type Tape<T: Scalar, const N: usize> = Tile<T, N>;

    #[inline(always)]
    fn tape_of<T: Scalar, const N: usize>(input: &Tile<T, N>) -> &Tile<T, N> {
        input
    }

    #[inline(always)]
    fn columns<T: Scalar, const N: usize>(tape: &mut Tile<T, N>) -> &mut [T::Lane] {
        tape.columns_mut()
    }

    #[inline(always)]
    fn note<T: Scalar, S: Simd, const N: usize>(tape: &mut Tile<T, N>, i: usize, x: T::Vector<S>) {
        tape.store::<S>(i, x);
    }

    #[inline(always)]
    fn recall<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        tape: &Tile<T, N>,
        _: &Tile<T, N>,
        i: usize,
    ) -> T::Vector<S> {
        tape.load(simd, i)
    }
}
