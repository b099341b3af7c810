//! Two ways from the same numbers, side by side.

use fearless_simd::Simd;
use rand::Rng;

use super::branches::{join, shares, split};
use super::residual::add;
use super::view::{Seen, SeenMut, View, Within};
use super::{Backward, Batch, BatchMut, Branches, Form, InputRange, Layer, LayerInfo, Share, Sink, Traced, Way};
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

            #[inline(always)]
            fn find_mut(self, (input, trace): SeenMut<'_, T, Self::Outer>) -> SeenMut<'_, T, $layer> {
                (input, &mut trace.tape.$field)
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
            None => self.first.meet(simd, barrier, way, &mut View(batch, First(*self))),
            Some(barrier) => self.second.meet(simd, barrier, way, &mut View(batch, Second(*self))),
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
