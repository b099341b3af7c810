//! From a network to a map.

use ::serde::ser::{Error as _, SerializeMap as _};
use ::serde::{Serialize, Serializer};

use super::Name;
use crate::layers::naming::variables;
use crate::network::Network;
use crate::scalar::Scalar;

pub(super) fn write<N: Network, S: Serializer>(network: &N, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(variables(N::LAYERS).count()))?;
    for variable in variables(N::LAYERS) {
        let numbers = network.as_flat().get(variable.range.clone()).unwrap_or_default();
        let name = Name(&variable);
        if let Some((index, number)) = numbers.iter().enumerate().find(|(_, number)| !number.finite()) {
            return Err(S::Error::custom(format_args!("number {index} of tensor `{name}` is {number}")));
        }
        map.serialize_entry(&name, &Rows { numbers, shape: variable.shape })?;
    }
    map.end()
}

impl Serialize for Name<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The numbers of a tensor: rows of rows, as its shape says.
struct Rows<'a, T> {
    numbers: &'a [T],
    shape: &'static [usize],
}

impl<T: Scalar> Serialize for Rows<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self.shape {
            [_, ref shape @ ..] if !shape.is_empty() => {
                let rows = self.numbers.chunks(shape.iter().product::<usize>().max(1));
                serializer.collect_seq(rows.map(|numbers| Rows { numbers, shape }))
            }
            _ => serializer.collect_seq(self.numbers.iter().map(|number| Number(*number))),
        }
    }
}

struct Number<T>(T);

impl<T: Scalar> Serialize for Number<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = self.0.to_f64();
        if T::NAME == <f32 as Scalar>::NAME {
            serializer.serialize_f32(<f32 as Scalar>::from_f64(number))
        } else {
            serializer.serialize_f64(number)
        }
    }
}
