//! What must hold of data before a network is trained on it.

use super::{Data, Samples, Targets};
use crate::error::Error;
use crate::layers::{InputRange, row};
use crate::losses::{Loss, TargetRange};
use crate::network::Network;
use crate::scalar::Scalar;

/// Whether such a network can be trained on the data with this loss; how many samples there are. Where all numbers lie
/// side by side, `within` may say of them that they are finite, or probabilities too; else they are looked at one after
/// the other.
pub(crate) fn check<N, L, X, Y>(
    (x, y): Data<'_, X, Y>,
    loss: &L,
    mut within: impl FnMut(&[N::Scalar], bool) -> bool,
) -> Result<u32, Error>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
{
    let (samples, targets) = (x.count(), y.count());
    if samples != targets {
        return Err(Error::CountMismatch { inputs: samples, targets });
    }
    if samples == 0 {
        return Err(Error::NoSamples);
    }
    let count = count(samples)?;
    if const { !matches!(N::RANGE, InputRange::Finite) } || !x.all_numbers().is_some_and(|all| within(all, false)) {
        x.check(const { N::RANGE })?;
    }
    let probabilities = const { matches!(L::TARGETS, TargetRange::Probability) };
    // of several heads each number is looked at as its own wants it
    let alike = const { !matches!(L::TARGETS, TargetRange::Heads(..)) };
    if !alike || !y.all_numbers().is_some_and(|all| within(all, probabilities)) {
        y.check(L::TARGETS)?;
    }
    loss.check()?;
    Ok(count)
}

/// As many samples, each of which data can be asked for.
pub(crate) fn count(samples: usize) -> Result<u32, Error> {
    u32::try_from(samples).map_err(|_| Error::TooManySamples { samples })
}

/// Neither NaN nor infinite, or numbers of rows.
#[inline(always)]
pub(crate) fn check_inputs<'a, T: Scalar>(
    numbers: impl Iterator<Item = &'a T>,
    range: InputRange,
    sample: usize,
) -> Result<(), Error> {
    for (index, number) in numbers.enumerate() {
        match range {
            InputRange::Finite if number.finite() => {}
            InputRange::Rows(rows) if row(*number, rows).is_some() => {}
            InputRange::Finite => return Err(Error::InputNotFinite { sample, index, value: number.to_f64() }),
            InputRange::Rows(rows) => {
                return Err(Error::InputNotRow { sample, index, value: number.to_f64(), rows });
            }
        }
    }
    Ok(())
}

/// Finite, and where the loss takes probabilities, from 0 to 1.
pub(crate) fn check_targets<'a, T: Scalar>(
    numbers: impl Iterator<Item = &'a T>,
    range: TargetRange,
    sample: usize,
) -> Result<(), Error> {
    for (index, number) in numbers.enumerate() {
        if !number.finite() {
            return Err(Error::TargetNotFinite { sample, index, value: number.to_f64() });
        }
        if range.of(index) == TargetRange::Probability && !(T::ZERO..=T::ONE).contains(number) {
            return Err(Error::TargetNotProbability { sample, index, value: number.to_f64() });
        }
    }
    Ok(())
}
