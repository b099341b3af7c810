//! The products of every size, on every instruction set, against loops that anyone can read.

extern crate std;

use std::cell::RefCell;
use std::vec;
use std::vec::Vec;

use fearless_simd::Simd;

use super::{Columns, Given, Known, Laid, can_read, forward_rows, in_turn, is_known, reads, shared};
use crate::kernels::sink::{Gather, Sink as _};
use crate::kernels::{Task, dispatch, levels};
use crate::scalar::{Lane, Scalar};

/// Two sets of columns.
type Pair<T> = (Vec<<T as Scalar>::Lane>, Vec<<T as Scalar>::Lane>);

/// A layer, a few tiles, and what must come out: small whole numbers, whose sums are exact in any order.
struct Case<T: Scalar> {
    weights: Vec<T>,
    bias: Vec<T>,
    /// Inputs and gradients of the outputs of each tile.
    tiles: Vec<Pair<T>>,
    /// Outputs and gradients of the inputs of each.
    results: Vec<Pair<T>>,
    /// Of the weights, and after them the biases.
    gradient: Vec<T>,
}

impl<T: Scalar> Case<T> {
    fn new(inputs: usize, outputs: usize, tiles: usize) -> Self {
        let mut k = inputs + 3 * outputs;
        let mut number = || {
            k += 1;
            (k * k + k / 5) % 7
        };
        let mut numbers = |count| {
            let numbers = core::iter::repeat_with(|| T::from_f64(number() as f64 - 3.0));
            numbers.take(count).collect::<Vec<T>>()
        };
        let (weights, bias) = (numbers(inputs * outputs), numbers(outputs));
        let mut lanes = |count| {
            let lane = |numbers: &[T]| {
                let mut lane = T::Lane::splat(T::ZERO);
                lane.as_mut_slice().copy_from_slice(numbers);
                lane
            };
            numbers(count * T::LANES).chunks(T::LANES).map(lane).collect::<Vec<_>>()
        };
        let tiles: Vec<_> = (0..tiles).map(|_| (lanes(inputs), lanes(outputs))).collect();
        let mut gradient = vec![T::ZERO; (inputs + 1) * outputs];
        let results = tiles.iter().map(|(x, dy)| {
            let (mut y, mut dx) = (dy.clone(), vec![T::Lane::splat(T::ZERO); inputs]);
            for sample in 0..T::LANES {
                for o in 0..outputs {
                    let mut sum = bias[o];
                    let d = dy[o].as_slice()[sample];
                    for i in 0..inputs {
                        let (x, w) = (x[i].as_slice()[sample], weights[i * outputs + o]);
                        sum += w * x;
                        dx[i].as_mut_slice()[sample] += w * d;
                        gradient[i * outputs + o] += x * d;
                    }
                    y[o].as_mut_slice()[sample] = sum;
                    gradient[inputs * outputs + o] += d;
                }
            }
            (y, dx)
        });
        let results = results.collect();
        Self { weights, bias, tiles, results, gradient }
    }
}

impl<T: Scalar> Task for &Case<T> {
    type Output = ();

