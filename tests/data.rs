//! Every kind of data trains a network alike; what prepares it does what it says.
#![allow(missing_docs, clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking")]

mod support;

use nalgebra::{Const, Dyn, OMatrix, SVector};
use ndarray::{Array2, ArrayView2, s};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Deserialize;
use typenet::Error;
use typenet::data::{
    Discretization, Samples, Split, Table, Targets, balanced_class_weight, from_fn, k_fold, stratified_k_fold,
    stratified_train_test_split, train_test_split,
};
use typenet::prelude::*;

use crate::support::{all_close, fixture};

typenet::network! {
    Net = Dense(18 -> 3, tanh), Dense(3 -> 2, softmax)
}

const SAMPLES: usize = 37;

fn input(sample: usize) -> [f32; 18] {
    std::array::from_fn(|i| ((sample * 18 + i) as f32 * 0.7).sin())
}

fn class(sample: usize) -> u8 {
    u8::from(input(sample)[0] > 0.0)
}

fn target(sample: usize) -> [f32; 2] {
    if class(sample) == 0 { [1.0, 0.0] } else { [0.0, 1.0] }
}

/// The network that these data train, with a last batch that is not whole.
fn trained<X, Y>(x: &X, y: &Y) -> Net
where
    X: Samples<f32, <Net as Network>::Input> + ?Sized,
    Y: Targets<f32, <Net as Network>::Output, Tile = <Net as Network>::Output> + ?Sized,
{
    let rng = &mut StdRng::seed_from_u64(3);
    let mut net = Net::new(rng);
    Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1)).epochs(2).batch_size(20).fit(&mut net, (x, y), rng).unwrap();
    net
}

#[test]
fn every_kind_of_data_trains_the_same_network() {
    let x: Vec<[f32; 18]> = (0..SAMPLES).map(input).collect();
    let y: Vec<[f32; 2]> = (0..SAMPLES).map(target).collect();
    let expected = trained(&x, &y);

    let (x_vectors, y_vectors): (Vec<SVector<f32, 18>>, Vec<SVector<f32, 2>>) =
        x.iter().zip(&y).map(|(x, y)| (SVector::from(*x), SVector::from(*y))).unzip();
    assert_eq!(trained(&x_vectors, &y_vectors), expected);

    let columns = OMatrix::<f32, Const<18>, Dyn>::from_fn(SAMPLES, |i, sample| x[sample][i]);
    assert_eq!(trained(&columns, &y), expected);
    let rows = OMatrix::<f32, Dyn, Const<18>>::from_fn(SAMPLES, |sample, i| x[sample][i]);
    assert_eq!(trained(&rows, &OMatrix::<f32, Dyn, Const<2>>::from_fn(SAMPLES, |sample, i| y[sample][i])), expected);

    let x_array = Array2::from_shape_fn((SAMPLES, 18), |(sample, i)| x[sample][i]);
    let y_array = Array2::from_shape_fn((SAMPLES, 2), |(sample, i)| y[sample][i]);
    assert_eq!(trained(&x_array, &y_array), expected);
    // a view whose numbers do not lie side by side
    let transposed = x_array.t().as_standard_layout().to_owned();
    let view: ArrayView2<f32> = transposed.t();
    assert!(!view.is_standard_layout());
    assert_eq!(trained(&view, &y_array.view()), expected);

    assert_eq!(trained(&from_fn(SAMPLES, input), &from_fn(SAMPLES, target)), expected);
}

#[test]
fn classes_may_come_from_a_function() {
    let x: Vec<[f32; 18]> = (0..SAMPLES).map(input).collect();
    let classes: Vec<u8> = (0..SAMPLES).map(class).collect();
    let train = |by_function: bool| {
        let rng = &mut StdRng::seed_from_u64(3);
        let mut net = Net::new(rng);
        let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, Sgd::new(0.1));
        let history = if by_function {
            trainer.fit(&mut net, (&x, &from_fn(SAMPLES, class)), rng)
        } else {
            trainer.fit(&mut net, (&x, &classes), rng)
        };
        (net, history.unwrap().last().unwrap().training.loss)
    };
    assert_eq!(train(true), train(false));
}

