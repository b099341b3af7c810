//! The same layer several times in a row.

mod copies;

use core::fmt::{self, Debug};
use core::mem::swap;

use bytemuck::Zeroable;
use fearless_simd::{Simd, SimdBase as _};
use rand::Rng;

pub use self::copies::Copies;
use super::view::{Seen, SeenMut, View, Within};
use super::{Backward, Batch, BatchMut, Form, InputRange, Layer, LayerInfo, Share, Sink, TensorInfo, Trace, Way};
use crate::flat::Flat;
use crate::noise::{Inference, Mode, Noise, Training};
use crate::scalar::Scalar;
use crate::tile::{Features, copy};

/// `N` layers of one kind in a row, each with parameters of its own. In `network!`: `[Dense(64 -> 64, relu); 50]`.
///
/// They are one loop, so that a network of 50 compiles as fast as a network of one.
///
/// # Shapes
/// - input and output: those of the layer, which must be the same
/// - parameters: [`Copies`], an array of the layer's own
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Deep = [Dense(2 -> 2, kernel_initializer = identity(2.0)); 3] }
///
/// # fn main() {
/// let mut deep = Deep::new(&mut StdRng::seed_from_u64(0));
/// assert_eq!(deep.predict(&[1.0, -1.0]), [8.0, -8.0]);
/// deep.dense[2].bias[0] = 1.0;
/// assert_eq!(deep.predict(&[1.0, -1.0]), [9.0, -8.0]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repeat<L, const N: usize>(pub(crate) L);

impl<L: Copy, const N: usize> Repeat<L, N> {
    /// `layer`, `N` times.
    pub const fn new(layer: L) -> Self {
        const { assert!(N > 0, "a layer must be repeated at least once") };
        Self(layer)
    }

    /// What is repeated.
    #[must_use]
    pub const fn layer(&self) -> &L {
        &self.0
    }

    #[inline(always)]
    fn run<T, S, M>(
        self,
        simd: S,
        mut mode: M,
        parameters: &Copies<L::Parameters, N>,
        input: &L::Input,
        output: &mut L::Output,
        traces: &mut Traces<T, L, N>,
    ) where
        T: Scalar,
        L: Layer<T, Output = <L as Layer<T>>::Input>,
        S: Simd,
        M: Mode,
    {
        let mut input = input;
        for (parameters, trace) in parameters.0.iter().zip(&mut traces.0) {
            mode = trace.forward(simd, mode, self.0, parameters, input);
            input = &trace.output;
        }
        copy::<T, _>(input, output);
    }
}

/// The memory of `N` layers between forward and backward.
#[repr(transparent)]
pub struct Traces<T: Scalar, L: Layer<T>, const N: usize>([Trace<T, L>; N]);

impl<T: Scalar, L: Layer<T>, const N: usize> Debug for Traces<T, L, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").finish_non_exhaustive()
    }
}

// SAFETY: an array of values that may be all zeros each.
unsafe impl<T: Scalar, L: Layer<T>, const N: usize> Zeroable for Traces<T, L, N> {}

/// Takes the layers from the last to the first, each with what it reads and writes.
#[inline(always)]
fn last_to_first<T, L, const N: usize>(
    pass: Backward<'_, T, Repeat<L, N>>,
    mut back: impl FnMut(usize, &mut Trace<T, L>, &L::Input, Option<&mut L::Input>, Option<Share<'_, T, L>>),
) where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    let Backward { input, tape, mut d_input, mut share, .. } = pass;
    for i in (0..N).rev() {
        let (before, after) = tape.0.split_at_mut(i);
        let share = share.as_mut().map(|Share { gradient, sums }| Share {
            gradient: &mut gradient.0[i],
            sums: &mut sums[i * L::SUMS..][..L::SUMS],
        });
        let (input, d_input) = match before.last_mut() {
            Some(Trace { output, d_output, .. }) => (&*output, Some(d_output)),
            None => (input, d_input.take()),
        };
        back(i, &mut after[0], input, d_input, share);
    }
}

/// One of the layers.
#[derive(Clone, Copy)]
struct Nth<L, const N: usize>(Repeat<L, N>, usize);

