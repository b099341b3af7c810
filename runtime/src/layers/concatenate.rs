//! Two ways from the same numbers, side by side.

use core::marker::PhantomData;

use bytemuck::Zeroable;
use fearless_simd::Simd;
use rand::Rng;

use super::{Backward, Batch, BatchMut, InputRange, Layer, LayerInfo, Share, Sink, Trace, Way};
use crate::flat::Flat;
use crate::noise::{Inference, Mode, Noise, Training};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `y = (f(x), g(x))`: what several branches make of the same numbers, one after the other. In `network!`:
/// `Concatenate(Dense(4 -> 8, relu), (Dense(4 -> 16, tanh), Dense(2)))`; a branch of several layers stands in parentheses,
/// and `linear` is one that hands on what it gets. It is Keras's `Concatenate()([f(x), g(x)])`.
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

/// The parameters of two branches.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Branches<P, Q> {
    /// Of the first.
    pub first: P,
    /// Of the second, which may be two again.
    pub second: Q,
}

// SAFETY: two values that may be all zeros each.
unsafe impl<P: Zeroable, Q: Zeroable> Zeroable for Branches<P, Q> {}
// SAFETY: `repr(C)` puts two values that are nothing but numbers of `T` side by side; where both hold some, their alignment
// is that of `T`, and where one holds none, it has no size: there is nothing between them.
unsafe impl<T: Scalar, P: Flat<T>, Q: Flat<T>> Flat<T> for Branches<P, Q> {
    const NUMBERS: usize = P::NUMBERS + Q::NUMBERS;
}

/// What two branches keep of a tile between forward and backward.
#[repr(C)]
pub struct Traced<T: Scalar, F: Layer<T>, G: Layer<T>> {
    first: Trace<T, F>,
    second: Trace<T, G>,
    /// The gradient with respect to the inputs of the second.
    d_input: G::Input,
}

impl<T: Scalar, F: Layer<T>, G: Layer<T>> core::fmt::Debug for Traced<T, F, G> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Traced").finish_non_exhaustive()
    }
}

// SAFETY: each field may be all zeros.
unsafe impl<T: Scalar, F: Layer<T>, G: Layer<T>> Zeroable for Traced<T, F, G> {}

impl<F: Copy, G: Copy, const A: usize, const B: usize, const OUT: usize> Concatenate<F, G, A, B, OUT> {
    #[inline(always)]
    fn run<T, S, M, const IN: usize>(
        self,
        simd: S,
        mode: M,
        parameters: &Branches<F::Parameters, G::Parameters>,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        tape: &mut Traced<T, F, G>,
    ) where
        T: Scalar,
        F: Layer<T, Input = Tile<T, IN>, Output = Tile<T, A>>,
        G: Layer<T, Input = Tile<T, IN>, Output = Tile<T, B>>,
        S: Simd,
        M: Mode,
    {
        let mode = tape.first.forward(simd, mode, self.first, &parameters.first, input);
        tape.second.forward(simd, mode, self.second, &parameters.second, input);
        join(&tape.first, &tape.second, output);
    }
}

/// Puts what the branches give side by side.
#[inline(always)]
fn join<T, F, G, const A: usize, const B: usize, const OUT: usize>(
    first: &Trace<T, F>,
    second: &Trace<T, G>,
    output: &mut Tile<T, OUT>,
) where
    T: Scalar,
    F: Layer<T, Output = Tile<T, A>>,
    G: Layer<T, Output = Tile<T, B>>,
{
    let (of_first, of_second) = output.columns_mut().split_at_mut(A);
    of_first.copy_from_slice(first.output.columns());
    of_second.copy_from_slice(second.output.columns());
}

/// Gives each branch its part of the gradient of the outputs.
#[inline(always)]
fn split<T, F, G, const A: usize, const B: usize, const OUT: usize>(
    d_output: &Tile<T, OUT>,
    first: &mut Trace<T, F>,
    second: &mut Trace<T, G>,
) where
    T: Scalar,
    F: Layer<T, Output = Tile<T, A>>,
    G: Layer<T, Output = Tile<T, B>>,
{
    let (of_first, of_second) = d_output.columns().split_at(A);
    first.d_output.columns_mut().copy_from_slice(of_first);
    second.d_output.columns_mut().copy_from_slice(of_second);
}

/// Where the shares of each branch go.
#[inline(always)]
#[allow(clippy::type_complexity, reason = "one for each branch")]
fn shares<T, F, G, L>(share: Option<Share<'_, T, L>>) -> (Option<Share<'_, T, F>>, Option<Share<'_, T, G>>)
where
    T: Scalar,
    F: Layer<T>,
    G: Layer<T>,
    L: Layer<T, Parameters = Branches<F::Parameters, G::Parameters>>,
{
    let Some(Share { gradient, sums }) = share else { return (None, None) };
    let (sums, rest) = sums.split_at_mut(F::SUMS);
    (Some(Share { gradient: &mut gradient.first, sums }), Some(Share { gradient: &mut gradient.second, sums: rest }))
}

/// `a += b`
#[inline(always)]
fn add<T: Scalar, S: Simd, const N: usize>(simd: S, a: &mut Tile<T, N>, b: &Tile<T, N>) {
    for i in 0..N {
        a.store::<S>(i, a.load(simd, i) + b.load(simd, i));
    }
}

/// What the first branch sees of a batch of the layer `L`.
#[derive(Clone, Copy)]
struct First<H, L>(H, PhantomData<L>);

/// What the second branch sees of a batch of the layer `L`.
#[derive(Clone, Copy)]
struct Second<H, L>(H, PhantomData<L>);

/// The same where the tiles wait for each other.
struct FirstMut<'a, H, L>(&'a mut H, PhantomData<L>);

