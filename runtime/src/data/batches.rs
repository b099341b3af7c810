//! Data that comes batch by batch.

use super::{Samples, Targets};
use crate::error::Error;
use crate::network::Network;
use crate::tile::TargetTile;

/// Batches for a network `N`, one after the other: anything to iterate over that gives a [`Batch`], a pair of inputs
/// and targets, or a `Result` of one.
///
/// All that can be so implements it: iterators, arrays and vectors, the receiver of a channel.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::data::Batches;
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// /// So many batches of ten points each, on a line.
/// fn line(batches: u8) -> impl Batches<Line, Tile = Tile<f32, 1>, Error = typenet::Error> {
///     (0..batches).map(|batch| {
///         let x: Vec<f32> = (0..10_u8).map(|i| f32::from(i + batch) / 10.0 - 1.0).collect();
///         let y: Vec<f32> = x.iter().map(|x| 3.0 * x + 1.0).collect();
///         (x, y)
///     })
/// }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let mut network = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(50);
/// trainer.fit_batches(&mut network, |_epoch| line(10), rng)?;
/// assert!(trainer.evaluate_batches(&network, line(2))?.loss < 1e-6);
/// # Ok(())
/// # }
/// ```
pub trait Batches<N: Network>:
    IntoIterator<Item: Batch<N, Inputs = Self::Inputs, Tile = Self::Tile, Targets = Self::Targets, Error = Self::Error>>
{
    /// The inputs of a batch.
    type Inputs: Samples<N::Scalar, N::Input>;
    /// What a tile of targets is.
    type Tile: TargetTile<N::Scalar, N::Output>;
    /// The targets of a batch.
    type Targets: Targets<N::Scalar, N::Output, Tile = Self::Tile>;
    /// What can keep a batch from being read.
    type Error: From<Error>;
}

impl<N: Network, I: IntoIterator<Item: Batch<N>>> Batches<N> for I {
    type Inputs = <I::Item as Batch<N>>::Inputs;
    type Tile = <I::Item as Batch<N>>::Tile;
    type Targets = <I::Item as Batch<N>>::Targets;
    type Error = <I::Item as Batch<N>>::Error;
}

/// One batch for a network `N`: inputs and targets in any form that [`fit`](crate::Trainer::fit) takes, or a `Result`
/// of these and what kept them from being read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a batch",
    label = "gives no batches",
    note = "a batch is a pair of inputs and targets, as `(&x, &y)`, or a `Result` of one; \
            batches are several of them, as `[(&x, &y)]` or an iterator"
)]
pub trait Batch<N: Network> {
    /// The inputs.
    type Inputs: Samples<N::Scalar, N::Input>;
    /// What a tile of targets is.
    type Tile: TargetTile<N::Scalar, N::Output>;
    /// The targets.
    type Targets: Targets<N::Scalar, N::Output, Tile = Self::Tile>;
    /// What can keep it from being read.
    type Error: From<Error>;

    /// Inputs and targets, if nothing keeps them.
    ///
    /// # Errors
    /// What has kept it from being read.
    fn into_data(self) -> Result<(Self::Inputs, Self::Targets), Self::Error>;
}

impl<N, X, Y> Batch<N> for (X, Y)
where
    N: Network,
    X: Samples<N::Scalar, N::Input>,
    Y: Targets<N::Scalar, N::Output>,
{
    type Inputs = X;
    type Tile = Y::Tile;
    type Targets = Y;
    type Error = Error;

    #[inline]
    fn into_data(self) -> Result<Self, Error> {
        Ok(self)
    }
}

impl<N, X, Y, E> Batch<N> for Result<(X, Y), E>
where
    N: Network,
    X: Samples<N::Scalar, N::Input>,
    Y: Targets<N::Scalar, N::Output>,
    E: From<Error>,
{
    type Inputs = X;
    type Tile = Y::Tile;
    type Targets = Y;
    type Error = E;

    #[inline]
    fn into_data(self) -> Self {
        self
    }
}