    fn run<S: Simd>(self, simd: S) {
        let Case { weights, bias, tiles, results, gradient } = self;
        let outputs = bias.len();
        let inputs = weights.len() / outputs;
        let of = std::format!("{} {inputs} -> {outputs}, {:?}", T::NAME, simd.level());
        for ((x, dy), (y, dx)) in tiles.iter().zip(results) {
            let mut out = vec![T::Lane::splat(T::ONE); outputs];
            shared::forward::<T, S>(simd, weights, bias, &[x], &mut [&mut out], None, None);
            assert_eq!(out, *y, "forward, {of}");
            let mut out = vec![T::Lane::splat(T::ONE); inputs];
            shared::backward_input::<T, S>(simd, weights, &[dy], &mut [&mut out]);
            assert_eq!(out, *dx, "d-input, {of}");
            let first = |lanes: &[T::Lane]| lanes.iter().map(|lane| lane.as_slice()[0]).collect::<Vec<T>>();
            let (x, mut y, mut out) = (first(x), first(y), vec![T::ONE; outputs]);
            shared::predict::<T, S>(simd, weights, bias, &x, &mut out);
            assert_eq!(out, y, "prediction, {of}");
            y.iter_mut().zip(bias).for_each(|(y, bias)| *y += -*bias);
            shared::predict::<T, S>(simd, weights, &[], &x, &mut out);
            assert_eq!(out, y, "prediction without bias, {of}");
        }
        for (tiles, results) in tiles.windows(2).zip(results.windows(2)) {
            let ([(x0, dy0), (x1, dy1)], [y, dx]) = (tiles, [outputs, inputs].map(|n| vec![T::Lane::splat(T::ONE); n]))
            else {
                return;
            };
            let (mut out, mut d_in) = ([y.clone(), y], [dx.clone(), dx]);
            let [first, second] = &mut out;
            shared::forward::<T, S>(simd, weights, bias, &[x0, x1], &mut [first, second], None, None);
            let [first, second] = &mut d_in;
            shared::backward_input::<T, S>(simd, weights, &[dy0, dy1], &mut [first, second]);
            for ((y, dx), result) in out.into_iter().zip(d_in).zip(results) {
                assert_eq!((y, dx), *result, "two tiles, {of}");
            }
        }
        let inputs_of_all: Vec<_> = tiles.iter().map(|(x, _)| &x[..]).collect();
        let mut out = vec![vec![T::Lane::splat(T::ONE); outputs]; tiles.len()];
        let outputs_of_all = &mut out.iter_mut().map(|y| &mut y[..]).collect::<Vec<_>>();
        if in_turn::<S>() {
            // what is put down the second time is there the third time
            #[cfg(feature = "alloc")]
            let laid = Some(&RefCell::new(Laid::new(weights.len() / T::LANES)));
            #[cfg(not(feature = "alloc"))]
            let laid: Option<&RefCell<Laid>> = None;
            for (laid, how) in [(None, "for themselves"), (laid, "put down"), (laid, "taken up")] {
                for y in &mut *outputs_of_all {
                    y.fill(T::Lane::splat(T::ONE));
                }
                shared::forward::<T, S>(simd, weights, bias, &inputs_of_all, outputs_of_all, laid, None);
                assert!(outputs_of_all.iter().eq(results.iter().map(|(y, _)| y)), "all tiles, {how}, {of}");
            }
        }
        let as_they_are: Vec<Columns<'_, T>> = tiles.iter().map(|(x, dy)| (&x[..], &dy[..])).collect();
        let mut out = vec![T::ZERO; gradient.len()];
        let numbers = gradient.len();
        Gather::new(&mut out, 0).lend(simd, |sink| shared::sum_any::<T, S>(simd, &as_they_are, numbers, 0, sink));
        assert_eq!(out, *gradient, "small, {of}");
        let mut squares = tiles.clone();
        for (_, dy) in &mut squares {
            shared::transpose_squares::<T, S>(simd, dy);
        }
        let squares: Vec<Columns<'_, T>> = squares.iter().map(|(x, dy)| (&x[..], &dy[..])).collect();
        // by one thread, and in two parts
        for cut in [0, inputs / 2, inputs - inputs / 3] {
            let mut out = vec![T::ZERO; gradient.len()];
            let (first, second) = out.split_at_mut(cut * outputs);
            // the layer begins later in the network
            for (part, start) in [(first, 5), (second, 5 + cut * outputs)] {
                Gather::new(part, start).lend(simd, |sink| {
                    if outputs >= T::LANES {
                        shared::backward_weights::<T, S>(simd, &squares, outputs, 5, sink);
                        shared::backward_bias::<T, S>(simd, &squares, 5 + inputs * outputs, sink);
                    }
                    if !outputs.is_multiple_of(T::LANES) {
                        shared::backward_weights_left::<T, S>(simd, &squares, outputs, 5, sink);
                        shared::backward_bias_left::<T, S>(simd, &squares, 5 + inputs * outputs, sink);
                    }
                });
            }
            assert_eq!(out, *gradient, "large, cut after {cut} inputs, {of}");
        }
    }
}

