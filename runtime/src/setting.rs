//! Which numbers make sense as a setting of an optimizer, a loss, a metric or a callback.

use crate::error::Error;

/// What a setting must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Must {
    /// From 0 to 1.
    Share,
    /// From 0 to below 1: what is divided by the rest, or would stay as it is for ever.
    BelowOne,
    /// From 0 to 1, but not 0.
    AboveZero,
    /// Finite, and not negative.
    NotNegative,
    /// Finite, and not positive.
    NotPositive,
    /// Any number.
    Finite,
}

impl Must {
    const fn says(self) -> &'static str {
        match self {
            Self::Share => "from 0 to 1",
            Self::BelowOne => "from 0 to below 1",
            Self::AboveZero => "above 0 and at most 1",
            Self::NotNegative => "finite and not negative",
            Self::NotPositive => "finite and not positive",
            Self::Finite => "finite",
        }
    }

    /// No comparison with NaN holds.
    fn holds(self, value: f64) -> bool {
        match self {
            Self::Share => (0.0..=1.0).contains(&value),
            Self::BelowOne => (0.0..1.0).contains(&value),
            Self::AboveZero => value > 0.0 && value <= 1.0,
            Self::NotNegative => (0.0..=f64::MAX).contains(&value),
            Self::NotPositive => (f64::MIN..=0.0).contains(&value),
            Self::Finite => value.is_finite(),
        }
    }
}

/// Whether all that `of` was told makes sense: each setting's name, value, and what it must be.
pub(crate) fn check(of: &'static str, settings: &[(&'static str, f64, Must)]) -> Result<(), Error> {
    for &(setting, value, must) in settings {
        if !must.holds(value) {
            return Err(Error::Setting { of, setting, value, must: must.says() });
        }
    }
    Ok(())
}

/// Whether there is an output of this number, which a metric was told to look at.
pub(crate) const fn check_class(of: &'static str, class: Option<usize>, outputs: usize) -> Result<(), Error> {
    match class {
        Some(class) if class >= outputs => Err(Error::NoSuchOutput { of, class, outputs }),
        _ => Ok(()),
    }
}
