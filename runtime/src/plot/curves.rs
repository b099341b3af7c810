//! Numbers by epoch.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::Color as _;

use super::frame::{Chart, Entry, Frame, Mark, UNITS, reason};
use super::range::{Axis, drawable, range, widened};
use super::{Color, Point};
use crate::error::Error;
use crate::history::{Epoch, History, Scores};

/// Width and height in pixels.
const SIZE: (i32, i32) = (720, 400);
/// Beyond so many points a curve is thinned: no screen shows more.
const MAX_POINTS: usize = 3_000;
/// Up to so many points each gets a dot.
const DOTS: usize = 30;

#[derive(Clone, Debug)]
struct Curve {
    name: String,
    points: Vec<[f64; 2]>,
}

/// Curves, such as the loss by epoch.
///
/// The upward axis starts at zero unless that would waste much of the picture. A number that is NaN or infinite leaves
/// a gap.
///
/// ```
/// use typenet::plot::Curves;
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let path = std::env::temp_dir().join("typenet-curves.svg");
/// Curves::new("Two schedules")
///     .axes("epoch", "learning rate")
///     .curve("halved", [0.1, 0.05, 0.025, 0.0125])
///     .points("by hand", [[1.0, 0.1], [4.0, 0.01]])
///     .save(path)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Curves {
    title: String,
    axes: [String; 2],
    all: Vec<Curve>,
}

impl Curves {
    /// An empty picture with a title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), axes: [String::new(), String::new()], all: Vec::new() }
    }

    /// The loss by epoch: training, and validation if there was any.
    #[must_use]
    pub fn loss(history: &History) -> Self {
        Self::history(history, "loss", |scores| Some(scores.loss))
    }

    /// A metric by epoch: training, and validation if there was any. Empty if the history does not know it.
    #[must_use]
    pub fn metric(history: &History, name: &str) -> Self {
        Self::history(history, name, |scores| scores.metric(name))
    }

    fn history(history: &History, name: &str, value: impl Fn(&Scores) -> Option<f64>) -> Self {
        let mut title = name.replace('_', " ");
        let axis = title.clone();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let points = |scores: fn(&Epoch) -> Option<&Scores>| -> Vec<[f64; 2]> {
            let point = |epoch: &Epoch| Some([epoch.epoch as f64, value(scores(epoch)?)?]);
            history.epochs.iter().filter_map(point).collect()
        };
        let curves = Self::new(format!("{title} by epoch"))
            .axes("epoch", axis)
            .points("training", points(|epoch| Some(&epoch.training)));
        let validation = points(|epoch| epoch.validation.as_ref());
        if validation.is_empty() { curves } else { curves.points("validation", validation) }
    }

    /// Gives it another title.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Names the axis to the right and the one upwards.
    #[must_use]
    pub fn axes(self, right: impl Into<String>, up: impl Into<String>) -> Self {
        Self { axes: [right.into(), up.into()], ..self }
    }

    /// Adds a curve through these numbers, the first of them at 1.
    #[must_use]
    pub fn curve(self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        self.points(name, (1_u32..).map(f64::from).zip(values).map(<[f64; 2]>::from))
    }

    /// Adds a curve through these points.
    #[must_use]
    pub fn points<P: Point>(mut self, name: impl Into<String>, points: impl IntoIterator<Item = P>) -> Self {
        let points = points.into_iter().map(Point::coordinates).collect();
        self.all.push(Curve { name: name.into(), points });
        self
    }

    /// Draws the picture and writes it as SVG.
    ///
    /// # Errors
    /// [`Error::Plot`] if it cannot be drawn, [`Error::File`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        super::write(self.draw(), path.as_ref())
    }

    pub(super) fn draw(&self) -> Result<String, String> {
        let shown = || self.all.iter().flat_map(|curve| &curve.points).filter(|point| seen(point));
        let x = range(shown().map(|point| point[0]));
        let mut y = widened(&range(shown().map(|point| point[1])), 0.05);
        if shown().all(|point| point[1] >= 0.0) && y.start < y.end / 2.0 && shown().next().is_some() {
            y.start = 0.0;
        }
        // a few epochs have no ticks between them
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 10")]
        let ticks = (x.end - x.start + 1.0).clamp(2.0, 10.0) as usize;
        let legend = |(index, curve): (usize, &Curve)| Entry {
            name: curve.name.clone(),
            color: Color::of(index),
            mark: Mark::Line,
        };
        Frame {
            title: &self.title,
            size: SIZE,
            x: Axis::new(&self.axes[0], x, ticks),
            y: Axis::new(&self.axes[1], y, 10),
            legend: self.all.iter().enumerate().map(legend).collect(),
        }
        .draw(
            |_, _| Ok(()),
            |chart| {
                // the first curve, which matters most, on top
                self.all.iter().enumerate().rev().try_for_each(|(index, curve)| draw_curve(curve, index, chart))
            },
        )
    }
}

fn seen(point: &[f64; 2]) -> bool {
    point.iter().all(|value| drawable(*value))
}

fn draw_curve(curve: &Curve, index: usize, chart: &mut Chart<'_, '_>) -> Result<(), String> {
    let color = Color::of(index).rgb();
    for piece in curve.points.split(|point| !seen(point)) {
        let thin = thinned(piece);
        let places = thin.iter().map(|[x, y]| (*x, *y));
        // a curve is drawn whole, or what would be a line becomes a dot
        if thin.len() > 1 {
            chart.draw_series(LineSeries::new(places.clone(), color.stroke_width(4))).map_err(reason)?;
        }
        if thin.len() == 1 || curve.points.len() <= DOTS {
            chart.draw_series(places.map(|place| Circle::new(place, 3 * UNITS, color.filled()))).map_err(reason)?;
        }
    }
    Ok(())
}

/// So few points that a screen can show them, with every peak and trough of the curve: of each stretch the first, the
/// lowest, the highest and the last.
fn thinned(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    if points.len() <= MAX_POINTS {
        return points.to_vec();
    }
    let stretch = (4 * points.len()).div_ceil(MAX_POINTS);
    let mut thin = Vec::with_capacity(MAX_POINTS + 4);
    for piece in points.chunks(stretch) {
        let order = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
        let heights = || piece.iter().map(|point| point[1]).enumerate();
        let mut kept = [
            0,
            heights().min_by(order).map_or(0, |(index, _)| index),
            heights().max_by(order).map_or(0, |(index, _)| index),
            piece.len() - 1,
        ];
        kept.sort_unstable();
        thin.extend(kept.iter().filter_map(|index| piece.get(*index)));
    }
    thin
}
