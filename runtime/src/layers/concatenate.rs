//! Two ways from the same numbers, side by side.

use fearless_simd::Simd;
use rand::Rng;

use super::around::{self, Around, backward_inside, forward_inside, ways};
use super::batch::{Seen, Tracing};
use super::branches::{join, shares, split};
use super::residual::add;
use super::view::{View, Within};
use super::{Batch, Branches, Form, InputRange, Layer, LayerInfo, Share, Sink, Trace, Traced, Way};
use crate::flat::Flat;
use crate::mode::Mode;
use crate::scalar::Scalar;
use crate::tile::Tile;
use crate::tiles::{Inside, Parted, Passing, Tiles};

/// `y = (f(x), g(x))`: what several branches make of the same numbers, one after the other. In `network!`:
/// `Concatenate(Dense(4 -> 8, relu), (Dense(4 -> 16, tanh), Dense(2)))`; a branch of several layers stands in
/// parentheses, and `linear` is one that hands on what it gets. It is Keras's `Concatenate()([f(x), g(x)])`.
///
/// Each branch is a network of its own, unless it is one already; three branches are one, and two more as its second.
///
/// # Shapes
/// - input: that of the branches, which must be the same
/// - output: `OUT`, that is `A + B`, what the branches give
/// - parameters: [`Branches`]: `first` and `second`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Wide = Concatenate(Dense(2 -> 3, relu), linear), Dense(1) }
///
/// # fn main() {
/// let wide = Wide::new(&mut StdRng::seed_from_u64(0));
/// assert_eq!(wide.concatenate.first.dense.kernel.shape(), (3, 2));
/// assert_eq!(wide.dense.kernel.shape(), (1, 5));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concatenate<F, G, const A: usize, const B: usize, const OUT: usize> {
    first: F,
    second: G,
}

impl<F: Copy, G: Copy, const A: usize, const B: usize, const OUT: usize> Concatenate<F, G, A, B, OUT> {
    /// `first` and `second`, side by side.
    pub const fn new(first: F, second: G) -> Self {
        const { assert!(A + B == OUT, "`Concatenate` gives all that its branches give") };
        Self { first, second }
    }
}

impl<T, F, G, const IN: usize, const A: usize, const B: usize, const OUT: usize> Around<T>
    for Concatenate<F, G, A, B, OUT>
where
    T: Scalar,
    F: Layer<T, Input = Tile<T, IN>, Output = Tile<T, A>>,
    G: Layer<T, Input = Tile<T, IN>, Output = Tile<T, B>>,
{
    #[inline(always)]
    fn run<'m, S: Simd>(
        self,
        simd: S,
        mode: Mode<'m>,
        parameters: &Self::Parameters,
        tiles: &mut impl Tiles<Tile<T, IN>, Self::Tape>,
    ) -> Mode<'m> {
        // one branch after the other, as if they stood in a row
        let of_first = &mut Parted::new(tiles, 0, F::BARRIERS);
        let mode = forward_inside(simd, mode, self.first, &parameters.first, of_first, first);
        let of_second = &mut Parted::new(tiles, F::BARRIERS, G::BARRIERS);
        forward_inside(simd, mode, self.second, &parameters.second, of_second, second)
    }

    #[inline(always)]
    fn join<S: Simd>(self, _: S, _: &Tile<T, IN>, output: &mut Tile<T, OUT>, tape: &mut Self::Tape) {
        join(&tape.first, &tape.second, output);
    }

    #[inline(always)]
    fn split<S: Simd>(self, _: S, _: &Tile<T, OUT>, d_output: &Tile<T, OUT>, tape: &mut Self::Tape) {
        split(d_output, &mut tape.first, &mut tape.second);
    }

    #[inline(always)]
    fn run_back<S: Simd>(
        self,
        simd: S,
        parameters: &Self::Parameters,
        tiles: &mut impl Tiles<Tile<T, IN>, Self::Tape>,
        share: Option<Share<'_, T, Self>>,
    ) {
        let (share_of_first, share_of_second) = shares(share);
        let of_second = &mut Parted::new(tiles, F::BARRIERS, G::BARRIERS);
        backward_inside(simd, self.second, &parameters.second, of_second, second, share_of_second);
        let of_first = &mut Parted::new(tiles, 0, F::BARRIERS);
        backward_inside(simd, self.first, &parameters.first, of_first, first, share_of_first);
    }

    #[inline(always)]
    fn merge<S: Simd>(self, simd: S, _: &Tile<T, OUT>, d_input: &mut Tile<T, IN>, tape: &Self::Tape) {
        add(simd, d_input, &tape.d_input);
    }
}

/// The tiles of the first branch.
#[inline(always)]
fn first<T: Scalar, F: Layer<T>, G: Layer<T, Input = F::Input>>(
    tile: Passing<'_, F::Input, Traced<T, F, G>>,
) -> Tracing<'_, T, F> {
    tile.first(
        #[inline(always)]
        |tape| &mut tape.first,
    )
}