network! {
    One = Dense(18 -> 1, sigmoid);
    Two = Dense(18 -> 2, sigmoid)
}

/// What is yes or no may be numbers, words or integers: the same training.
#[test]
fn yes_and_no() {
    let x: Vec<[f32; 18]> = (0..SAMPLES).map(input).collect();
    let yes = |sample: usize| x[sample][3] > 0.0;
    let yes_all: Vec<bool> = (0..SAMPLES).map(yes).collect();
    assert!(yes_all.iter().any(|yes| *yes) && yes_all.iter().any(|yes| !*yes));
    macro_rules! train {
        ($network:ty, $loss:expr, $y:expr) => {{
            let rng = &mut StdRng::seed_from_u64(3);
            let mut net = <$network>::new(rng);
            let trainer = Trainer::new($loss, Sgd::new(0.1)).metric(Accuracy).metric(BinaryAccuracy);
            let mut trainer = trainer.metric(Precision::new()).metric(Auc::roc()).epochs(2).class_weight([1.0, 3.0]);
            let history = trainer.fit(&mut net, (&x, $y), rng).unwrap();
            let last = history.last().unwrap().training.clone();
            let scores = ["accuracy", "binary_accuracy", "precision", "auc"].map(|name| last.metric(name).unwrap());
            (net.as_flat().to_vec(), last.loss, scores)
        }};
    }
    let numbers: Vec<f32> = yes_all.iter().map(|yes| f32::from(u8::from(*yes))).collect();
    let integers: Vec<i64> = yes_all.iter().map(|yes| i64::from(*yes)).collect();
    let expected = train!(One, BinaryCrossEntropy, &numbers);
    assert!(expected.2.iter().all(|score| *score > 0.0), "{expected:?}");
    assert_eq!(train!(One, BinaryCrossEntropy, &yes_all), expected);
    assert_eq!(train!(One, BinaryCrossEntropy, &integers), expected);
    assert_eq!(train!(One, BinaryCrossEntropy, &from_fn(SAMPLES, |sample| u8::from(yes(sample)))), expected);
    let smooth = LabelSmoothing(0.1, BinaryCrossEntropy);
    assert_eq!(train!(One, smooth, &integers), train!(One, smooth, &numbers));
    let focal = BinaryFocalCrossEntropy::default();
    assert_eq!(train!(One, focal, &integers), train!(One, focal, &numbers));
    let of_two: Vec<[bool; 2]> = yes_all.iter().map(|yes| [*yes, !*yes]).collect();
    let numbers: Vec<[f32; 2]> = of_two.iter().map(|both| both.map(|yes| f32::from(u8::from(yes)))).collect();
    assert_eq!(train!(Two, BinaryCrossEntropy, &of_two), train!(Two, BinaryCrossEntropy, &numbers));

    let rng = &mut StdRng::seed_from_u64(3);
    let wrong = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).fit(&mut One::new(rng), (&x[..2], &[1, 2]), rng);
    let text = "target 0 of sample 1 is 2, but this loss takes probabilities from 0 to 1";
    assert_eq!(wrong.unwrap_err().to_string(), text);
}

#[test]
fn what_is_wrong_with_an_array_or_a_function_is_said() {
    let rng = &mut StdRng::seed_from_u64(3);
    let mut net = Net::new(rng);
    let before = net.clone();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1));
    let x = Array2::<f32>::zeros((4, 18));
    let y = Array2::<f32>::zeros((4, 2));
    let text = |result: Result<_, Error>| result.map(|_: History| ()).unwrap_err().to_string();

    let narrow = x.slice(s![.., ..17]);
    assert_eq!(text(trainer.fit(&mut net, (&narrow, &y), rng)), "the inputs are 17 wide, but the network wants 18");
    let wide = Array2::<f32>::zeros((4, 3));
    assert_eq!(text(trainer.fit(&mut net, (&x, &wide), rng)), "the targets are 3 wide, but the network wants 2");
    let mut nan = x.clone();
    nan[(2, 5)] = f32::NAN;
    assert_eq!(text(trainer.fit(&mut net, (&nan, &y), rng)), "input 5 of sample 2 is NaN");
    let made = from_fn(4, |i| if i == 3 { [f32::INFINITY; 18] } else { [0.0; 18] });
    assert_eq!(text(trainer.fit(&mut net, (&made, &y), rng)), "input 0 of sample 3 is inf");
    let none = from_fn(0, input);
    assert_eq!(text(trainer.fit(&mut net, (&none, &from_fn(0, target)), rng)), "there are no samples");
    assert_eq!(net, before);
}