/// The same where the tiles wait for each other.
struct SecondMut<'a, H, L>(&'a mut H, PhantomData<L>);

macro_rules! seen {
    ($($branch:ident $waiting:ident $field:ident $layer:ident;)*) => {$(
        impl<T, F, G, H, const IN: usize, const A: usize, const B: usize, const OUT: usize> BatchMut<T, $layer>
            for $waiting<'_, H, Concatenate<F, G, A, B, OUT>>
        where
            T: Scalar,
            F: Layer<T, Input = Tile<T, IN>, Output = Tile<T, A>>,
            G: Layer<T, Input = Tile<T, IN>, Output = Tile<T, B>>,
            H: BatchMut<T, Concatenate<F, G, A, B, OUT>>,
        {
            #[inline(always)]
            fn count(&self) -> usize {
                self.0.count()
            }

            #[inline(always)]
            fn samples(&self) -> usize {
                self.0.samples()
            }

            #[inline(always)]
            fn tile(&mut self, tile: usize) -> (&Tile<T, IN>, &mut Trace<T, $layer>) {
                let (input, trace) = self.0.tile(tile);
                (input, &mut trace.tape.$field)
            }
        }

        impl<T, F, G, H, const IN: usize, const A: usize, const B: usize, const OUT: usize> Batch<T, $layer>
            for $branch<H, Concatenate<F, G, A, B, OUT>>
        where
            T: Scalar,
            F: Layer<T, Input = Tile<T, IN>, Output = Tile<T, A>>,
            G: Layer<T, Input = Tile<T, IN>, Output = Tile<T, B>>,
            H: Batch<T, Concatenate<F, G, A, B, OUT>>,
        {
            #[inline(always)]
            fn count(&self) -> usize {
                self.0.count()
            }

            #[inline(always)]
            fn tile(&self, tile: usize) -> (&Tile<T, IN>, &Trace<T, $layer>) {
                let (input, trace) = self.0.tile(tile);
                (input, &trace.tape.$field)
            }
        }
    )*};
}

seen! {
    First FirstMut first F;
    Second SecondMut second G;
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

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        tape: &mut Self::Tape,
    ) {
        self.run(simd, Inference, parameters, input, output, tape);
    }

    #[inline(always)]
    fn train<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        tape: &mut Self::Tape,
        noise: Noise,
    ) {
        self.run(simd, Training(noise), parameters, input, output, tape);
    }

    #[inline(always)]
    fn cost<S: Simd>(&self, simd: S, _: &Tile<T, OUT>, tape: &mut Self::Tape, share: T::Vector<S>) -> T::Vector<S> {
        tape.first.cost(simd, self.first, share) + tape.second.cost(simd, self.second, share)
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        let Backward { input, tape: Traced { first, second, d_input: d_second }, d_output, d_input, share, .. } = pass;
        split(d_output, first, second);
        let (of_first, of_second) = shares(share);
        let Some(d_input) = d_input else {
            first.backward(simd, self.first, &parameters.first, input, None, of_first);
            second.backward(simd, self.second, &parameters.second, input, None, of_second);
            return;
        };
        first.backward(simd, self.first, &parameters.first, input, Some(&mut *d_input), of_first);
        second.backward(simd, self.second, &parameters.second, input, Some(&mut *d_second), of_second);
        add(simd, d_input, d_second);
    }

    #[inline(always)]
    fn train_part<S: Simd>(
        &self,
        simd: S,
        part: usize,
        parameters: &Self::Parameters,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        tape: &mut Self::Tape,
        noise: Noise,
    ) {
        // one branch after the other, as if they stood in a row
        let Traced { first, second, .. } = tape;
        let place = (Some(part), noise);
        let place = first.forward_part(simd, place, F::BARRIERS, self.first, &parameters.first, input);
        second.forward_part(simd, place, G::BARRIERS, self.second, &parameters.second, input);
        if part == Self::BARRIERS {
            join(first, second, output);
        }
    }

    #[inline(always)]
    fn backward_part<S: Simd>(&self, simd: S, part: usize, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        let Backward { input, tape: Traced { first, second, d_input: d_second }, d_output, mut d_input, share, .. } =
            pass;
        if part == Self::BARRIERS {
            split(d_output, first, second);
        }
        let (of_first, of_second) = shares(share);
        let (wanted, at) = (d_input.is_some(), Self::BARRIERS.checked_sub(part));
        let place = wanted.then_some(&mut *d_second);
        let at = second.backward_part(simd, at, G::BARRIERS, self.second, &parameters.second, input, place, of_second);
        let place = d_input.as_deref_mut();
        first.backward_part(simd, at, F::BARRIERS, self.first, &parameters.first, input, place, of_first);
        if let Some(d_input) = d_input.filter(|_| part == 0) {
            add(simd, d_input, d_second);
        }
    }

    #[inline(always)]
    fn meet<S: Simd, H: BatchMut<T, Self>>(&self, simd: S, barrier: usize, way: Way, batch: &mut H) {
        match barrier.checked_sub(F::BARRIERS) {
            None => self.first.meet(simd, barrier, way, &mut FirstMut(batch, PhantomData::<Self>)),
            Some(barrier) => self.second.meet(simd, barrier, way, &mut SecondMut(batch, PhantomData::<Self>)),
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
            self.first.complete(simd, First(batch, PhantomData::<Self>), start, sink);
            self.second.complete(simd, Second(batch, PhantomData::<Self>), start + F::Parameters::NUMBERS, sink);
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
