#![doc = include_str!("../../docs/serde.md")]

mod read;
mod write;

use alloc::boxed::Box;
use core::fmt;

use ::serde::{Deserializer, Serializer};
use bytemuck::zeroed_box;

use self::read::read;
use crate::layers::naming::Variable;
use crate::network::Network;

/// Writes a network: a map from the names of its tensors to their numbers.
///
/// # Errors
/// Those of the serializer, and that a number is NaN or infinite.
pub fn serialize<N: Network, S: Serializer>(network: &N, serializer: S) -> Result<S::Ok, S::Error> {
    write::write(network, serializer)
}

/// Reads a network. One that is too large for the stack is read by [`boxed::deserialize`].
///
/// # Errors
/// Those of the deserializer, and that a tensor is missing, comes twice, has another shape, or holds a number that is
/// NaN or infinite, or that the network has none of its name.
pub fn deserialize<'de, N: Network, D: Deserializer<'de>>(deserializer: D) -> Result<N, D::Error> {
    let mut network = N::zeroed();
    read(&mut network, deserializer)?;
    Ok(network)
}

/// The same of a network in a `Box`: `#[serde(with = "typenet::serde::boxed")]`.
pub mod boxed {
    use super::{Box, Deserializer, Network, Serializer, read, zeroed_box};

    /// See [`serialize`](super::serialize).
    ///
    /// # Errors
    /// As there.
    #[allow(clippy::borrowed_box, reason = "serde hands over what a field holds")]
    pub fn serialize<N: Network, S: Serializer>(network: &Box<N>, serializer: S) -> Result<S::Ok, S::Error> {
        super::serialize(&**network, serializer)
    }

    /// See [`deserialize`](super::deserialize); nothing large passes over the stack.
    ///
    /// # Errors
    /// As there.
    pub fn deserialize<'de, N: Network, D: Deserializer<'de>>(deserializer: D) -> Result<Box<N>, D::Error> {
        let mut network: Box<N> = zeroed_box();
        read(&mut *network, deserializer)?;
        Ok(network)
    }
}

/// The name of a tensor, as in files: `dense.kernel`.
struct Name<'a>(&'a Variable);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(Variable { path, name, .. }) = self;
        // a layer of one's own may have one tensor without a name
        if name.is_empty() { write!(f, "{path}") } else { write!(f, "{path}.{name}") }
    }
}
