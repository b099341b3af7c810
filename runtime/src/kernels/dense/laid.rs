//! Weights as products [in turn](super::in_turn) put them down, kept while they meet more tiles than go together.
//!
//! A prediction of many samples takes the tiles of a large network by the group. For each group alone, weights that are put down
//! would come from far away again, a line at a time; kept, they lie one after the other, and the processor fetches them before
//! they are needed. So a part of them can be longer, too. On a Zen 3 5,000 predictions of 784-512-512-10 went from 84 to 88 %
//! of the peak. Weights whose rows are not in each other's way gained nothing.

#[cfg(feature = "alloc")]
use alloc::boxed::Box;

use crate::scalar::Scalar;

/// 64 bytes, as many as a lane of any scalar has.
type Line = <f64 as Scalar>::Lane;

#[cfg(feature = "alloc")]
type Lines = Box<[Line]>;
#[cfg(not(feature = "alloc"))]
type Lines = [Line; 0];

/// The most lines that are kept: 16 MiB.
#[cfg(feature = "alloc")]
const LINES: usize = 1 << 18;

/// How many lines may be put down of a network of so many parameters.
#[cfg(feature = "alloc")]
pub(crate) const fn room<T: Scalar>(parameters: usize) -> usize {
    let (lines, bytes) = (parameters / T::LANES, parameters * size_of::<T>());
    // fewer weights are not crowded, nor are others where there are more registers
    if cfg!(not(any(target_arch = "x86", target_arch = "x86_64"))) || bytes < 1 << 18 {
        0
    } else if lines < LINES {
        lines
    } else {
        LINES
    }
}

/// How many layers have a place.
const LAYERS: usize = 32;

/// The weights of some layers of one network, which do not change meanwhile.
#[derive(Debug, Default)]
pub struct Laid {
    lines: Lines,
    places: [Weights; LAYERS],
    count: usize,
}

/// Weights of one layer.
#[derive(Clone, Copy, Debug, Default)]
struct Weights {
    /// Where they lie in the network, and of how many outputs.
    from: (usize, usize),
    /// Which lines are theirs.
    first: usize,
    count: usize,
}

/// The place of the weights of one layer.
pub(crate) struct Place<'a, T: Scalar> {
    pub(crate) lines: &'a mut [T::Lane],
    /// Whether they are there already.
    pub(crate) full: bool,
}

impl Laid {
    /// Room for so many lines. It is not touched before there is something to put down.
    #[cfg(feature = "alloc")]
    pub(crate) fn new(lines: usize) -> Self {
        Self { lines: bytemuck::zeroed_slice_box(lines), ..Self::default() }
    }

    /// Forgets all weights: from here on they are another network's, or have changed.
    #[cfg(feature = "alloc")]
    pub(crate) fn clear(&mut self) {
        self.count = 0;
    }

    /// The place of the weights of so many outputs; `None` where there is no room.
    pub(crate) fn place<T: Scalar>(&mut self, weights: &[T], outputs: usize) -> Option<Place<'_, T>> {
        let (from, count) = ((weights.as_ptr().addr(), outputs), weights.len() / T::LANES);
        let places = self.places.get(..self.count).unwrap_or_default();
        let known = places.iter().find(|place| place.from == from && place.count == count);
        let first = known.map_or_else(|| places.last().map_or(0, |last| last.first + last.count), |known| known.first);
        let full = known.is_some();
        let room = self.lines.get_mut(first..first + count)?;
        if !full {
            *self.places.get_mut(self.count)? = Weights { from, first, count };
            self.count += 1;
        }
        Some(Place { lines: bytemuck::try_cast_slice_mut(room).ok()?, full })
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::{LAYERS, Laid};

    #[test]
    fn weights_have_one_place_until_all_are_forgotten() {
        let weights = [0.0_f32; 96];
        let mut laid = Laid::new(6);
        let mut place = |weights| laid.place::<f32>(weights, 16).map(|place| (place.lines.len(), place.full));
        assert_eq!(place(&weights[..64]), Some((4, false)));
        assert_eq!(place(&weights[64..]), Some((2, false)));
        assert_eq!(place(&weights[..64]), Some((4, true)));
        assert_eq!(place(&weights[..32]), None, "others that begin there, for which there is no room");
        laid.clear();
        let mut place = |weights| laid.place::<f32>(weights, 16).map(|place| (place.lines.as_ptr().addr(), place.full));
        let (first, second) = (place(&weights[64..]), place(&weights[..64]));
        assert!(matches!((first, second), (Some((a, false)), Some((b, false))) if b == a + 2 * 64));
    }

    #[test]
    fn more_layers_than_places_have_none() {
        let weights = [0.0_f64; 8 * (LAYERS + 1)];
        let mut laid = Laid::new(LAYERS + 1);
        let mut full = weights.chunks(8).map(|weights| laid.place::<f64>(weights, 8).map(|place| place.full));
        assert!(full.by_ref().take(LAYERS).all(|full| full == Some(false)));
        assert_eq!(full.next(), Some(None));
    }
}
