//! Points in the plane.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::Color as _;

use super::frame::{Canvas, Chart, Entry, Frame, Mark, UNITS, reason};
use super::range::{Axis, centred, drawable, range, widened};
use super::{Color, Point};
use crate::error::Error;

/// Width and height in pixels.
const SIZE: i32 = 600;
/// Regions are asked for at so many places in each direction, each the same number of pixels.
const CELLS: usize = 200;

/// What a network says of a place: the number of a class, or the probability of every class.
///
/// An index paints the place in the colour of its class. Probabilities paint it in the colour of the most probable
/// class, the fainter the less sure it is: the borders show how sharp they are. Where a probability is NaN, nothing is
/// painted.
pub trait Region {
    /// The class, from 0, and how sure it is: 0 for a class that is as good as any other, 1 for certainty.
    fn class(&self) -> Option<(usize, f64)>;
}

impl Region for usize {
    fn class(&self) -> Option<(usize, f64)> {
        Some((*self, 1.0))
    }
}

impl<T: Copy + Into<f64>, const N: usize> Region for [T; N] {
    fn class(&self) -> Option<(usize, f64)> {
        let probabilities = self.map(Into::into);
        if probabilities.iter().any(|probability| probability.is_nan()) {
            return None;
        }
        let (class, most) = probabilities.iter().copied().enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let even = 1.0 / N as f64;
        Some((class, if N > 1 { ((most - even) / (1.0 - even)).clamp(0.0, 1.0) } else { 1.0 }))
    }
}

/// Points of one kind.
struct Group {
    name: String,
    color: Color,
    mark: Mark,
    points: Vec<[f64; 2]>,
}

type Regions<'a> = Box<dyn Fn([f32; 2]) -> Option<(usize, f64)> + 'a>;

/// Points in the plane by class, and the regions that a network has decided on behind them.
///
/// Both axes have the same scale and show all points.
///
/// ```
/// use typenet::plot::Plane;
///
/// # fn main() -> Result<(), typenet::Error> {
/// # let path = std::env::temp_dir().join("typenet-plane.svg");
/// let inner = [[0.1_f32, 0.2], [-0.3, 0.1]];
/// let outer = vec![[1.0_f64, 0.3], [-0.2, -1.1]];
/// Plane::new("Inside and outside")
///     .axes("x", "y")
///     .class("inside", inner)
///     .class("outside", &outer)
///     .marks("wrong", &outer[..1])
///     // a probability for each class, as a network with `softmax` predicts them
///     .regions(|[x, y]| {
///         let outside = 1.0 / (1.0 + (5.0 - 10.0 * x.hypot(y)).exp());
///         [1.0 - outside, outside]
///     })
///     .save(path)?;
/// # Ok(())
/// # }
/// ```
pub struct Plane<'a> {
    title: String,
    axes: [String; 2],
    groups: Vec<Group>,
    regions: Option<Regions<'a>>,
}

impl fmt::Debug for Plane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.groups.iter().map(|group| (&group.name, group.points.len())).collect();
        f.debug_struct("Plane")
            .field("title", &self.title)
            .field("axes", &self.axes)
            .field("points", &names)
            .finish_non_exhaustive()
    }
}

