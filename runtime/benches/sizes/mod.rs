//! Dense layers `n -> n`: what part of the multiply-adds of one core each of their three products reaches.

use std::array;
use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use typenet::activations::Linear;
use typenet::bytemuck::{zeroed_box, zeroed_slice_box};
use typenet::layers::{Batch, Dense, DenseParameters, Layer, Mode, Passing, Sink, Tiles, Trace, Window};
use typenet::simd::{Level, Simd, Task, dispatch, level};
use typenet::{Flat, Lane, Scalar, Tile};

use crate::limits;

/// In a batch.
const SAMPLES: usize = 128;

/// Prints a table for each instruction set of this machine that is compiled for, with a line for each size.
pub fn print() {
    for level in levels() {
        print_one(level);
    }
}

/// Every instruction set of this machine that is compiled for, the best first.
fn levels() -> impl Iterator<Item = Level> {
    let best = level();
    #[cfg(target_arch = "x86_64")]
    {
        let levels =
            [best.as_avx512().map(Simd::level), best.as_avx2().map(Simd::level), best.as_sse2().map(Simd::level)];
        levels.into_iter().flatten()
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        std::iter::once(best)
    }
}

fn print_one(level: Level) {
    macro_rules! lines {
        ($($n:literal)*) => {$(
            let numbers = [line::<f32, $n>(level, 1.0), line::<f64, $n>(level, 0.5)];
            println!("{:>8}{}", $n, numbers.concat());
        )*};
    }
    let (name, peak) = (format!("{level:?}"), limits::peak(level) / 1e9);
    // `Avx2(Avx2 { .. })`
    let name = name.split('(').next().unwrap_or_default();
    println!("percent of the peak of one core with {name}, {peak:.0} G operations of f32 a second");
    println!("{:>8}{:>30}{:>30}", "", "f32", "f64");
    println!("{:>8}{}", "n -> n", "   forward   d-input d-weights".repeat(2));
    lines!(1 2 3 5 8 16 17 20 24 31 32 33 64 127 128 1000);
}

/// What a layer's products reach of the peak of `f32`, times `share`: the gradient of the inputs is what a backward pass takes
/// longer with it.
fn line<T: Scalar, const N: usize>(level: Level, share: f64) -> String {
    let peak = share * limits::peak(level);
    let mut square = Square::<T, N>::new();
    let operations = (2 * N * N * SAMPLES) as f64;
    // two milliseconds at 100 G operations/s
    let rounds = (100_000_000 / (N * N * SAMPLES)).max(1);
    let mut time = |part| {
        let best: Duration = limits::best(10, || dispatch(level, Run { square: &mut square, part, rounds }));
        best.as_secs_f64() / rounds as f64
    };
    let (forward, weights, both) = (time(Part::Forward), time(Part::Weights), time(Part::Both));
    let reached = |seconds: f64| 100.0 * operations / seconds / peak;
    format!("{:>10.0}{:>10.0}{:>10.0}", reached(forward), reached(both - weights), reached(weights))
}

/// A layer and a batch.
struct Square<T: Scalar, const N: usize> {
    parameters: Box<DenseParameters<T, N, N>>,
    inputs: Box<[Tile<T, N>]>,
    traces: Box<[Trace<T, Dense<N, N>>]>,
    d_inputs: Box<[Tile<T, N>]>,
}

impl<T: Scalar, const N: usize> Square<T, N> {
    fn new() -> Self {
        let mut square = Self {
            parameters: zeroed_box(),
            inputs: zeroed_slice_box(SAMPLES / T::LANES),
            traces: zeroed_slice_box(SAMPLES / T::LANES),
            d_inputs: zeroed_slice_box(SAMPLES / T::LANES),
        };
        // zeros could be faster than other numbers
        let mut k = 0;
        let mut fill = |numbers: &mut [T]| {
            for number in numbers {
                k = (k + 7) % 31;
                *number = T::from_f64(f64::from(k) / 31.0 - 0.5);
            }
        };
        fill(square.parameters.as_flat_mut());
        for (input, trace) in square.inputs.iter_mut().zip(&mut square.traces) {
            input.columns_mut().iter_mut().for_each(|lane| fill(lane.as_mut_slice()));
            trace.d_output.columns_mut().iter_mut().for_each(|lane| fill(lane.as_mut_slice()));
        }
        square
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Forward,
    /// Backward, with the gradient of the weights alone.
    Weights,
    /// Backward, with both gradients.
    Both,
}

struct Run<'a, T: Scalar, const N: usize> {
    square: &'a mut Square<T, N>,
    part: Part,
    rounds: usize,
}

