//! From a map to a network.

use alloc::string::ToString as _;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use ::serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use ::serde::{Deserialize as _, Deserializer};

use super::Name;
use crate::layers::naming::{Variable, variables};
use crate::network::Network;
use crate::scalar::Scalar;

pub(super) fn read<'de, N: Network, D: Deserializer<'de>>(network: &mut N, deserializer: D) -> Result<(), D::Error> {
    let variables: Vec<_> = variables(N::LAYERS).collect();
    deserializer.deserialize_map(Tensors { name: N::NAME, variables: &variables, numbers: network.as_flat_mut() })
}

/// Reads all tensors of the network that is called so.
struct Tensors<'a, T> {
    name: &'static str,
    variables: &'a [Variable],
    numbers: &'a mut [T],
}

impl<'de, T: Scalar> Visitor<'de> for Tensors<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tensors of the network `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { name, variables, numbers } = self;
        let mut found = vec![false; variables.len()];
        while let Some((variable, found)) = map.next_key_seed(Key { name, variables, found: &mut found })? {
            let numbers = numbers.get_mut(variable.range.clone()).unwrap_or_default();
            if core::mem::replace(found, true) {
                return Err(A::Error::custom(format_args!("the tensor `{}` comes twice", Name(variable))));
            }
            map.next_value_seed(Rows { variable, shape: variable.shape, first: 0, numbers })?;
        }
        match variables.iter().zip(found).find(|(_, found)| !found) {
            Some((variable, _)) => Err(A::Error::custom(format_args!("the tensor `{}` is missing", Name(variable)))),
            None => Ok(()),
        }
    }
}

/// Reads the name of a tensor.
struct Key<'a, 'found> {
    name: &'static str,
    variables: &'a [Variable],
    found: &'found mut [bool],
}

impl<'de, 'a, 'found> DeserializeSeed<'de> for Key<'a, 'found> {
    type Value = (&'a Variable, &'found mut bool);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a, 'found> Visitor<'_> for Key<'a, 'found> {
    type Value = (&'a Variable, &'found mut bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a tensor of the network `{}`", self.name)
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let mut all = self.variables.iter().zip(self.found);
        all.find(|(variable, _)| Name(variable).to_string() == key).ok_or_else(|| {
            E::custom(format_args!("the network `{}` has no tensor `{}`", self.name, key.escape_debug()))
        })
    }
}

/// Reads numbers of a tensor, rows of rows, as the rest of its shape says.
struct Rows<'a, T> {
    variable: &'a Variable,
    shape: &'static [usize],
    /// Of these numbers, in the tensor.
    first: usize,
    numbers: &'a mut [T],
}

impl<'de, T: Scalar> DeserializeSeed<'de> for Rows<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Scalar> Visitor<'de> for Rows<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, name) = (self.rows(), Name(self.variable));
        if self.shape.len() > 1 {
            write!(f, "{rows} rows of tensor `{name}`, whose shape is {:?}", self.variable.shape)
        } else {
            write!(f, "{rows} numbers of tensor `{name}`, whose shape is {:?}", self.variable.shape)
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let rows = self.rows();
        for row in 0..rows {
            let length = self.numbers.len() / rows;
            let place = row * length;
            let numbers = self.numbers.get_mut(place..place + length).unwrap_or_default();
            let (variable, first) = (self.variable, self.first + place);
            let read = match (self.shape, numbers) {
                ([_, shape @ ..], numbers) if !shape.is_empty() => {
                    seq.next_element_seed(Rows { variable, shape, first, numbers })?
                }
                (_, [number]) => seq.next_element_seed(Number { variable, index: first, to: number })?,
                _ => None,
            };
            if read.is_none() {
                return Err(A::Error::invalid_length(row, &self));
            }
        }
        if seq.next_element::<IgnoredAny>()?.is_some() {
            return Err(A::Error::invalid_length(rows + 1, &self));
        }
        Ok(())
    }
}

impl<T> Rows<'_, T> {
    /// How many there are; of a tensor without a shape, as many as it has numbers.
    fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(self.numbers.len())
    }
}

/// Reads a number.
struct Number<'a, T> {
    variable: &'a Variable,
    /// In the tensor.
    index: usize,
    to: &'a mut T,
}

impl<'de, T: Scalar> DeserializeSeed<'de> for Number<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        // formats that do not say what they hold must be asked for what was written
        let number = if T::NAME == <f32 as Scalar>::NAME {
            f64::from(f32::deserialize(deserializer)?)
        } else {
            f64::deserialize(deserializer)?
        };
        *self.to = T::from_f64(number);
        if number.is_finite() {
            return Ok(());
        }
        let (index, name) = (self.index, Name(self.variable));
        Err(D::Error::custom(format_args!("number {index} of tensor `{name}` is {number}")))
    }
}
