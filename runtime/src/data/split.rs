//! Data to train on and data to judge by.

use alloc::vec;
use alloc::vec::Vec;

use rand::Rng;
use rand::seq::SliceRandom as _;

use super::Elements;
use crate::error::Error;

/// Data to train on, and data to judge by: see [`train_test_split`], [`k_fold`], and those that look at the classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Split<X, Y> {
    /// The inputs to train on.
    pub x_train: Vec<X>,
    /// The inputs to judge by.
    pub x_test: Vec<X>,
    /// The targets to train on.
    pub y_train: Vec<Y>,
    /// The targets to judge by.
    pub y_test: Vec<Y>,
}

impl<X: Clone, Y: Clone> Split<X, Y> {
    /// The samples with these indices.
    fn of(
        x: &[X],
        y: &[Y],
        train: impl Iterator<Item = usize> + Clone,
        test: impl Iterator<Item = usize> + Clone,
    ) -> Self {
        Self {
            x_train: train.clone().map(|i| x[i].clone()).collect(),
            x_test: test.clone().map(|i| x[i].clone()).collect(),
            y_train: train.map(|i| y[i].clone()).collect(),
            y_test: test.map(|i| y[i].clone()).collect(),
        }
    }
}

/// Sets a random share of the data aside, as scikit-learn's function of this name: `ceil(test_size * samples)` samples
/// are for the test, and both parts come shuffled.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::data::{Split, train_test_split};
///
/// # fn main() -> Result<(), typenet::Error> {
/// let x: Vec<[f32; 1]> = (0..10_u8).map(|i| [f32::from(i)]).collect();
/// let y: Vec<u8> = (0..10).collect();
/// let Split { x_train, x_test, y_train, y_test } = train_test_split((&x, &y), 0.25, &mut StdRng::seed_from_u64(0))?;
/// assert_eq!((x_train.len(), x_test.len()), (7, 3));
/// // each input keeps its target
/// assert!(x_train.iter().zip(&y_train).chain(x_test.iter().zip(&y_test)).all(|(x, y)| x[0] == f32::from(*y)));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Error::CountMismatch`]; [`Error::NoSamples`]; [`Error::TestSize`] if one of the parts would be empty.
pub fn train_test_split<X, Y, R>(
    (x, y): (&X, &Y),
    test_size: f64,
    rng: &mut R,
) -> Result<Split<X::Element, Y::Element>, Error>
where
    X: Elements<Element: Clone> + ?Sized,
    Y: Elements<Element: Clone> + ?Sized,
    R: Rng + ?Sized,
{
    let (x, y) = (x.elements(), y.elements());
    let test = judged(x.len(), y.len(), test_size)?;
    let order = shuffled(x.len(), rng);
    let (test, train) = order.split_at(test);
    Ok(Split::of(x, y, train.iter().copied(), test.iter().copied()))
}

/// The same with as many samples of each class in the test part as its share of all says, or one more or fewer: scikit-learn's
/// `train_test_split(..., stratify=y)`. The targets are classes, in whatever type has an order; rows of 0 and 1 are made of them
/// [afterwards](super::to_categorical).
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::data::stratified_train_test_split;
///
/// # fn main() -> Result<(), typenet::Error> {
/// // one in ten is of class 1
/// let y: Vec<bool> = (0..200).map(|i| i % 10 == 0).collect();
/// let x: Vec<[f32; 1]> = (0..200_u8).map(|i| [f32::from(i)]).collect();
/// let split = stratified_train_test_split((&x, &y), 0.25, &mut StdRng::seed_from_u64(0))?;
/// let yes = |y: &[bool]| y.iter().filter(|y| **y).count();
/// assert_eq!((yes(&split.y_train), yes(&split.y_test)), (15, 5));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of [`train_test_split`].
pub fn stratified_train_test_split<X, Y, R>(
    (x, y): (&X, &Y),
    test_size: f64,
    rng: &mut R,
) -> Result<Split<X::Element, Y::Element>, Error>
where
    X: Elements<Element: Clone> + ?Sized,
    Y: Elements<Element: Clone + Ord> + ?Sized,
    R: Rng + ?Sized,
{
    let (x, y) = (x.elements(), y.elements());
    let (samples, count) = (x.len() as u64, judged(x.len(), y.len(), test_size)? as u64);
    let order = by_class(y, shuffled(x.len(), rng));
    // evenly spread over all, they are so over each class
    let (mut test, mut train) = (Vec::new(), Vec::new());
    for (place, sample) in (0..).zip(order) {
        let is_judged = (place + 1) * count / samples > place * count / samples;
        if is_judged { &mut test } else { &mut train }.push(sample);
    }
    test.shuffle(rng);
    train.shuffle(rng);
    Ok(Split::of(x, y, train.into_iter(), test.into_iter()))
}