impl<T: Scalar, const N: usize> Task for Run<'_, T, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let layer = Dense::<N, N>::new(Linear);
        let Square { parameters, inputs, traces, d_inputs } = self.square;
        for _ in 0..self.rounds {
            let wanted = if self.part == Part::Both { d_inputs.len() } else { 0 };
            let tiles = &mut Passings { inputs, d_inputs: &mut d_inputs[..wanted], traces };
            if self.part == Part::Forward {
                layer.forward_tiles(simd, Mode::INFERENCE, parameters, tiles);
            } else {
                layer.backward_tiles(simd, parameters, tiles, None);
            }
            if self.part != Part::Forward {
                layer.complete(simd, Traces(inputs, traces), 0, &mut Nowhere);
            }
            black_box((&mut *traces, &mut *d_inputs));
        }
    }
}

/// The tiles on their way.
struct Passings<'a, T: Scalar, const N: usize> {
    inputs: &'a [Tile<T, N>],
    d_inputs: &'a mut [Tile<T, N>],
    traces: &'a mut [Trace<T, Dense<N, N>>],
}

/// A tile on its way through the layer.
type One<'a, T, const N: usize> = Passing<'a, Tile<T, N>, Trace<T, Dense<N, N>>>;

impl<T: Scalar, const N: usize> Passings<'_, T, N> {
    /// As many of these as there are.
    fn some<const C: usize>(&mut self, first: usize) -> [Option<One<'_, T, N>>; C] {
        let mut inputs = self.inputs.get(first..).unwrap_or_default().iter();
        let mut traces = self.traces.get_mut(first..).unwrap_or_default().iter_mut();
        let mut d_inputs = self.d_inputs.get_mut(first..).unwrap_or_default().iter_mut();
        array::from_fn(|_| Some(Passing { input: inputs.next()?, d_input: d_inputs.next(), kept: traces.next()? }))
    }
}

impl<T: Scalar, const N: usize> Tiles<Tile<T, N>, Trace<T, Dense<N, N>>> for Passings<'_, T, N> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.inputs.len()
    }

    #[inline(always)]
    fn tile(&mut self, index: usize) -> One<'_, T, N> {
        let d_input = self.d_inputs.get_mut(index);
        Passing { input: &self.inputs[index], d_input, kept: &mut self.traces[index] }
    }

    #[inline(always)]
    fn pair(&mut self, first: usize) -> Option<[One<'_, T, N>; 2]> {
        let [tile, other] = self.some(first);
        Some([tile?, other?])
    }

    fn in_turn(&mut self, first: usize) -> [Option<One<'_, T, N>>; 8] {
        self.some(first)
    }
}

/// The tiles when they are back.
#[derive(Clone, Copy)]
struct Traces<'a, T: Scalar, const N: usize>(&'a [Tile<T, N>], &'a [Trace<T, Dense<N, N>>]);

impl<T: Scalar, const N: usize> Batch<T, Dense<N, N>> for Traces<'_, T, N> {
    fn count(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> (&Tile<T, N>, &Trace<T, Dense<N, N>>) {
        (&self.0[index], &self.1[index])
    }
}

/// Takes gradients, and does nothing with them.
struct Nowhere;

impl<T: Scalar> Sink<T> for Nowhere {
    fn range(&self) -> Range<usize> {
        0..usize::MAX
    }

    #[inline(always)]
    fn take<S: Simd, const R: usize, const V: usize>(&mut self, _: S, _: Window, block: &[[T::Vector<S>; V]; R]) {
        black_box(block);
    }

    fn will_need(&self, _: usize, _: usize) {}

    fn accept<S: Simd>(&mut self, _: S, _: Range<usize>) {}
}