impl<'a> Plane<'a> {
    /// An empty plane with a title.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), axes: [String::new(), String::new()], groups: Vec::new(), regions: None }
    }

    /// Names the axis to the right and the one upwards.
    #[must_use]
    pub fn axes(self, right: impl Into<String>, up: impl Into<String>) -> Self {
        Self { axes: [right.into(), up.into()], ..self }
    }

    /// Adds the points of the next class: the first that is added is class 0 of the regions.
    #[must_use]
    pub fn class<P: Point>(self, name: impl Into<String>, points: impl IntoIterator<Item = P>) -> Self {
        let color = Color::of(self.classes().count());
        self.class_in(color, name, points)
    }

    /// As [`class`](Self::class), in a colour of one's own.
    #[must_use]
    pub fn class_in<P: Point>(
        self,
        color: Color,
        name: impl Into<String>,
        points: impl IntoIterator<Item = P>,
    ) -> Self {
        self.with(name.into(), color, Mark::Dot, points)
    }

    /// Marks points with small dark crosses, such as those that a network got wrong.
    #[must_use]
    pub fn marks<P: Point>(self, name: impl Into<String>, points: impl IntoIterator<Item = P>) -> Self {
        self.with(name.into(), Color::INK, Mark::Cross, points)
    }

    fn with<P: Point>(mut self, name: String, color: Color, mark: Mark, points: impl IntoIterator<Item = P>) -> Self {
        let points = points.into_iter().map(Point::coordinates).collect();
        self.groups.push(Group { name, color, mark, points });
        self
    }

    /// Paints the plane behind the points in pale colours of the classes: `decide` says which class a place belongs to,
    /// by its index or by the probabilities of all classes. It is asked 40,000 times when the picture is saved.
    #[must_use]
    pub fn regions<R: Region>(self, decide: impl Fn([f32; 2]) -> R + 'a) -> Self {
        Self { regions: Some(Box::new(move |place| decide(place).class())), ..self }
    }

    /// Draws the picture and writes it as SVG.
    ///
    /// # Errors
    /// [`Error::Plot`] if a point is NaN, infinite or beyond 1e100, [`Error::File`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        super::write(self.draw(), path.as_ref())
    }

    fn classes(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| group.mark == Mark::Dot)
    }

    pub(super) fn draw(&self) -> Result<String, String> {
        for group in &self.groups {
            let bad = |point: &&[f64; 2]| !point.iter().all(|value| drawable(*value));
            if let Some(([x, y], index)) = group.points.iter().zip(0..).find(|(point, _): &(_, usize)| bad(point)) {
                return Err(format!("point {index} of `{}` is [{x}, {y}]", group.name));
            }
        }
        let coordinate = |axis: usize| range(self.groups.iter().flat_map(|group| &group.points).map(move |p| p[axis]));
        let (x, y) = (coordinate(0), coordinate(1));
        let width = (x.end - x.start).max(y.end - y.start);
        let [x, y] = [x, y].map(|range| widened(&centred(&range, width), 0.04));
        let legend = |group: &Group| Entry { name: group.name.clone(), color: group.color, mark: group.mark };
        Frame {
            title: &self.title,
            size: (SIZE, SIZE),
            x: Axis::new(&self.axes[0], x.clone(), 10),
            y: Axis::new(&self.axes[1], y.clone(), 10),
            legend: self.groups.iter().map(legend).collect(),
        }
        .draw(
            |canvas, pixels| self.regions.as_ref().map_or(Ok(()), |decide| self.paint(decide, canvas, pixels, &x, &y)),
            |chart| {
                let all = self.groups.iter().map(|group| group.points.len()).sum();
                self.groups.iter().try_for_each(|group| draw_group(group, all, chart))
            },
        )
    }

    /// The regions as few rectangles: runs of one colour in a row of cells, which last while the rows stay the same.
    fn paint(
        &self,
        decide: &Regions<'_>,
        canvas: &Canvas<'_>,
        [left, top, right, bottom]: [i32; 4],
        x: &Range<f64>,
        y: &Range<f64>,
    ) -> Result<(), String> {
        let colors: Vec<Color> = self.classes().map(|group| group.color).collect();
        #[allow(clippy::cast_possible_truncation, reason = "networks take f32")]
        let middle = |range: &Range<f64>, cell: usize| {
            ((cell as f64 + 0.5) / CELLS as f64).mul_add(range.end - range.start, range.start) as f32
        };
        let edge = |start: i32, end: i32, cell: usize| {
            start + (end - start) * i32::try_from(cell).unwrap_or(0) / i32::try_from(CELLS).unwrap_or(1)
        };
        let color = |row: usize, column: usize| {
            let (class, sure) = decide([middle(x, column), middle(y, CELLS - 1 - row)])?;
            let color = colors.get(class).copied().unwrap_or(Color::of(class));
            // few steps, so that cells of the same colour meet
            Some(color.thinned(0.06 + 0.22 * (sure * 6.0).round() / 6.0))
        };
        let runs = |row: usize| {
            let mut runs: Vec<(Range<usize>, Color)> = Vec::new();
            for column in 0..CELLS {
                let Some(color) = color(row, column) else { continue };
                match runs.last_mut() {
                    Some((run, last)) if run.end == column && *last == color => run.end += 1,
                    _ => runs.push((column..column + 1, color)),
                }
            }
            runs
        };
        let mut first = 0;
        let mut open = runs(0);
        for row in 1..=CELLS {
            let next = if row < CELLS { runs(row) } else { Vec::new() };
            if row < CELLS && next == open {
                continue;
            }
            for (run, color) in &open {
                let corners = [
                    (edge(left, right, run.start), edge(top, bottom, first)),
                    (edge(left, right, run.end), edge(top, bottom, row)),
                ];
                canvas.draw(&Rectangle::new(corners, color.rgb().filled())).map_err(reason)?;
            }
            (first, open) = (row, next);
        }
        Ok(())
    }
}

/// Draws one of the groups, which are so many points in `all`.
fn draw_group(group: &Group, all: usize, chart: &mut Chart<'_, '_>) -> Result<(), String> {
    let places = group.points.iter().map(|[x, y]| (*x, *y));
    // many points are small and let others shine through
    let (radius, opacity) = match all {
        0..200 => (4 * UNITS, 0.85),
        200..2_000 => (2 * UNITS, 0.75),
        _ => (3 * UNITS / 2, 0.6),
    };
    match group.mark {
        Mark::Cross => {
            let style = group.color.rgb().mix(opacity).stroke_width(2);
            chart.draw_series(places.map(|place| Cross::new(place, 5 * UNITS / 2, style))).map(drop).map_err(reason)
        }
        Mark::Dot | Mark::Line => {
            let style = group.color.rgb().mix(opacity).filled();
            chart.draw_series(places.map(|place| Circle::new(place, radius, style))).map(drop).map_err(reason)
        }
    }
}
