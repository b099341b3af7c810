//! A way around a layer.

use fearless_simd::Simd;
use rand::Rng;

use super::around::{self, Around, ways};
use super::batch::Seen;
use super::view::{View, Within};
use super::{Batch, Form, InputRange, Layer, LayerInfo, Share, Sink, TensorInfo, Trace, Way};
use crate::kernels::framed;
use crate::mode::Mode;
use crate::scalar::{Lane as _, Scalar};
use crate::tile::{Features, copy};
use crate::tiles::Tiles;

/// `y = x + f(x)`: what is inside only has to learn the difference. In `network!`:
/// `Residual(Dense(64 -> 64, relu), Dense(64 -> 64))`.
///
/// Source: K. He and others, *Deep Residual Learning for Image Recognition*, 2015.
///
/// # Shapes
/// - input and output: those of the layer inside, which must be the same
/// - parameters: those of the layer inside
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Around = Residual(Dense(2 -> 2, kernel_initializer = identity(0.5))) }
///
/// # fn main() {
/// let around = Around::new(&mut StdRng::seed_from_u64(0));
/// assert_eq!(around.predict(&[2.0, -4.0]), [3.0, -6.0]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Residual<L>(pub(crate) L);

impl<L: Copy> Residual<L> {
    /// A way around `layer`.
    pub const fn new(layer: L) -> Self {
        Self(layer)
    }

    /// The layer inside.
    #[must_use]
    pub const fn layer(&self) -> &L {
        &self.0
    }
}

/// `a += b`, number by number.
#[inline(always)]
pub(super) fn add<T: Scalar, Z: Features<T>, S: Simd>(simd: S, a: &mut Z, b: &Z) {
    for (a, b) in a.lanes_mut().iter_mut().zip(b.lanes()) {
        a.store(a.load(simd) + b.load(simd));
    }
}

impl<T, L> Within<T> for Residual<L>
where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    type Outer = Self;
    type Inner = L;

    #[inline(always)]
    fn find(self, (input, trace): Seen<'_, T, Self>) -> Seen<'_, T, L> {
        (input, &trace.tape)
    }
}

impl<T, L> Around<T> for Residual<L>
where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    #[inline(always)]
    fn run<'m, S: Simd>(
        self,
        simd: S,
        mode: Mode<'m>,
        parameters: &L::Parameters,
        tiles: &mut impl Tiles<L::Input, Trace<T, L>>,
    ) -> Mode<'m> {
        framed!(simd, self.0.forward_tiles(simd, mode, parameters, tiles))
    }

    #[inline(always)]
    fn join<S: Simd>(self, simd: S, input: &L::Input, output: &mut L::Output, tape: &mut Trace<T, L>) {
        copy::<T, _>(&tape.output, output);
        add(simd, output, input);
    }

    #[inline(always)]
    fn split<S: Simd>(self, _: S, _: &L::Output, d_output: &L::Output, tape: &mut Trace<T, L>) {
        copy::<T, _>(d_output, &mut tape.d_output);
    }

    #[inline(always)]
    fn run_back<S: Simd>(
        self,
        simd: S,
        parameters: &L::Parameters,
        tiles: &mut impl Tiles<L::Input, Trace<T, L>>,
        share: Option<Share<'_, T, Self>>,
    ) {
        let share = share.map(|Share { gradient, sums }| Share { gradient, sums });
        framed!(simd, self.0.backward_tiles(simd, parameters, tiles, share));
    }

    #[inline(always)]
    fn merge<S: Simd>(self, simd: S, d_output: &L::Output, d_input: &mut L::Input, _: &Trace<T, L>) {
        add(simd, d_input, d_output);
    }
}

impl<T, L> Layer<T> for Residual<L>
where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    type Input = L::Input;
    type Output = L::Output;
    type Parameters = L::Parameters;
    type Tape = Trace<T, L>;

    const TENSORS: &'static [TensorInfo] = L::TENSORS;
    const LAYERS: &'static [LayerInfo] = L::LAYERS;
    const TRAINED: usize = L::TRAINED;
    const COPIES: usize = L::COPIES;
    const FORM: Form = Form::OfResidual { layer: &L::FORM };
    const RANGE: InputRange = L::RANGE;
    const SUMS: usize = L::SUMS;
    const STREAMS: usize = L::STREAMS;
    const COSTS: bool = L::COSTS;
    const COMPLETES: bool = L::COMPLETES;
    const BARRIERS: usize = L::BARRIERS;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, rng: &mut R) {
        self.0.initialize(parameters, rng);
    }

    ways!(T);

    #[inline(always)]
    fn cost<S: Simd>(&self, simd: S, _: &L::Output, tape: &mut Self::Tape, share: T::Vector<S>) -> T::Vector<S> {
        tape.cost(simd, self.0, share)
    }

    #[inline(always)]
    fn meet<S: Simd, H: Tiles<Self::Input, Trace<T, Self>>>(
        &self,
        simd: S,
        barrier: usize,
        way: Way,
        samples: usize,
        batch: &mut H,
    ) {
        self.0.meet(simd, barrier, way, samples, &mut around::tapes(batch));
    }

    fn absorb(&self, parameters: &mut Self::Parameters, tape: &Self::Tape) {
        self.0.absorb(parameters, &tape.tape);
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, T, Self>) {
        let Share { gradient, sums } = share;
        self.0.finish(simd, Share { gradient, sums });
    }

    #[inline(always)]
    fn complete<S: Simd, G: Batch<T, Self>, K: Sink<T>>(&self, simd: S, batch: G, start: usize, sink: &mut K) {
        self.0.complete(simd, View(batch, *self), start, sink);
    }

    #[inline(always)]
    fn predict<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &<L::Input as Features<T>>::Sample,
        output: &mut <L::Output as Features<T>>::Sample,
    ) {
        self.0.predict(simd, parameters, input, output);
        L::Input::add_sample(output, input);
    }
}
