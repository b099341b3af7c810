//! Data: anything that gives samples by index.
//!
//! | inputs, or targets that are vectors | a sample is |
//! | --- | --- |
//! | `Vec<[T; N]>`, `&[[T; N]]`, `[[T; N]; M]` | an element |
//! | `Vec<SVector<T, N>>` and slices and arrays of them | an element |
//! | `Vec<T>` and slices and arrays of it, for networks with one input or output | an element |
//! | `OMatrix<T, Const<N>, Dyn>` | a column |
//! | `OMatrix<T, Dyn, Const<N>>` | a row |
//! | `ndarray::Array2<T>` and views of it (feature `ndarray`) | a row |
//! | [`from_fn`], for what is made or fetched when it is needed | what the function returns |
//!
//! Targets that are classes are integers: `Vec` or slice of `u8`, `u16`, `u32`, `u64`, `usize`, `i32` or `i64`, or a
//! function that returns them. Targets that are yes or no are `bool`, as many for a sample as there are outputs; for
//! the one output of a [`BinaryCrossEntropy`](crate::losses::BinaryCrossEntropy) they may also be the integers 1 and 0.
//!
//! Samples that do not count alike are given with their weights: [`sample_weight`].
//!
//! To prepare data there are [`Table`] (comma-separated values, feature `csv`), [`train_test_split`], [`k_fold`],
//! [`stratified_train_test_split`], [`stratified_k_fold`], [`Normalization`], [`Discretization`], [`to_categorical`] and
//! [`balanced_class_weight`].
//!
//! # More than fits into memory
//!
//! What has a place for each sample, such as a file of records of one length, needs no memory: [`from_fn`] reads a
//! sample when it is needed, and `fit` shuffles, validates and reports as ever.
//!
//! ```
//! # #[cfg(feature = "std")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use rand::{SeedableRng, rngs::StdRng};
//! use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
//! use std::sync::Mutex;
//!
//! use typenet::data::from_fn;
//! use typenet::prelude::*;
//!
//! network! { Line = Dense(1 -> 1) }
//!
//! # let path = std::env::temp_dir().join(format!("typenet-records-{}", std::process::id()));
//! let mut file = std::fs::File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
//! for i in 0..100_u16 {
//!     let x = f32::from(i) / 50.0 - 1.0;
//!     file.write_all(&[x, 3.0 * x + 1.0].map(f32::to_le_bytes).concat())?;
//! }
//! let (count, file) = (usize::try_from(file.metadata()?.len())? / 8, Mutex::new(file));
//! let record = |i: usize| {
//!     let mut bytes = [[0; 4]; 2];
//!     let mut file = file.lock().ok()?;
//!     file.seek(SeekFrom::Start(8 * i as u64)).ok()?;
//!     file.read_exact(bytes.as_flattened_mut()).ok()?;
//!     Some(bytes.map(f32::from_le_bytes))
//! };
//! // what cannot be read is not a number, which `fit` refuses before it begins
//! let x = from_fn(count, |i| record(i).map_or([f32::NAN], |[x, _]| [x]));
//! let y = from_fn(count, |i| record(i).map_or([f32::NAN], |[_, y]| [y]));
//!
//! # let rng = &mut StdRng::seed_from_u64(0);
//! let mut line = Line::new(rng);
//! let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(30).batch_size(10).validation_split(0.2);
//! let history = trainer.fit(&mut line, (&x, &y), rng)?;
//! assert!(history.last().is_some_and(|last| last.training.loss < 1e-3));
//! # std::fs::remove_file(path)?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "std"))]
//! # fn main() {}
//! ```
//!
//! What is read from its begin to its end, such as a table of comma-separated values, or a stream that cannot go back,
//! is trained on batch by batch, by [`fit_batches`](crate::Trainer::fit_batches).

mod batches;
mod check;
#[cfg(feature = "alloc")]
mod discretization;
mod from_fn;
mod gather;
#[cfg(feature = "alloc")]
mod matrices;
#[cfg(feature = "ndarray")]
mod ndarray;
#[cfg(feature = "csv")]
mod pieces;
#[cfg(feature = "alloc")]
mod prepare;
mod rows;
mod sample;
mod sample_weight;
#[cfg(feature = "alloc")]
mod split;
#[cfg(feature = "csv")]
mod table;
mod validation;

use fearless_simd::Simd;

use crate::error::Error;
use crate::kernels::ahead::Rows;
use crate::layers::InputRange;
use crate::losses::TargetRange;
use crate::scalar::Scalar;
use crate::tile::TargetTile;

pub use self::batches::{Batch, Batches};
pub(crate) use self::check::{check, check_inputs, check_targets, count};
#[cfg(feature = "alloc")]
pub use self::discretization::Discretization;
pub use self::from_fn::{FromFn, from_fn};
#[cfg(feature = "csv")]
pub use self::pieces::Pieces;
#[cfg(feature = "alloc")]
pub use self::prepare::{Normalization, balanced_class_weight, to_categorical};
pub use self::rows::Elements;
pub use self::sample::{Sample, Target};
pub use self::sample_weight::{SampleWeight, sample_weight};
#[cfg(feature = "alloc")]
pub use self::split::{Split, k_fold, stratified_k_fold, stratified_train_test_split, train_test_split};
#[cfg(feature = "csv")]
pub use self::table::Table;
pub use self::validation::ValidationTargets;