#[test]
fn a_split_takes_every_sample_once() {
    let x: Vec<[f32; 18]> = (0..SAMPLES).map(input).collect();
    let y: Vec<usize> = (0..SAMPLES).collect();
    // as scikit-learn: the test part is rounded up
    for (share, test) in [(0.25, 10), (0.5, 19), (1.0 / 37.0, 1), (0.001, 1), (0.97, 36)] {
        let Split { x_train, x_test, y_train, y_test } =
            train_test_split((&x, &y), share, &mut StdRng::seed_from_u64(1)).unwrap();
        assert_eq!((y_test.len(), y_train.len()), (test, SAMPLES - test), "{share}");
        assert!(x_train.iter().zip(&y_train).chain(x_test.iter().zip(&y_test)).all(|(x, y)| *x == input(*y)));
        let mut all = [y_train, y_test].concat();
        assert_ne!(all, y, "it is shuffled");
        all.sort_unstable();
        assert_eq!(all, y);
    }
    for share in [0.0, 0.98, 1.0, 2.0, -0.5, f64::NAN] {
        let error = train_test_split((&x, &y), share, &mut StdRng::seed_from_u64(1)).unwrap_err();
        assert!(matches!(error, Error::TestSize { samples: SAMPLES, .. }), "{share}: {error}");
    }
    let error = train_test_split((&x, &y[1..]), 0.5, &mut StdRng::seed_from_u64(1)).unwrap_err();
    assert_eq!(error.to_string(), "there are 37 inputs, but 36 targets");
}

#[test]
fn each_sample_is_judged_by_in_one_fold() {
    let (x, y): (Vec<usize>, Vec<usize>) = ((10..17).collect(), (0..7).collect());
    for folds in 2..=7 {
        let parts: Vec<_> = k_fold((&x, &y), folds).unwrap().collect();
        assert_eq!(parts.len(), folds);
        let mut judged = Vec::new();
        for Split { x_train, x_test, y_train, y_test } in parts {
            assert!(x_train.iter().zip(&y_train).chain(x_test.iter().zip(&y_test)).all(|(x, y)| *x == y + 10));
            assert!((7 / folds..=7 / folds + 1).contains(&y_test.len()), "{folds}");
            let mut all = [&y_train[..], &y_test].concat();
            all.sort_unstable();
            assert_eq!(all, y);
            judged.extend(y_test);
        }
        judged.sort_unstable();
        assert_eq!(judged, y);
    }
    let error = |(x, y): (&[usize], &[usize]), folds| k_fold((x, y), folds).err().unwrap().to_string();
    let must = "it must be at least 2, and no more than there are samples";
    for folds in [0, 1, 8] {
        assert_eq!(error((&x, &y), folds), format!("the `folds` of `k_fold` is {folds}; {must}"));
    }
    assert_eq!(error((&x, &y[1..]), 2), "there are 7 inputs, but 6 targets");
    assert!(matches!(k_fold((&x[..0], &y[..0]), 2).err(), Some(Error::NoSamples)));
}

