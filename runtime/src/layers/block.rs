//! A network as a layer of another.

use core::fmt::{self, Debug};
use core::marker::PhantomData;

use bytemuck::{cast_slice_mut, from_bytes_mut};
use fearless_simd::Simd;
use rand::Rng;

use super::around::{self, Around, ways};
use super::{Batch, Form, InputRange, Layer, LayerInfo, Share, Sink, Trace, Way};
use crate::activations::Activation;
use crate::mode::Mode;
use crate::network::{Network, Shares, Tapes};
use crate::scalar::Scalar;
use crate::tile::{Features, copy};
use crate::tiles::Tiles;

/// A network `N` as one layer of another, followed by the activation `A`: that of `N`'s own last layer, or `linear`
/// where losses take it apart. In `network!`: the network's name, as `Body`, or its path, as `parts::Body`.
///
/// # Shapes
/// - input and output: those of the network
/// - parameters: `N` itself
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! {
///     Body = Dense(2 -> 8, relu), Dense(4, tanh);
///     Whole = Body, Dense(1)
/// }
///
/// # fn main() {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let (body, mut whole) = (Body::new(rng), Whole::new(rng));
/// whole.body = body;
/// assert_eq!(Whole::PARAMETERS, Body::PARAMETERS + 5);
/// # }
/// ```
pub struct Block<N, A> {
    pub(crate) head: A,
    network: PhantomData<fn() -> N>,
}

impl<N, A: Copy> Block<N, A> {
    /// The network, followed by `head`.
    pub const fn new(head: A) -> Self {
        Self { head, network: PhantomData }
    }
}

impl<N: Network, A: Activation> Around<N::Scalar> for Block<N, A> {
    #[inline(always)]
    fn run<'m, S: Simd>(
        self,
        simd: S,
        mode: Mode<'m>,
        parameters: &N,
        tiles: &mut impl Tiles<N::Input, N::Tape>,
    ) -> Mode<'m> {
        parameters.forward(simd, mode, tiles)
    }

    #[inline(always)]
    fn join<S: Simd>(self, simd: S, _: &N::Input, output: &mut N::Output, tape: &mut N::Tape) {
        N::Output::apply_head(simd, &self.head, N::logits(tape).0, output);
    }

    #[inline(always)]
    fn split<S: Simd>(self, simd: S, output: &N::Output, d_output: &N::Output, tape: &mut N::Tape) {
        let (logits, d_logits) = N::logits(tape);
        copy::<N::Scalar, _>(d_output, d_logits);
        N::Output::backward_head(simd, &self.head, logits, output, d_logits);
    }

    #[inline(always)]
    fn run_back<S: Simd>(
        self,
        simd: S,
        parameters: &N,
        tiles: &mut impl Tiles<N::Input, N::Tape>,
        share: Option<Share<'_, N::Scalar, Self>>,
    ) {
        parameters.backward(simd, tiles, shares(share));
    }
}

impl<N, A: Copy> Clone for Block<N, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N, A: Copy> Copy for Block<N, A> {}

impl<N: Network, A: Debug> Debug for Block<N, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(N::NAME).field("head", &self.head).finish()
    }
}

/// What the network inside sees of a batch.
#[derive(Clone, Copy)]
struct Inside<G, A> {
    batch: G,
    head: PhantomData<A>,
}

impl<N: Network, A: Activation, G: Batch<N::Scalar, Block<N, A>>> Tapes<N> for Inside<G, A> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.batch.count()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> (&N::Input, &N::Tape) {
        let (input, trace) = self.batch.tile(index);
        (input, &trace.tape)
    }
}

/// Where the shares of the network inside go.
#[inline(always)]
fn shares<N: Network, A: Activation>(share: Option<Share<'_, N::Scalar, Block<N, A>>>) -> Shares<'_, N> {
    let later = share.is_none();
    Shares { now: share.map(|share| (share.gradient, sums::<N>(share.sums))), later }
}

/// The running sums of a network as it declares them.
#[inline(always)]
fn sums<N: Network>(lanes: &mut [<N::Scalar as Scalar>::Lane]) -> &mut N::Sums {
    from_bytes_mut(cast_slice_mut(lanes))
}

impl<N: Network, A: Activation> Layer<N::Scalar> for Block<N, A> {
    type Input = N::Input;
    type Output = N::Output;
    type Parameters = N;
    type Tape = N::Tape;

    const LAYERS: &'static [LayerInfo] = N::LAYERS;
    const TRAINED: usize = N::TRAINED;
    const FORM: Form = Form::OfBlock;
    const STREAMS: usize = N::STREAMS;
    const RANGE: InputRange = N::RANGE;
    const SUMS: usize = size_of::<N::Sums>() / size_of::<<N::Scalar as Scalar>::Lane>();
    const COSTS: bool = N::COSTS;
    const COMPLETES: bool = N::COMPLETES;
    const BARRIERS: usize = N::BARRIERS;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut N, rng: &mut R) {
        parameters.initialize(rng);
    }

    ways!(N::Scalar);

    #[inline(always)]
    fn cost<S: Simd>(
        &self,
        simd: S,
        _: &N::Output,
        tape: &mut N::Tape,
        share: <N::Scalar as Scalar>::Vector<S>,
    ) -> <N::Scalar as Scalar>::Vector<S> {
        N::cost(simd, tape, share)
    }

    #[inline(always)]
    fn meet<S: Simd, G: Tiles<N::Input, Trace<N::Scalar, Self>>>(
        &self,
        simd: S,
        barrier: usize,
        way: Way,
        samples: usize,
        batch: &mut G,
    ) {
        N::meet(simd, barrier, way, samples, &mut around::tapes(batch));
    }

    fn absorb(&self, parameters: &mut N, tape: &N::Tape) {
        parameters.absorb(tape);
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, N::Scalar, Self>) {
        N::finish(simd, share.gradient, sums::<N>(share.sums));
    }

    #[inline(always)]
    fn complete<S: Simd, G: Batch<N::Scalar, Self>, K: Sink<N::Scalar>>(
        &self,
        simd: S,
        batch: G,
        start: usize,
        sink: &mut K,
    ) {
        if const { N::COMPLETES } {
            N::complete(simd, Inside { batch, head: PhantomData::<A> }, start, sink);
        } else {
            sink.accept(simd, start..start + N::PARAMETERS);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(
        &self,
        simd: S,
        parameters: &N,
        input: &<N::Input as Features<N::Scalar>>::Sample,
        output: &mut <N::Output as Features<N::Scalar>>::Sample,
    ) {
        parameters.predict_logits(simd, input, output);
        N::Output::predict_head(simd, &self.head, output);
    }
}