/// Parts the data `folds` times, so that each sample is once in the part to judge by: cross-validation, scikit-learn's
/// `KFold`. Fold `k` is judged by the samples `k`, `k + folds`, `k + 2 folds` and so on, so that what is sorted, by its class or
/// by time, is spread over all folds. Where the order has a period of its own, shuffle before.
///
/// ```
/// use typenet::data::k_fold;
///
/// # fn main() -> Result<(), typenet::Error> {
/// let (x, y) = ([[0.0], [1.0], [2.0], [3.0], [4.0]], [0, 0, 0, 1, 1]);
/// for fold in k_fold((&x, &y), 2)? {
///     println!("train on {:?}, judge by {:?}", fold.x_train, fold.x_test);
/// }
/// let folds: Vec<_> = k_fold((&x, &y), 2)?.collect();
/// assert_eq!((&folds[0].y_train, &folds[0].y_test), (&vec![0, 1], &vec![0, 0, 1]));
/// assert_eq!(folds[1].x_test, [[1.0], [3.0]]);
/// # Ok(())
/// # }
/// ```
///
/// Each part is made when it is asked for. What is adapted to data, as a [`Normalization`](super::Normalization), is adapted to
/// `x_train` of each fold anew, and so is the network trained anew.
///
/// # Errors
/// [`Error::CountMismatch`]; [`Error::NoSamples`]; [`Error::Setting`] of fewer than two folds, or more than there are samples.
pub fn k_fold<'a, X, Y>(
    (x, y): (&'a X, &'a Y),
    folds: usize,
) -> Result<impl Iterator<Item = Split<X::Element, Y::Element>> + 'a, Error>
where
    X: Elements<Element: Clone> + ?Sized,
    Y: Elements<Element: Clone> + ?Sized,
{
    let (x, y) = (x.elements(), y.elements());
    parts("k_fold", x, y, folds, move || move |sample| sample % folds)
}

/// The same with as many samples of each class in each fold, or one more or fewer: scikit-learn's `StratifiedKFold`. The targets
/// are classes, as for [`stratified_train_test_split`].
///
/// ```
/// use typenet::data::stratified_k_fold;
///
/// # fn main() -> Result<(), typenet::Error> {
/// let (x, y) = ([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], ["a", "b", "a", "b", "a", "a"]);
/// for fold in stratified_k_fold((&x, &y), 2)? {
///     assert_eq!(fold.y_test.iter().filter(|class| **class == "b").count(), 1);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Those of [`k_fold`].
pub fn stratified_k_fold<'a, X, Y>(
    (x, y): (&'a X, &'a Y),
    folds: usize,
) -> Result<impl Iterator<Item = Split<X::Element, Y::Element>> + 'a, Error>
where
    X: Elements<Element: Clone> + ?Sized,
    Y: Elements<Element: Clone + Ord> + ?Sized,
{
    let (x, y) = (x.elements(), y.elements());
    parts("stratified_k_fold", x, y, folds, move || {
        let mut fold_of = vec![0; y.len()];
        for (place, sample) in by_class(y, (0..y.len()).collect()).into_iter().enumerate() {
            fold_of[sample] = place % folds;
        }
        move |sample| fold_of[sample]
    })
}

/// The parts of a cross-validation, where what `assign` gives says which fold a sample is in.
fn parts<'a, X: Clone, Y: Clone, F: Fn(usize) -> usize + 'a>(
    of: &'static str,
    x: &'a [X],
    y: &'a [Y],
    folds: usize,
    assign: impl FnOnce() -> F,
) -> Result<impl Iterator<Item = Split<X, Y>> + 'a, Error> {
    let samples = pairs(x.len(), y.len())?;
    if folds < 2 || folds > samples {
        let must = "at least 2, and no more than there are samples";
        return Err(Error::Setting { of, setting: "folds", value: folds as f64, must });
    }
    let fold_of = assign();
    Ok((0..folds).map(move |fold| {
        let (train, test) =
            ((0..samples).filter(|i| fold_of(*i) != fold), (0..samples).filter(|i| fold_of(*i) == fold));
        Split::of(x, y, train, test)
    }))
}

/// So many samples in random order.
fn shuffled<R: Rng + ?Sized>(samples: usize, rng: &mut R) -> Vec<usize> {
    let mut order: Vec<usize> = (0..samples).collect();
    order.shuffle(rng);
    order
}

/// One class after the other, each in the order that there was.
fn by_class<Y: Ord>(y: &[Y], mut order: Vec<usize>) -> Vec<usize> {
    order.sort_by(|a, b| y[*a].cmp(&y[*b]));
    order
}

/// How many samples are in the test part: their share, rounded up.
fn judged(inputs: usize, targets: usize, test_size: f64) -> Result<usize, Error> {
    let samples = pairs(inputs, targets)?;
    // counted without `ceil`, which needs `std`; NaN and what is negative become 0
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is compared below")]
    let whole = (samples as f64 * test_size) as usize;
    let test = if (whole as f64) < samples as f64 * test_size { whole + 1 } else { whole };
    if test == 0 || test >= samples {
        return Err(Error::TestSize { test_size, samples });
    }
    Ok(test)
}

/// How many samples there are: as many inputs as targets, and at least one.
fn pairs(inputs: usize, targets: usize) -> Result<usize, Error> {
    if inputs != targets {
        return Err(Error::CountMismatch { inputs, targets });
    }
    if inputs == 0 {
        return Err(Error::NoSamples);
    }
    Ok(inputs)
}