/// Each class has its share of a test part or a fold, or one more or fewer; and every sample is where it belongs, once.
#[test]
fn classes_have_their_share_of_each_part() {
    // 31, 14, 7 and one, in disorder
    let classes: Vec<usize> =
        (0..53).map(|i| [31, 45, 52, 53].iter().filter(|end| i * 29 % 53 >= **end).count()).collect();
    let samples: Vec<usize> = (0..53).collect();
    let check = |Split { x_train, x_test, y_train, y_test }: &Split<usize, usize>| {
        assert!(x_train.iter().zip(y_train).chain(x_test.iter().zip(y_test)).all(|(x, y)| classes[*x] == *y));
        let mut all = [&x_train[..], x_test].concat();
        all.sort_unstable();
        assert_eq!(all, samples);
        let share = y_test.len() as f64 / 53.0;
        for (class, all) in (0..4).zip([31.0, 14.0, 7.0, 1.0]) {
            let here = y_test.iter().filter(|y| **y == class).count() as f64;
            assert!((here - share * all).abs() < 1.0, "{here} of {all} of class {class} in {share} of the samples");
        }
    };
    for (share, test) in [(0.25, 14), (0.5, 27), (0.01, 1), (0.9, 48)] {
        for seed in 0..20 {
            let rng = &mut StdRng::seed_from_u64(seed);
            let split = stratified_train_test_split((&samples, &classes), share, rng).unwrap();
            check(&split);
            assert_eq!(split.y_test.len(), test);
            assert!(!split.y_train.is_sorted() || !split.y_test.is_sorted(), "it is shuffled");
            let again = &mut StdRng::seed_from_u64(seed + 1);
            assert_ne!(split, stratified_train_test_split((&samples, &classes), share, again).unwrap());
        }
    }
    for folds in [2, 3, 10, 53] {
        let parts: Vec<_> = stratified_k_fold((&samples, &classes), folds).unwrap().collect();
        parts.iter().for_each(check);
        let mut judged: Vec<usize> = parts.iter().flat_map(|part| &part.x_test).copied().collect();
        judged.sort_unstable();
        assert_eq!((parts.len(), judged), (folds, samples.clone()));
    }
    let error = stratified_k_fold((&samples, &classes), 1).err().unwrap().to_string();
    assert!(error.starts_with("the `folds` of `stratified_k_fold` is 1;"), "{error}");
    let rng = &mut StdRng::seed_from_u64(0);
    let error = stratified_train_test_split((&samples, &classes), 1.0, rng).unwrap_err();
    assert!(matches!(error, Error::TestSize { samples: 53, .. }), "{error}");
}

/// With their weights all classes count as much as each other, and all samples as much as without.
#[test]
fn weights_balance_classes() {
    let classes: Vec<u8> = (0..60).map(|i| u8::from(i % 3 == 0) + u8::from(i % 12 == 0)).collect();
    let weights: [f64; 3] = balanced_class_weight(&classes).unwrap();
    let mut sums = [0.0; 3];
    for class in &classes {
        sums[usize::from(*class)] += weights[usize::from(*class)];
    }
    assert!(sums.iter().all(|sum| (sum - 20.0).abs() < 1e-12), "{sums:?}");
    let error = |classes: &[i64]| balanced_class_weight::<_, 3>(classes).unwrap_err().to_string();
    assert_eq!(error(&[0, 1, 3]), "the target of sample 2 is class 3, but the network has 3 outputs");
    assert_eq!(error(&[-1]), "the target of sample 0 is class -1, but the network has 3 outputs");
    assert_eq!(error(&[0, 2]), "the weight of class 1 is inf; it must be finite and not negative");
    assert_eq!(error(&[]), "the weight of class 0 is NaN; it must be finite and not negative");
}

#[test]
fn values_may_be_missing_from_a_table() {
    let table = Table::parse("a,b\n1, \n2,NA\n3,4.5\n5,NaN\n6,nan\n7,null\n").unwrap();
    assert_eq!(table.optional::<f32>("b").unwrap(), [None, None, Some(4.5), None, None, None]);
    let error = |name| table.optional::<u8>(name).unwrap_err().to_string();
    assert_eq!(error("b"), "line 4: column `b`: `4.5`: invalid digit found in string");
    assert_eq!(error("c"), "line 1: there is no column `c`; there are `a`, `b`");
}

