//! Data to train on and data to judge by.

use alloc::vec::Vec;

use rand::Rng;
use rand::seq::SliceRandom as _;

use super::Elements;
use crate::error::Error;

/// Data to train on, and data to judge by: see [`train_test_split`] and [`k_fold`].
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
    let samples = pairs(x.len(), y.len())?;
    // counted without `ceil`, which needs `std`; NaN and what is negative become 0
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is compared below")]
    let whole = (samples as f64 * test_size) as usize;
    let test = if (whole as f64) < samples as f64 * test_size { whole + 1 } else { whole };
    if test == 0 || test >= samples {
        return Err(Error::TestSize { test_size, samples });
    }
    let mut order: Vec<usize> = (0..samples).collect();
    order.shuffle(rng);
    let (test, train) = order.split_at(test);
    Ok(Split::of(x, y, train.iter().copied(), test.iter().copied()))
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
    let samples = pairs(x.len(), y.len())?;
    if folds < 2 || folds > samples {
        let must = "at least 2, and no more than there are samples";
        return Err(Error::Setting { of: "k_fold", setting: "folds", value: folds as f64, must });
    }
    Ok((0..folds).map(move |fold| {
        let test = (fold..samples).step_by(folds);
        Split::of(x, y, (0..samples).filter(move |i| i % folds != fold), test)
    }))
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