/// The tiles of the second branch.
#[inline(always)]
fn second<T: Scalar, F: Layer<T>, G: Layer<T, Input = F::Input>>(
    tile: Passing<'_, F::Input, Traced<T, F, G>>,
) -> Tracing<'_, T, G> {
    let Passing { input, d_input, kept: Traced { second, d_input: d_second, .. } } = tile;
    Passing { input, d_input: d_input.map(|_| d_second), kept: second }
}

/// The first branch of the layer `L`.
#[derive(Clone, Copy)]
struct First<L>(L);

/// The second branch of the layer `L`.
#[derive(Clone, Copy)]
struct Second<L>(L);

macro_rules! within {
    ($($branch:ident $field:ident $layer:ident;)*) => {$(
        impl<T, F, G, const IN: usize, const A: usize, const B: usize, const OUT: usize> Within<T>
            for $branch<Concatenate<F, G, A, B, OUT>>
        where
            T: Scalar,
            F: Layer<T, Input = Tile<T, IN>, Output = Tile<T, A>>,
            G: Layer<T, Input = Tile<T, IN>, Output = Tile<T, B>>,
        {
            type Outer = Concatenate<F, G, A, B, OUT>;
            type Inner = $layer;

            #[inline(always)]
            fn find(self, (input, trace): Seen<'_, T, Self::Outer>) -> Seen<'_, T, $layer> {
                (input, &trace.tape.$field)
            }
        }
    )*};
}

within! {
    First first F;
    Second second G;
}

impl<T, F, G, const IN: usize, const A: usize, const B: usize, const OUT: usize> Layer<T>
    for Concatenate<F, G, A, B, OUT>
where
    T: Scalar,
    F: Layer<T, Input = Tile<T, IN>, Output = Tile<T, A>>,
    G: Layer<T, Input = Tile<T, IN>, Output = Tile<T, B>>,
{
    type Input = Tile<T, IN>;
    type Output = Tile<T, OUT>;
    type Parameters = Branches<F::Parameters, G::Parameters>;
    type Tape = Traced<T, F, G>;

    const LAYERS: &'static [LayerInfo] =
        &[LayerInfo::of::<F, T>("first", "Branch", "linear"), LayerInfo::of::<G, T>("second", "Branch", "linear")];
    const TRAINED: usize = F::TRAINED + G::TRAINED;
    const FORM: Form = Form::OfConcatenate;
    const RANGE: InputRange = F::RANGE.and(G::RANGE);
    const SUMS: usize = F::SUMS + G::SUMS;
    const STREAMS: usize = F::STREAMS + G::STREAMS;
    const COSTS: bool = F::COSTS || G::COSTS;
    const COMPLETES: bool = F::COMPLETES && G::COMPLETES;
    const BARRIERS: usize = F::BARRIERS + G::BARRIERS;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, rng: &mut R) {
        self.first.initialize(&mut parameters.first, rng);
        self.second.initialize(&mut parameters.second, rng);
    }

    ways!(T);

    #[inline(always)]
    fn cost<S: Simd>(&self, simd: S, _: &Tile<T, OUT>, tape: &mut Self::Tape, share: T::Vector<S>) -> T::Vector<S> {
        tape.first.cost(simd, self.first, share) + tape.second.cost(simd, self.second, share)
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
        let batch = &mut around::tapes(batch);
        match barrier.checked_sub(F::BARRIERS) {
            None => self.first.meet(simd, barrier, way, samples, &mut Inside::new(batch, first)),
            Some(barrier) => self.second.meet(simd, barrier, way, samples, &mut Inside::new(batch, second)),
        }
    }

    fn absorb(&self, parameters: &mut Self::Parameters, tape: &Self::Tape) {
        self.first.absorb(&mut parameters.first, tape.first.tape());
        self.second.absorb(&mut parameters.second, tape.second.tape());
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, T, Self>) {
        let Share { gradient, sums } = share;
        let (sums, rest) = sums.split_at_mut(F::SUMS);
        self.first.finish(simd, Share { gradient: &mut gradient.first, sums });
        self.second.finish(simd, Share { gradient: &mut gradient.second, sums: rest });
    }

    #[inline(always)]
    fn complete<S: Simd, H: Batch<T, Self>, K: Sink<T>>(&self, simd: S, batch: H, start: usize, sink: &mut K) {
        if const { Self::COMPLETES } {
            self.first.complete(simd, View(batch, First(*self)), start, sink);
            self.second.complete(simd, View(batch, Second(*self)), start + F::Parameters::NUMBERS, sink);
        } else {
            sink.accept(simd, start..start + Self::Parameters::NUMBERS);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, parameters: &Self::Parameters, input: &[T; IN], output: &mut [T; OUT]) {
        let (mut first, mut second) = ([T::ZERO; A], [T::ZERO; B]);
        self.first.predict(simd, &parameters.first, input, &mut first);
        self.second.predict(simd, &parameters.second, input, &mut second);
        let (of_first, of_second) = output.split_at_mut(A);
        of_first.copy_from_slice(&first);
        of_second.copy_from_slice(&second);
    }
}
