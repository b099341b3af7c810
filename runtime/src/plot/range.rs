//! What part of the numbers a picture shows, and how its axes say so.

use std::ops::Range;

use plotters::coord::ranged1d::{BoldPoints, Ranged};
use plotters::coord::types::RangedCoordf64;

/// Numbers beyond this cannot be drawn: the width of a range must be finite too.
const LIMIT: f64 = 1e100;

/// Whether a number has a place in a picture.
pub(super) fn drawable(value: f64) -> bool {
    value.abs() <= LIMIT
}

/// From the least to the greatest of all drawable numbers; from -1 to 1 if there are none. Never so narrow that steps
/// within it would be lost to rounding.
pub(super) fn range(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (low, high) = values
        .filter(|value| drawable(*value))
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low > high {
        return -1.0..1.0;
    }
    let size = low.abs().max(high.abs());
    if high - low > (size * 1e-6).max(1e-99) {
        return low..high;
    }
    let half = if size < 1e-90 { 1.0 } else { size / 10.0 };
    f64::midpoint(low, high) - half..f64::midpoint(low, high) + half
}

/// The range with a share of its width added on both sides.
pub(super) fn widened(range: &Range<f64>, share: f64) -> Range<f64> {
    let margin = (range.end - range.start) * share;
    range.start - margin..range.end + margin
}

/// The range with the same middle and this width.
pub(super) fn centred(range: &Range<f64>, width: f64) -> Range<f64> {
    let middle = f64::midpoint(range.start, range.end);
    middle - width / 2.0..middle + width / 2.0
}

/// An axis: its range, its ticks, and the digits that they need.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) name: String,
    pub(super) range: Range<f64>,
    /// At most so many ticks.
    pub(super) ticks: usize,
    digits: usize,
    exponent: bool,
}

impl Axis {
    pub(super) fn new(name: &str, range: Range<f64>, ticks: usize) -> Self {
        let points: Vec<f64> = RangedCoordf64::from(range.clone()).key_points(BoldPoints(ticks));
        let width = range.end - range.start;
        let size = range.start.abs().max(range.end.abs());
        let exponent = size >= 1e6 || width < 1e-4;
        let scaled = |digits: usize| 10f64.powi(i32::try_from(digits).unwrap_or(0));
        // the fewest digits that show every tick as it is
        let exact = |digits: &usize| {
            points.iter().all(|point| {
                let unit = if exponent { 10f64.powf(point.abs().max(1e-100).log10().floor()) } else { 1.0 };
                let shown = (point / unit * scaled(*digits)).round() / scaled(*digits) * unit;
                (shown - point).abs() <= width * 1e-3
            })
        };
        let digits = (0..12).find(exact).unwrap_or(12);
        Self { name: name.to_owned(), range, ticks, digits, exponent }
    }

    /// What stands beside a tick.
    pub(super) fn label(&self, value: f64) -> String {
        // what rounding has left of a zero
        let value = if value.abs() < (self.range.end - self.range.start) * 1e-6 { 0.0 } else { value };
        let text = if self.exponent && value != 0.0 {
            format!("{value:.*e}", self.digits)
        } else {
            format!("{value:.*}", if self.exponent { 0 } else { self.digits })
        };
        text.replace('-', "\u{2212}")
    }
}
