//! A way around a layer.

use fearless_simd::Simd;
use rand::Rng;

use super::view::{Seen, SeenMut, View, Within};
use super::{Backward, Batch, BatchMut, Form, InputRange, Layer, LayerInfo, Share, Sink, TensorInfo, Trace, Way};
use crate::noise::{Inference, Mode, Noise, Training};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::{Features, copy};

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

    #[inline(always)]
    fn run<T, S, M>(
        self,
        simd: S,
        mode: M,
        parameters: &L::Parameters,
        input: &L::Input,
        output: &mut L::Output,
        trace: &mut Trace<T, L>,
    ) where
        T: Scalar,
        L: Layer<T, Output = <L as Layer<T>>::Input>,
        S: Simd,
        M: Mode,
    {
        trace.forward(simd, mode, self.0, parameters, input);
        copy::<T, _>(&trace.output, output);
        add(simd, output, input);
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

    #[inline(always)]
    fn find_mut(self, (input, trace): SeenMut<'_, T, Self>) -> SeenMut<'_, T, L> {
        (input, &mut trace.tape)
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
        tape.cost(simd, self.0, share)
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        let Backward { input, tape, d_output, mut d_input, share, .. } = pass;
        let share = share.map(|Share { gradient, sums }| Share { gradient, sums });
        copy::<T, _>(&*d_output, &mut tape.d_output);
        tape.backward(simd, self.0, parameters, input, d_input.as_deref_mut(), share);
        if let Some(d_input) = d_input {
            add(simd, d_input, d_output);
        }
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
        tape.forward_part(simd, (Some(part), noise), L::BARRIERS, self.0, parameters, input);
        if part == L::BARRIERS {
            copy::<T, _>(&tape.output, output);
            add(simd, output, input);
        }
    }

    #[inline(always)]
    fn backward_part<S: Simd>(&self, simd: S, part: usize, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        let Backward { input, tape, d_output, mut d_input, share, .. } = pass;
        let share = share.map(|Share { gradient, sums }| Share { gradient, sums });
        if part == L::BARRIERS {
            copy::<T, _>(&*d_output, &mut tape.d_output);
        }
        let at = L::BARRIERS.checked_sub(part);
        tape.backward_part(simd, at, L::BARRIERS, self.0, parameters, input, d_input.as_deref_mut(), share);
        if let Some(d_input) = d_input.filter(|_| part == 0) {
            add(simd, d_input, d_output);
        }
    }

    #[inline(always)]
    fn meet<S: Simd, G: BatchMut<T, Self>>(&self, simd: S, barrier: usize, way: Way, batch: &mut G) {
        self.0.meet(simd, barrier, way, &mut View(batch, *self));
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