fn check<T: Scalar>(inputs: usize, outputs: usize) {
    // more tiles than an addition takes cycles need no other code
    let case = Case::<T>::new(inputs, outputs, 1 + (inputs + outputs) % 3);
    for level in levels() {
        dispatch(level, &case);
    }
}

#[test]
fn products_of_every_size() {
    for inputs in 1..=40 {
        for outputs in 1..=40 {
            check::<f32>(inputs, outputs);
            check::<f64>(inputs, outputs);
        }
    }
}

#[test]
fn products_of_long_rows() {
    for inputs in [1, 2, 5] {
        for outputs in (41..=145).chain([255, 256, 257]) {
            check::<f32>(inputs, outputs);
            check::<f64>(inputs, outputs);
        }
    }
}

/// Tiles that meet a part of the weights in turn: rows in each other's way and others, parts that are shorter than the others.
#[test]
fn products_in_turn() {
    for (inputs, outputs) in [(300, 256), (257, 512), (700, 40), (530, 33), (265, 131)] {
        check::<f32>(inputs, outputs);
        check::<f64>(inputs, outputs);
    }
    check::<f64>(256, 128);
}

/// So many weights that the way forward takes the inputs in parts, with a last block of outputs of every kind.
#[test]
fn products_in_parts() {
    for outputs in [499, 501, 504, 511] {
        check::<f32>(1000, outputs);
        check::<f64>(500, outputs);
    }
}

/// The way forward of samples that are read where they lie.
struct Read<'a, T: Scalar, const IN: usize, const OUT: usize>(&'a Case<T>);

impl<T: Scalar, const IN: usize, const OUT: usize> Task for Read<'_, T, IN, OUT> {
    type Output = ();

    fn run<S: Simd>(self, simd: S) {
        assert!(reads::<T>(IN, OUT));
        if !can_read::<S>() {
            return;
        }
        let Case { weights, bias, tiles, results, .. } = self.0;
        let Some(weights) = weights.as_chunks::<OUT>().0.first_chunk::<IN>() else { unreachable!() };
        let samples: Vec<T> = tiles
            .iter()
            .flat_map(|(x, _)| (0..T::LANES).flat_map(move |sample| x.iter().map(move |lane| lane.as_slice()[sample])))
            .collect();
        let (given, blank) = (Given::new(&samples, IN), vec![T::Lane::splat(T::ONE); OUT]);
        let [mut first, mut second, mut alone] = [blank.clone(), blank.clone(), blank];
        forward_rows::<T, S, IN, OUT, 2>(simd, weights, bias, given, [&mut first, &mut second], None);
        forward_rows::<T, S, IN, OUT, 1>(simd, weights, bias, given.at(T::LANES), [&mut alone], None);
        let of = std::format!("{} {IN} -> {OUT}", T::NAME);
        assert_eq!((&first, &second), (&results[0].0, &results[1].0), "two tiles, {of}");
        assert_eq!(alone, second, "one tile, {of}");
    }
}

#[test]
fn samples_are_read_where_they_lie() {
    for level in levels() {
        dispatch(level, Read::<f32, 128, 32>(&Case::new(128, 32, 2)));
        dispatch(level, Read::<f32, 203, 96>(&Case::new(203, 96, 2)));
        dispatch(level, Read::<f64, 130, 16>(&Case::new(130, 16, 2)));
        dispatch(level, Read::<f64, 129, 48>(&Case::new(129, 48, 2)));
    }
}

/// The gradient of the weights, whole and by two threads that cut after a sixteenth row: no bit may differ.
struct Cut<T: Scalar>(Case<T>);

impl<T: Scalar> Task for &Cut<T> {
    type Output = ();

