//! What one layer sees of the tiles of a batch.

use core::marker::PhantomData;

use fearless_simd::Simd;

use crate::flat::Flat as _;
use crate::kernels::framed;
use crate::layers::{Batch, BatchMut, Layer, Sink, Trace, Way};
use crate::network::{Network, Tapes, TapesMut};
use crate::scalar::Scalar;

/// The tiles of a batch, and what one layer sees of each.
struct Seen<G, F, N> {
    batch: G,
    see: F,
    network: PhantomData<fn() -> N>,
}

#[allow(clippy::expl_impl_clone_on_copy, reason = "a derived one would want networks that are `Copy`")]
impl<G: Copy, F: Copy, N> Clone for Seen<G, F, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G: Copy, F: Copy, N> Copy for Seen<G, F, N> {}

impl<T, L, N, G, F> Batch<T, L> for Seen<G, F, N>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
    G: Tapes<N>,
    F: Copy + for<'t> Fn(&'t N::Input, &'t N::Tape) -> (&'t L::Input, &'t Trace<T, L>),
{
    #[inline(always)]
    fn count(&self) -> usize {
        self.batch.count()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> (&L::Input, &Trace<T, L>) {
        let (input, tape) = self.batch.tile(index);
        (self.see)(input, tape)
    }
}

/// Completes the gradient of one layer; gives where its parameters end.
#[inline(always)]
pub fn complete<N: Network, L: Layer<N::Scalar>>(
    simd: impl Simd,
    layer: L,
    batch: impl Tapes<N>,
    see: impl Copy + for<'t> Fn(&'t N::Input, &'t N::Tape) -> (&'t L::Input, &'t Trace<N::Scalar, L>),
    start: usize,
    sink: &mut impl Sink<N::Scalar>,
) -> usize {
    framed(
        simd,
        #[inline(always)]
        || layer.complete(simd, Seen { batch, see, network: PhantomData::<fn() -> N> }, start, sink),
    );
    start + L::Parameters::NUMBERS
}

/// The tiles of a batch that wait for each other, and what one layer sees of each.
struct SeenMut<'a, G, F, N> {
    batch: &'a mut G,
    see: F,
    network: PhantomData<fn() -> N>,
}

impl<T, L, N, G, F> BatchMut<T, L> for SeenMut<'_, G, F, N>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
    G: TapesMut<N>,
    F: for<'t> Fn(&'t N::Input, &'t mut N::Tape) -> (&'t L::Input, &'t mut Trace<T, L>),
{
    #[inline(always)]
    fn count(&self) -> usize {
        self.batch.count()
    }

    #[inline(always)]
    fn samples(&self) -> usize {
        self.batch.samples()
    }

    #[inline(always)]
    fn tile(&mut self, index: usize) -> (&L::Input, &mut Trace<T, L>) {
        let (input, tape) = self.batch.tile(index);
        (self.see)(input, tape)
    }
}

/// Lets a layer see the batch, if barrier `at` of the network, counted from the first of this layer, is one of its own; gives
/// it as counted from the next.
#[inline(always)]
pub fn meet<N: Network, L: Layer<N::Scalar>>(
    simd: impl Simd,
    layer: L,
    batch: &mut impl TapesMut<N>,
    see: impl for<'t> Fn(&'t N::Input, &'t mut N::Tape) -> (&'t L::Input, &'t mut Trace<N::Scalar, L>),
    at: Option<usize>,
    way: Way,
) -> Option<usize> {
    if let Some(barrier) = at.filter(|at| *at < L::BARRIERS) {
        framed(
            simd,
            #[inline(always)]
            || layer.meet(simd, barrier, way, &mut SeenMut { batch, see, network: PhantomData::<fn() -> N> }),
        );
    }
    at.and_then(|at| at.checked_sub(L::BARRIERS))
}