#[test]
fn categories_keep_their_numbers_in_other_tables() {
    let pieces = Table::pieces_of(csv::Reader::from_reader("c\nz\nx\nx\ny\n".as_bytes()), 2);
    let classes = pieces.map(|piece| piece?.categories_of("c", &["x", "y", "z"]));
    assert_eq!(classes.collect::<Result<Vec<_>, Error>>().unwrap(), [[2, 0], [0, 1]]);
    let error = |name, names: &[String]| {
        let table = Table::parse("c\nx\ny\n").unwrap();
        table.categories_of(name, names).unwrap_err().to_string()
    };
    assert_eq!(error("c", &["x".into(), "z".into()]), "line 3: column `c`: `y` is none of `x`, `z`");
    assert_eq!(error("d", &[]), "line 1: there is no column `d`; there are `c`");
}

#[test]
fn what_is_wrong_with_a_table_is_said() {
    let table = Table::parse("a,b,class\n1,2,x\n3,y,z\n").unwrap();
    assert_eq!(table.names().collect::<Vec<_>>(), ["a", "b", "class"]);
    assert_eq!((table.len(), table.is_empty()), (2, false));
    assert_eq!(table.column::<u8>("a").unwrap(), [1, 3]);
    let error = |result: Result<Vec<[f32; 2]>, Error>| result.unwrap_err().to_string();
    assert_eq!(error(table.columns(["a", "b"])), "line 3: column `b`: `y`: invalid float literal");
    assert_eq!(error(table.columns(["a", "c"])), "line 1: there is no column `c`; there are `a`, `b`, `class`");
    assert_eq!(error(table.columns_but("class")), "line 3: column `b`: `y`: invalid float literal");
    let three = table.columns_but::<f32, 3>("class").unwrap_err();
    assert_eq!(three.to_string(), "line 1: there are 2 columns beside `class`, not 3");

    let error = |result: Result<Table, Error>| result.unwrap_err().to_string();
    assert_eq!(error(Table::parse("a,b\n1,2\n3\n")), "line 3: 1 values below 2 names");
    let ragged = csv::ReaderBuilder::new().flexible(true).from_reader("a,b\n1,2\n3\n".as_bytes());
    let ragged = Table::from_reader(ragged).unwrap();
    assert_eq!(ragged.column::<u8>("a").unwrap(), [1, 3]);
    assert_eq!(ragged.column::<u8>("b").unwrap_err().to_string(), "line 3: 1 values below 2 names");
    assert_eq!(ragged.categories("b").unwrap_err().to_string(), "line 3: 1 values below 2 names");
    let invalid = csv::Reader::from_reader(&b"a,b\n1,\xff\n"[..]);
    assert!(error(Table::from_reader(invalid)).starts_with("line 2: "), "not UTF-8");
    let missing = error(Table::read("there/is/none.csv"));
    assert!(missing.starts_with("cannot read `there/is/none.csv`: "), "{missing}");
}

#[test]
fn a_table_piece_by_piece() {
    let pieces = |text: &'static str, rows| {
        let pieces = Table::pieces_of(csv::Reader::from_reader(text.as_bytes()), rows);
        let columns = pieces.map(|piece| piece.and_then(|piece| piece.column::<f32>("b")));
        columns.map(|column| column.map_err(|error| error.to_string())).collect::<Vec<_>>()
    };
    let whole = "a,b\n1,2\n3,4\n5,6\n";
    assert_eq!(pieces(whole, 2), [Ok(vec![2.0, 4.0]), Ok(vec![6.0])]);
    assert_eq!(pieces(whole, 3), [Ok(vec![2.0, 4.0, 6.0])]);
    assert_eq!(pieces(whole, 0).len(), 3);
    assert_eq!(pieces("a,b\n", 2), []);
    // lines are those of the file
    assert_eq!(pieces("a,b\n1,2\n3,4\n5,x\n", 2)[1], Err("line 4: column `b`: `x`: invalid float literal".to_owned()));
    // what is unreadable ends it
    assert_eq!(
        pieces("a,b\n1,2\n3,4\n5\n7,8\n", 2),
        [Ok(vec![2.0, 4.0]), Err("line 4: 1 values below 2 names".to_owned())]
    );
    let directory = tempfile::tempdir().unwrap();
    let mut pieces = Table::pieces(directory.path().join("none.csv"), 2);
    assert!(matches!(pieces.next(), Some(Err(Error::File { action: "read", .. }))));
    assert!(pieces.next().is_none());
}