/// Inputs and targets.
pub(crate) type Data<'a, X, Y> = (&'a X, &'a Y);

/// Inputs for a network that takes tiles `X`.
///
/// Implemented for collections of [`Sample`]s and for matrices; implement it for a type of your own to train from it.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::Error;
/// use typenet::data::Samples;
/// use typenet::layers::InputRange;
/// use typenet::prelude::*;
/// use typenet::simd::Simd;
///
/// /// Each three numbers in a row of a series.
/// struct Windows(Vec<f32>);
///
/// impl Samples<f32, Tile<f32, 3>> for Windows {
///     fn count(&self) -> usize {
///         self.0.len().saturating_sub(2)
///     }
///
///     fn gather<S: Simd>(&self, _: S, indices: &[u32], tile: &mut Tile<f32, 3>) {
///         for lane in 0..f32::LANES {
///             let start = *indices.get(lane).unwrap_or(&indices[0]) as usize;
///             if let Some(window) = self.0[start..].first_chunk() {
///                 tile.set_sample(lane, window);
///             }
///         }
///     }
///
///     fn check(&self, _: InputRange) -> Result<(), Error> {
///         match self.0.iter().enumerate().find(|(_, x)| !x.is_finite()) {
///             Some((sample, x)) => Err(Error::InputNotFinite { sample, index: 0, value: f64::from(*x) }),
///             None => Ok(()),
///         }
///     }
/// }
///
/// network! { Next = Dense(3 -> 8, tanh), Dense(1) }
///
/// # fn main() -> Result<(), Error> {
/// # let rng = &mut StdRng::seed_from_u64(0);
/// let series: Vec<f32> = (0..103).map(|i| (i as f32 / 3.0).sin()).collect();
/// let (x, y) = (Windows(series[..102].to_vec()), &series[3..]);
/// let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(100);
/// let history = trainer.fit(&mut Next::new(rng), (&x, y), rng)?;
/// assert!(history.last().is_some_and(|last| last.training.loss < 1e-3));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the data of a network that takes `{X}`",
    label = "not samples of that width",
    note = "a network with `N` inputs takes `Vec<[T; N]>`, slices and arrays of `[T; N]`, and matrices with `N` rows \
            or columns"
)]
pub trait Samples<T: Scalar, X>: Sync {
    /// How many samples there are.
    fn count(&self) -> usize;

    /// Copies the samples with these indices into the lanes of `tile`, in order. There is at least one index and at
    /// most one for each lane; lanes beyond the last index repeat the first sample.
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut X);

    /// Where the samples lie, if all are in memory as the first is: then the next are on their way from there while
    /// others are computed.
    #[doc(hidden)]
    #[inline(always)]
    fn in_memory(&self) -> Option<Rows<'_>> {
        None
    }

    /// All numbers of all samples, in whatever order, if they lie side by side: then they are checked many at a time.
    #[doc(hidden)]
    #[inline(always)]
    fn all_numbers(&self) -> Option<&[T]> {
        None
    }

    /// Whether all numbers make sense for a network that wants `range`.
    ///
    /// # Errors
    /// [`Error::InputNotFinite`] or [`Error::InputNotRow`], with the first that does not.
    fn check(&self, range: InputRange) -> Result<(), Error>;
}

/// Targets for a network that gives tiles `Z`: vectors as wide as the output, or classes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the targets of a network that gives `{Z}`",
    label = "not targets of such outputs",
    note = "a network with `N` outputs takes `Vec<[T; N]>`, slices and arrays of `[T; N]` or matrices with `N` rows or \
            columns as targets; for a sparse loss, integers"
)]
pub trait Targets<T: Scalar, Z>: Sync {
    /// What a tile of targets is: `Z`, or [`Classes`](crate::tile::Classes).
    type Tile: TargetTile<T, Z>;

    /// How many targets there are.
    fn count(&self) -> usize;

    /// As [`Samples::gather`].
    fn gather<S: Simd>(&self, simd: S, indices: &[u32], tile: &mut Self::Tile);

    /// Multiplies `weights`, one of each lane, by what these samples count: nothing where all count alike.
    #[inline(always)]
    fn weigh<S: Simd>(&self, _: S, _indices: &[u32], weights: T::Vector<S>) -> T::Vector<S> {
        weights
    }

    /// As [`Samples::all_numbers`], where nothing else is to be checked.
    #[doc(hidden)]
    #[inline(always)]
    fn all_numbers(&self) -> Option<&[T]> {
        None
    }

    /// Whether all targets make sense for a loss that wants `range`.
    ///
    /// # Errors
    /// [`Error::TargetNotFinite`], [`Error::TargetNotProbability`] or [`Error::ClassOutOfRange`], with the first that
    /// does not; of weights [`Error::SampleWeights`] and [`Error::SampleWeight`].
    fn check(&self, range: TargetRange) -> Result<(), Error>;
}
