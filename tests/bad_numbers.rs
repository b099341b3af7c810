//! A number that makes no sense is found wherever it is: many are looked at at a time, and by several threads.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use nalgebra::{Const, Dyn, OMatrix, SVector};
use ndarray::Array2;
use typenet::data::{Samples, Targets, from_fn, sample_weight};
use typenet::losses::Loss;
use typenet::prelude::*;
use typenet::simd::{Level, level};

use crate::support::levels;

typenet::network! {
    Line = Dense(1 -> 1);
    Odd = Dense(17 -> 5, sigmoid);
    Double: f64 = Dense(9 -> 3);
    Wide = Dense(1_000 -> 200, relu), Dense(200 -> 1)
}

/// What is said of data; nothing, if it makes sense.
fn said<N, L, X, Y>(loss: L, level: Level, threads: usize, (x, y): (&X, &Y)) -> String
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
{
    let network = typenet::bytemuck::zeroed_box::<N>();
    let mut trainer = Trainer::<N, _, _>::new(loss, Sgd::new(0.1)).level(level).threads(threads);
    trainer.evaluate(&*network, (x, y)).map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn in_every_place_of_every_kind_of_inputs() {
    let check = |x: &[[f32; 17]], expected: &str| {
        let n = x.len();
        let y = vec![[0.5; 5]; n];
        let loss = BinaryCrossEntropy;
        for level in levels() {
            assert_eq!(said::<Odd, _, _, _>(loss, level, 1, (x, &y)), expected);
        }
        let best = level();
        let vectors: Vec<SVector<f32, 17>> = x.iter().copied().map(SVector::from).collect();
        assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&vectors, &y)), expected);
        let columns = OMatrix::<f32, Const<17>, Dyn>::from_fn(n, |i, sample| x[sample][i]);
        assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&columns, &y)), expected);
        let rows = OMatrix::<f32, Dyn, Const<17>>::from_fn(n, |sample, i| x[sample][i]);
        assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&rows, &y)), expected);
        let array = Array2::from_shape_fn((n, 17), |(sample, i)| x[sample][i]);
        assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&array, &y)), expected);
        assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&from_fn(n, |sample| x[sample]), &y)), expected);
    };
    for count in 1..=5 {
        let mut x = vec![[f32::MAX; 17]; count];
        x[0] = [-1e-40; 17];
        check(&x, "");
        for place in 0..17 * count {
            let (sample, index) = (place / 17, place % 17);
            let (before, bad) = (x[sample][index], [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][place % 3]);
            x[sample][index] = bad;
            check(&x, &format!("input {index} of sample {sample} is {bad}"));
            x[sample][index] = before;
        }
    }
}

#[test]
fn in_every_place_of_targets() {
    let (loss, best) = (BinaryCrossEntropy, level());
    let text = |index: usize, sample: usize, bad: f32| {
        let no = if bad.is_finite() { ", but this loss takes probabilities from 0 to 1" } else { "" };
        format!("target {index} of sample {sample} is {}{no}", f64::from(bad))
    };
    for place in 0..7 * 5 {
        let (sample, index) = (place / 5, place % 5);
        for bad in [f32::NAN, f32::NEG_INFINITY, 1.000_000_1, -1e-40] {
            let mut y = vec![[0.0, 1.0, 0.5, -0.0, 1e-40]; 7];
            let x = [[0.5; 17]; 7];
            assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&x, &y)), "");
            y[sample][index] = bad;
            let expected = text(index, sample, bad);
            assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&x, &y)), expected);
            let weighted = sample_weight(&y, &[1.0; 7]);
            assert_eq!(said::<Odd, _, _, _>(loss, best, 1, (&x, &weighted)), expected);
        }
    }
    // numbers that are no probabilities, and samples of one number
    for place in 0..40 {
        let (mut x, mut y) = (vec![-3.0_f32; 40], vec![3.0_f32; 40]);
        x[place] = f32::NAN;
        let expected = format!("input 0 of sample {place} is NaN");
        assert_eq!(said::<Line, _, _, _>(MeanSquaredError, best, 1, (&x, &y)), expected);
        x[place] = 0.0;
        assert_eq!(said::<Line, _, _, _>(MeanSquaredError, best, 1, (&x, &y)), "");
        y[place] = f32::INFINITY;
        let expected = format!("target 0 of sample {place} is inf");
        assert_eq!(said::<Line, _, _, _>(MeanSquaredError, best, 1, (&x, &y)), expected);
    }
}

#[test]
fn in_every_place_of_double_precision() {
    for place in 0..9 * 4 {
        let mut x = [[f64::MAX; 9]; 4];
        for level in levels() {
            assert_eq!(said::<Double, _, _, _>(MeanAbsoluteError, level, 1, (&x, &[[-1e300; 3]; 4])), "");
        }
        x[place / 9][place % 9] = f64::NAN;
        let expected = format!("input {} of sample {} is NaN", place % 9, place / 9);
        for level in levels() {
            assert_eq!(said::<Double, _, _, _>(MeanAbsoluteError, level, 1, (&x, &[[1.0; 3]; 4])), expected);
        }
    }
}

#[test]
fn the_first_of_them_is_told_by_many_threads_too() {
    // so many that each thread looks at a part
    let (mut x, y) = (vec![[1.0_f32; 1_000]; 2_203], vec![1.0_f32; 2_203]);
    for bad in [&[0][..], &[2_202_999], &[1_101_499, 1_101_500], &[1_101_500], &[734_333, 1_468_666], &[5, 2_000_000]] {
        for place in bad {
            x[place / 1_000][place % 1_000] = f32::NAN;
        }
        let expected = format!("input {} of sample {} is NaN", bad[0] % 1_000, bad[0] / 1_000);
        for threads in [1, 2, 3] {
            assert_eq!(said::<Wide, _, _, _>(MeanSquaredError, level(), threads, (&x, &y)), expected);
        }
        for place in bad {
            x[place / 1_000][place % 1_000] = 1.0;
        }
    }
}