#[derive(Deserialize)]
struct Discretizations {
    cases: Vec<Learnt>,
}

#[derive(Deserialize)]
struct Learnt {
    numbers: Vec<f64>,
    num_bins: usize,
    boundaries: Vec<f64>,
    inputs: Vec<f64>,
    bins: Vec<usize>,
}

/// Keras learns its boundaries in `f32`.
#[test]
fn discretization() {
    let fixture: Discretizations = fixture("discretization");
    for Learnt { numbers, num_bins, boundaries, inputs, bins } in &fixture.cases {
        let what = format!("{num_bins} bins of {} numbers", numbers.len());
        all_close(&what, &Discretization::adapt(numbers, *num_bins).bin_boundaries, boundaries, 1e-5);
        let given = Discretization::new(boundaries.iter().rev().copied().collect::<Vec<f64>>());
        assert_eq!(inputs.iter().map(|x| given.bin(*x)).collect::<Vec<_>>(), *bins, "{what}");
    }
    assert_eq!(fixture.cases.len(), 6, "the fixture has lost its cases");
    let [nothing, one] = [Discretization::adapt(&[], 4), Discretization::adapt(&[1.0, 2.0], 1)];
    assert_eq!((nothing.bin(7.0), one.bin(7.0)), (0, 0));
    assert_eq!(Discretization::new([0.0, 1.0]).bin(f64::NAN), 2);
}

/// Whatever text a table is, whole or piece by piece, it is no harm, and what is read of it is the same both ways.
#[test]
fn mutated_tables() {
    let good = b"length,width,species\n5.1,3.5,setosa\n6.2,2.9,\"virgi\"\"nica\"\n4.9,3.0,setosa\n";
    let words: [&[u8]; 8] = [b",", b"\"", b"\n", b"\r", b"\0", b"\xff", b"1e999", b"NaN"];
    let rng = &mut StdRng::seed_from_u64(5);
    let mut read = 0;
    for _ in 0..3000 {
        let mut bytes = good.to_vec();
        for _ in 0..rng.random_range(1..4) {
            let place = rng.random_range(0..bytes.len());
            match rng.random_range(0..4) {
                0 => bytes[place] ^= 1 << rng.random_range(0..8),
                1 => bytes.truncate(place.max(1)),
                2 => drop(bytes.splice(place..place, words[rng.random_range(0..words.len())].iter().copied())),
                _ => drop(bytes.drain(place..(place + rng.random_range(1..9)).min(bytes.len()))),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let rows = rng.random_range(1..5);
        let mut pieces = Vec::new();
        let each = Table::pieces_of(csv::Reader::from_reader(&bytes[..]), rows);
        let told = each.map(|piece| piece?.columns::<f32, 2>(["length", "width"])).try_for_each(|piece| {
            let piece = piece?;
            assert!((1..=rows).contains(&piece.len()), "{} rows of {rows}", piece.len());
            pieces.extend(piece);
            Ok::<_, Error>(())
        });
        let table = Table::from_reader(csv::Reader::from_reader(&bytes[..]));
        let whole = table.and_then(|table| {
            let (classes, names) = table.categories("species")?;
            assert!(classes.len() == table.len() && classes.iter().all(|class| (*class as usize) < names.len()));
            table.columns::<f32, 2>(["length", "width"])
        });
        if let (Ok(whole), Ok(())) = (whole, told) {
            assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
            read += 1;
        }
    }
    assert!((300..2700).contains(&read), "{read} tables were read: the mutations are too mild or too wild");
}
