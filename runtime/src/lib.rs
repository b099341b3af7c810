//! Neural networks whose shapes the Rust compiler knows.
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "alloc")]
extern crate alloc;

// `network!` writes paths that start with `::typenet`; this makes them work in this crate's own tests
extern crate self as typenet;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod activations;
pub mod data;
mod error;
#[cfg(feature = "alloc")]
mod history;
pub mod initializers;
mod kernels;
pub mod layers;
pub mod losses;
pub mod metrics;
mod network;
pub mod optimizers;
#[cfg(feature = "alloc")]
mod pass;
pub mod prelude;
#[cfg(feature = "std")]
mod progress;
mod scalar;
mod summary;
mod tile;
#[cfg(feature = "alloc")]
mod trainer;

/// The vector types that layers, activations and losses of one's own are written with, from `fearless_simd`.
pub mod simd {
    pub use fearless_simd::{Level, Select, Simd, SimdBase, SimdFloat, SimdInt, SimdMask};

    pub use crate::kernels::{Task, dispatch, level};
}

/// Declares networks.
#[macro_export]
macro_rules! network {
    ($($declaration:tt)*) => {
        $crate::__private::network! { $crate; $($declaration)* }
    };
}

pub use self::error::Error;
#[cfg(feature = "alloc")]
pub use self::history::{Epoch, History, Scores};
pub use self::network::{Flat, Network};
#[cfg(feature = "alloc")]
pub use self::pass::Pass;
pub use self::scalar::{Lane, Scalar};
pub use self::summary::Summary;
pub use self::tile::{Classes, Features, TargetTile, Tile, Zero};
#[cfg(feature = "alloc")]
pub use self::trainer::Trainer;
