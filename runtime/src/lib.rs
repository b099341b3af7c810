//! Neural networks whose shapes the Rust compiler knows.
//!
//! [`network!`] turns a declaration into a plain struct of statically sized nalgebra matrices, with forward and
//! backward code for exactly that network; a [`Trainer`] trains it.
//!
//! ```
//! use rand::{SeedableRng, rngs::StdRng};
//! use typenet::prelude::*;
//!
//! network! {
//!     /// Tells points of the first and third quadrants from the others.
//!     pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)
//! }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! let rng = &mut StdRng::seed_from_u64(1);
//! let x = [[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]];
//! let y = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
//!
//! let mut xor = Xor::new(rng);
//! let history = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1).momentum(0.9))
//!     .metric(Accuracy)
//!     .epochs(100)
//!     .fit(&mut xor, (&x, &y), rng)?;
//! assert!(history.last().is_some_and(|last| last.training.loss < 0.05));
//!
//! let probabilities: [f32; 2] = xor.predict(&[1.0, -1.0]);
//! assert!(probabilities[1] > 0.9);
//! println!("{}", Xor::summary());
//! # Ok(())
//! # }
//! ```
//!
//! # The parts
//!
//! - [`network!`] declares networks; [`include_network!`] builds trained ones into the program.
//! - [`Trainer`] fits, evaluates and makes single steps; [`Pass`] takes gradients from outside; [`HeaplessTrainer`]
//!   makes steps where there is no heap.
//! - [`layers`], [`activations`], [`losses`], [`metrics`], [`optimizers`], [`schedules`], [`callbacks`],
//!   [`initializers`], [`regularizers`] and [`constraints`] hold what there is, and each says how to write one's own.
//! - [`noise`] and [`simd`] are for layers of one's own that draw random numbers, and for whatever computes with many
//!   samples at once.
//! - [`data`] says what can be trained on.
//! - [`quantized`] turns networks into integers of eight bits, for where memory is short.
//! - [`Files`] saves and loads networks; `weights` says what is in the files, and how weights come from Keras and
//!   PyTorch.
//! - [`History`] is what training reports; with feature `plot`, `plot` draws it.
//! - [`Error`] is everything that can go wrong at run time; nothing here panics on bad input.
//!
//! # Features
//!
//! `std` (default), `alloc`, `progress` (default), `safetensors` (default), `onnx`, `plot`, `csv`, `ndarray`, `rayon`.
//! Without any of them the crate is `no_std`, predicts and makes training steps.
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "alloc")]
extern crate alloc;
// tests run where there is a system, whatever the features
#[cfg(all(test, not(feature = "std")))]
extern crate std;

// `network!` writes paths that start with `::typenet`; this makes them work in this crate's own tests
extern crate self as typenet;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
pub mod activations;
#[cfg(feature = "alloc")]
pub mod callbacks;
mod checksum;
#[cfg(feature = "std")]
mod clock;
pub mod constraints;
pub mod data;
mod error;
mod files;
mod flat;
mod frozen;
#[cfg(feature = "alloc")]
mod group;
mod heapless;
#[cfg(feature = "alloc")]
mod history;
mod included;
pub mod initializers;
mod kernels;
pub mod layers;
pub mod losses;
pub mod metrics;
#[cfg(not(all(feature = "rayon", feature = "onnx")))]
mod missing;
mod mode;
mod network;
pub mod noise;
pub mod optimizers;
#[cfg(feature = "alloc")]
mod pass;
#[cfg(feature = "plot")]
pub mod plot;
pub mod prelude;
#[cfg(feature = "std")]
mod progress;
pub mod quantized;
pub mod regularizers;
mod scalar;
pub mod schedules;
#[cfg(feature = "serde")]
pub mod serde;
mod setting;
mod steps;
mod summary;
mod tapes;
#[cfg(feature = "alloc")]
mod threads;
mod tile;
mod tiles;
#[cfg(feature = "alloc")]
mod trainer;
#[cfg(feature = "safetensors")]
pub mod weights;

/// The vector types that layers, activations and losses of one's own are written with, from `fearless_simd`.
pub mod simd {
    pub use fearless_simd::{Level, Select, Simd, SimdBase, SimdFloat, SimdInt, SimdMask};

    pub use crate::kernels::{Task, dispatch, level};
}

/// `network!` in the form of an attribute, for people who like to see the `struct`.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::attribute::network;
///
/// /// Tells points of the first and third quadrants from the others.
/// #[network(Dense(2 -> 4, relu), Dense(4 -> 2, softmax))]
/// pub struct Xor;
///
/// # fn main() {
/// let xor = Xor::new(&mut StdRng::seed_from_u64(0));
/// let [same, different]: [f32; 2] = xor.predict(&[0.5, -0.5]);
/// assert!((same + different - 1.0).abs() < 1e-6);
/// # }
/// ```
///
/// Before the layers, `scalar = f64` chooses the scalar type, and `crate = path` says where typenet is if it is not at
/// `::typenet`. One module can hold either this attribute or the macro of the same name, so it is not in the prelude.
pub mod attribute {
    pub use typenet_macros::network_attribute as network;
}

#[doc = include_str!("../docs/network.md")]
#[macro_export]
macro_rules! network {
    ($($declaration:tt)*) => {
        $crate::__private::network! { $crate; $($declaration)* }
    };
}

/// `Pod` and `Zeroable`, which parameters and tapes of a layer of one's own implement.
pub use bytemuck;

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

pub use self::error::Error;
pub use self::files::Files;
pub use self::flat::Flat;
pub use self::heapless::HeaplessTrainer;
#[cfg(feature = "alloc")]
pub use self::history::{Epoch, History, Scores};
pub use self::network::{InputSample, Network, OutputSample};
#[cfg(feature = "alloc")]
pub use self::pass::Pass;
pub use self::scalar::{Lane, Scalar};
pub use self::summary::Summary;
pub use self::tile::{ClassTargets, Classes, Features, TargetTile, Tile, VectorTargets, Zero};
#[cfg(feature = "alloc")]
pub use self::trainer::Trainer;