    fn run<S: Simd>(self, simd: S) {
        let mut tiles = self.0.tiles.clone();
        for (x, dy) in &mut tiles {
            // sevenths, whose sums depend on their order
            for lane in x.iter_mut().chain(&mut *dy) {
                for number in lane.as_mut_slice() {
                    *number = T::from_f64(number.to_f64() / 7.0);
                }
            }
            shared::transpose_squares::<T, S>(simd, dy);
        }
        let tiles: Vec<Columns<'_, T>> = tiles.iter().map(|(x, dy)| (&x[..], &dy[..])).collect();
        let outputs = self.0.bias.len();
        let sum = |part: &mut [T], start| {
            Gather::new(part, start).lend(simd, |sink| {
                shared::backward_weights::<T, S>(simd, &tiles, outputs, 0, sink);
            });
        };
        let inputs = self.0.weights.len() / outputs;
        let mut whole = vec![T::ZERO; inputs * outputs];
        sum(&mut whole, 0);
        for cut in (16..inputs).step_by(16) {
            let mut parts = vec![T::ZERO; inputs * outputs];
            let (first, second) = parts.split_at_mut(cut * outputs);
            sum(first, 0);
            sum(second, cut * outputs);
            assert_eq!(parts, whole, "{} {inputs} -> {outputs}, cut after {cut}, {:?}", T::NAME, simd.level());
        }
    }
}

#[test]
fn where_threads_cut_changes_no_bit() {
    for inputs in 17..=70 {
        for level in levels() {
            dispatch(level, &Cut::<f32>(Case::new(inputs, 48, 2)));
            dispatch(level, &Cut::<f64>(Case::new(inputs, 24, 2)));
        }
    }
}

/// A prediction of a layer whose sizes are known, with an activation that doubles.
struct Doubled<'a, T: Scalar, const IN: usize, const OUT: usize>(&'a Case<T>);

impl<T: Scalar, const IN: usize, const OUT: usize> Task for Doubled<'_, T, IN, OUT> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        if const { !is_known::<T, S>(OUT) } {
            return;
        }
        let Case { weights, bias, tiles, results, .. } = self.0;
        let Some(weights) = weights.as_chunks::<OUT>().0.first_chunk::<IN>() else { unreachable!() };
        let of = std::format!("{} {IN} -> {OUT}, {:?}", T::NAME, simd.level());
        // no arrays of these sizes but what is predicted: each would be several functions for each of them
        let first = |lanes: &[T::Lane]| lanes.iter().map(|lane| lane.as_slice()[0]).collect::<Vec<T>>();
        for ((x, _), (y, _)) in tiles.iter().zip(results) {
            let (x, y) = (first(x), first(y));
            let Some(x) = x.first_chunk::<IN>() else { unreachable!() };
            for biased in [true, false] {
                let expected = y.iter().zip(bias).map(|(y, b)| if biased { *y + *y } else { *y - *b + *y - *b });
                let expected: Vec<T> = expected.collect();
                let mut out = [T::ONE; OUT];
                let bias = if biased { &bias[..] } else { &[] };
                Known { weights, bias, x }.predict::<S>(simd, &mut out, |z| z + z, |z| z + z);
                assert_eq!(out[..], expected[..], "{of}, {} biases", bias.len());
            }
        }
    }
}

fn check_known<const IN: usize, const OUT: usize>() {
    for level in levels() {
        dispatch(level, Doubled::<f32, IN, OUT>(&Case::new(IN, OUT, 2)));
        dispatch(level, Doubled::<f64, IN, OUT>(&Case::new(IN, OUT, 2)));
    }
}

macro_rules! check_known {
    ($($inputs:literal: $($outputs:literal)*;)*) => { $($(check_known::<$inputs, $outputs>();)*)* };
}

/// Every number of vectors, whole and in part, and of rows that are left.
#[test]
fn predictions_of_known_sizes() {
    check_known! {
        1: 1 4 7 16 33 64;
        2: 2 8 15 31 48;
        5: 1 2 3 4 5 6 8 9 10 12 16 17;
        11: 1 3 5 7 11 13 15 20 24 32 40 49 63;
        16: 1 2 4 8 10 16 32 48 64;
        23: 1 2 3 5 6 9 14 18 25 30 47 50;
    }
}