impl<T, L, const N: usize> Within<T> for Nth<L, N>
where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    type Outer = Repeat<L, N>;
    type Inner = L;

    #[inline(always)]
    fn find(self, (input, trace): Seen<'_, T, Repeat<L, N>>) -> Seen<'_, T, L> {
        let (before, after) = trace.tape.0.split_at(self.1);
        (before.last().map_or(input, |before| &before.output), &after[0])
    }

    #[inline(always)]
    fn find_mut(self, (input, trace): SeenMut<'_, T, Repeat<L, N>>) -> SeenMut<'_, T, L> {
        let (before, after) = trace.tape.0.split_at_mut(self.1);
        (before.last().map_or(input, |before| &before.output), &mut after[0])
    }
}

impl<T, L, const N: usize> Layer<T> for Repeat<L, N>
where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    type Input = L::Input;
    type Output = L::Output;
    type Parameters = Copies<L::Parameters, N>;
    type Tape = Traces<T, L, N>;

    const TENSORS: &'static [TensorInfo] = L::TENSORS;
    const LAYERS: &'static [LayerInfo] = L::LAYERS;
    const TRAINED: usize = N * L::TRAINED;
    const COPIES: usize = N * L::COPIES;
    const FORM: Form = Form::OfRepeat { layer: &L::FORM, copies: N };
    const RANGE: InputRange = L::RANGE;
    const SUMS: usize = N * L::SUMS;
    const STREAMS: usize = N * L::STREAMS;
    const COSTS: bool = L::COSTS;
    const COMPLETES: bool = L::COMPLETES;
    const BARRIERS: usize = N * L::BARRIERS;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, rng: &mut R) {
        for parameters in &mut parameters.0 {
            self.0.initialize(parameters, rng);
        }
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &L::Input,
        output: &mut L::Output,
        tape: &mut Self::Tape,
    ) {
        self.run(simd, Inference, parameters, input, output, tape);
    }

    #[inline(always)]
    fn train<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &L::Input,
        output: &mut L::Output,
        tape: &mut Self::Tape,
        noise: Noise,
    ) {
        self.run(simd, Training(noise), parameters, input, output, tape);
    }

    #[inline(always)]
    fn cost<S: Simd>(&self, simd: S, _: &L::Output, tape: &mut Self::Tape, share: T::Vector<S>) -> T::Vector<S> {
        let mut cost = T::Vector::<S>::splat(simd, T::ZERO);
        for trace in &mut tape.0 {
            cost += trace.cost(simd, self.0, share);
        }
        cost
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        if let Some(last) = pass.tape.0.last_mut() {
            copy::<T, _>(&*pass.d_output, &mut last.d_output);
        }
        last_to_first(
            pass,
            #[inline(always)]
            |i, trace, input, d_input, share| trace.backward(simd, self.0, &parameters.0[i], input, d_input, share),
        );
    }

    #[inline(always)]
    fn train_part<S: Simd>(
        &self,
        simd: S,
        part: usize,
        parameters: &Self::Parameters,
        input: &L::Input,
        output: &mut L::Output,
        tape: &mut Self::Tape,
        noise: Noise,
    ) {
        let (mut place, mut input) = ((Some(part), noise), input);
        for (parameters, trace) in parameters.0.iter().zip(&mut tape.0) {
            place = trace.forward_part(simd, place, L::BARRIERS, self.0, parameters, input);
            input = &trace.output;
        }
        if part == N * L::BARRIERS {
            copy::<T, _>(input, output);
        }
    }

    #[inline(always)]
    fn backward_part<S: Simd>(&self, simd: S, part: usize, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        if let Some(last) = pass.tape.0.last_mut().filter(|_| part == N * L::BARRIERS) {
            copy::<T, _>(&*pass.d_output, &mut last.d_output);
        }
        let mut at = (N * L::BARRIERS).checked_sub(part);
        last_to_first(
            pass,
            #[inline(always)]
            |i, trace, input, d_input, share| {
                at = trace.backward_part(simd, at, L::BARRIERS, self.0, &parameters.0[i], input, d_input, share);
            },
        );
    }

    #[inline(always)]
    fn meet<S: Simd, G: BatchMut<T, Self>>(&self, simd: S, barrier: usize, way: Way, batch: &mut G) {
        let Some(index) = barrier.checked_div(L::BARRIERS) else { return };
        self.0.meet(simd, barrier % L::BARRIERS, way, &mut View(batch, Nth(*self, index)));
    }

    fn absorb(&self, parameters: &mut Self::Parameters, tape: &Self::Tape) {
        for (parameters, trace) in parameters.0.iter_mut().zip(&tape.0) {
            self.0.absorb(parameters, &trace.tape);
        }
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, T, Self>) {
        for (i, gradient) in share.gradient.0.iter_mut().enumerate() {
            let sums = &mut share.sums[i * L::SUMS..][..L::SUMS];
            self.0.finish(simd, Share { gradient, sums });
        }
    }

    #[inline(always)]
    fn complete<S: Simd, G: Batch<T, Self>, K: Sink<T>>(&self, simd: S, batch: G, start: usize, sink: &mut K) {
        for index in 0..N {
            self.0.complete(simd, View(batch, Nth(*self, index)), start + index * L::Parameters::NUMBERS, sink);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &<L::Input as Features<T>>::Sample,
        output: &mut <L::Output as Features<T>>::Sample,
    ) {
        // two places that take turns
        let mut other = *input;
        let (mut from, mut to) = (&mut other, &mut *output);
        for parameters in &parameters.0 {
            self.0.predict(simd, parameters, from, to);
            swap(&mut from, &mut to);
        }
        if const { N.is_multiple_of(2) } {
            *output = other;
        }
    }
}
