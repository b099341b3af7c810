//! What one layer sees of the tiles of a batch.

use core::marker::PhantomData;

use fearless_simd::Simd;

use crate::flat::Flat as _;
use crate::kernels::framed;
use crate::layers::batch::{Seen, Tracing};
use crate::layers::{Batch, Layer, Passing, Sink, Tiles, Way};
use crate::network::{Network, Tapes};
use crate::scalar::Scalar;
use crate::tiles::{Inside, Parted};

/// A tile on its way through a network.
pub type OnWay<'a, N> = Passing<'a, <N as Network>::Input, <N as Network>::Tape>;

/// Where a layer's share of the gradient goes, and its running sums.
pub type Place<'a, T, L> = (&'a mut <L as Layer<T>>::Parameters, &'a mut [<T as Scalar>::Lane]);

/// The tiles of a batch, and what one layer sees of each.
struct LayerBatch<G, F, N> {
    batch: G,
    see: F,
    network: PhantomData<fn() -> N>,
}

#[allow(clippy::expl_impl_clone_on_copy, reason = "a derived one would want networks that are `Copy`")]
impl<G: Copy, F: Copy, N> Clone for LayerBatch<G, F, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G: Copy, F: Copy, N> Copy for LayerBatch<G, F, N> {}

impl<T, L, N, G, F> Batch<T, L> for LayerBatch<G, F, N>
where
    T: Scalar,
    L: Layer<T>,
    N: Network,
    G: Tapes<N>,
    F: Copy + for<'t> Fn(&'t N::Input, &'t N::Tape) -> Seen<'t, T, L>,
{
    #[inline(always)]
    fn count(&self) -> usize {
        self.batch.count()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> Seen<'_, T, L> {
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
    see: impl Copy + for<'t> Fn(&'t N::Input, &'t N::Tape) -> Seen<'t, N::Scalar, L>,
    start: usize,
    sink: &mut impl Sink<N::Scalar>,
) -> usize {
    framed!(simd, layer.complete(simd, LayerBatch { batch, see, network: PhantomData::<fn() -> N> }, start, sink));
    start + L::Parameters::NUMBERS
}

/// How often tiles wait for each other before layer `INDEX`, and in it.
const fn barriers<N: Network, const INDEX: usize>() -> (usize, usize) {
    let (mut before, mut layer) = (0, 0);
    while layer < INDEX {
        before += N::LAYERS[layer].barriers;
        layer += 1;
    }
    (before, N::LAYERS[INDEX].barriers)
}

/// The tiles of a network with barriers, as layer `INDEX` has them: none but in its own parts.
#[inline(always)]
pub fn parted<N: Network, const INDEX: usize, G: Tiles<N::Input, N::Tape>>(tiles: &mut G) -> Parted<'_, G> {
    let (before, barriers) = const { barriers::<N, INDEX>() };
    Parted::new(tiles, before, barriers)
}

/// Lets layer `INDEX` see the batch, if `barrier` is one of its own.
#[inline(always)]
pub fn meet<N: Network, const INDEX: usize, L: Layer<N::Scalar>>(
    simd: impl Simd,
    layer: L,
    batch: &mut impl Tiles<N::Input, N::Tape>,
    see: impl for<'t> Fn(OnWay<'t, N>) -> Tracing<'t, N::Scalar, L>,
    (barrier, way, samples): (usize, Way, usize),
) {
    let (before, barriers) = const { barriers::<N, INDEX>() };
    if let Some(barrier) = barrier.checked_sub(before).filter(|barrier| *barrier < barriers) {
        framed!(simd, layer.meet(simd, barrier, way, samples, &mut Inside::new(batch, see)));
    }
}
