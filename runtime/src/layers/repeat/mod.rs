//! The same layer several times in a row.

mod copies;

use core::fmt::{self, Debug};
use core::mem::swap;

use bytemuck::Zeroable;
use fearless_simd::{Simd, SimdBase as _};
use rand::Rng;

pub use self::copies::Copies;
use super::around::{self, Around, backward_inside, forward_inside, ways};
use super::batch::{Seen, Tracing};
use super::view::{View, Within};
use super::{Batch, Form, InputRange, Layer, LayerInfo, Share, Sink, TensorInfo, Trace, Way};
use crate::flat::Flat;
use crate::mode::Mode;
use crate::scalar::Scalar;
use crate::tile::{Between, Features, copy};
use crate::tiles::{Inside, Parted, Passing, Tiles};

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
}

/// The tiles of layer `index` in those of all.
#[allow(clippy::type_complexity, reason = "from what all have of a tile to what one has")]
#[inline(always)]
fn nth<T, L, const N: usize>(
    index: usize,
) -> impl for<'t> Fn(Passing<'t, L::Input, Traces<T, L, N>>) -> Tracing<'t, T, L>
where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    #[inline(always)]
    move |Passing { input, d_input, kept }| {
        let (before, after) = kept.0.split_at_mut(index);
        match before.last_mut() {
            Some(Trace { output, d_output, .. }) => {
                Passing { input: output, d_input: Some(d_output), kept: &mut after[0] }
            }
            None => Passing { input, d_input, kept: &mut after[0] },
        }
    }
}

impl<T, L, const N: usize> Around<T> for Repeat<L, N>
where
    T: Scalar,
    L: Layer<T, Output = <L as Layer<T>>::Input>,
{
    #[inline(always)]
    fn run<'m, S: Simd>(
        self,
        simd: S,
        mut mode: Mode<'m>,
        parameters: &Self::Parameters,
        tiles: &mut impl Tiles<L::Input, Self::Tape>,
    ) -> Mode<'m> {
        for (index, parameters) in parameters.0.iter().enumerate() {
            let tiles = &mut Parted::new(tiles, index * L::BARRIERS, L::BARRIERS);
            mode = forward_inside(simd, mode, self.0, parameters, tiles, nth::<T, L, N>(index));
        }
        mode
    }

    #[inline(always)]
    fn join<S: Simd>(self, _: S, input: &L::Input, output: &mut L::Output, tape: &mut Self::Tape) {
        copy::<T, _>(tape.0.last().map_or(input, |last| &last.output), output);
    }

    #[inline(always)]
    fn split<S: Simd>(self, _: S, _: &L::Output, d_output: &L::Output, tape: &mut Self::Tape) {
        if let Some(last) = tape.0.last_mut() {
            copy::<T, _>(d_output, &mut last.d_output);
        }
    }

    #[inline(always)]
    fn run_back<S: Simd>(
        self,
        simd: S,
        parameters: &Self::Parameters,
        tiles: &mut impl Tiles<L::Input, Self::Tape>,
        mut share: Option<Share<'_, T, Self>>,
    ) {
        for (index, parameters) in parameters.0.iter().enumerate().rev() {
            let share = share.as_mut().map(|Share { gradient, sums }| Share {
                gradient: &mut gradient.0[index],
                sums: &mut sums[index * L::SUMS..][..L::SUMS],
            });
            let tiles = &mut Parted::new(tiles, index * L::BARRIERS, L::BARRIERS);
            backward_inside(simd, self.0, parameters, tiles, nth::<T, L, N>(index), share);
        }
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

    ways!(T);

    #[inline(always)]
    fn cost<S: Simd>(&self, simd: S, _: &L::Output, tape: &mut Self::Tape, share: T::Vector<S>) -> T::Vector<S> {
        let mut cost = T::Vector::<S>::splat(simd, T::ZERO);
        for trace in &mut tape.0 {
            cost += trace.cost(simd, self.0, share);
        }
        cost
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
        let Some(index) = barrier.checked_div(L::BARRIERS) else { return };
        let batch = &mut around::tapes(batch);
        let nth = &mut Inside::new(batch, nth::<T, L, N>(index));
        self.0.meet(simd, barrier % L::BARRIERS, way, samples, nth);
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
        let mut other = Between(*input);
        let (mut from, mut to) = (&mut other.0, &mut *output);
        for parameters in &parameters.0 {
            self.0.predict(simd, parameters, from, to);
            swap(&mut from, &mut to);
        }
        if const { N.is_multiple_of(2) } {
            *output = other.0;
        }
    }
}
