//! What all pictures have in common: size, title, legend, axes, ticks and grid.

use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::Color as _;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::Color;
use super::range::Axis;

/// Units a pixel: plotters places everything on whole units, and half a pixel is fine enough for points.
pub(super) const UNITS: i32 = 2;

const LEFT: i32 = 78;
const RIGHT: i32 = 24;
const BOTTOM: i32 = 58;
const TITLE: i32 = 48;
const LEGEND_ROW: i32 = 26;
const GRID: Color = Color(120, 120, 120);
const SOFT_INK: Color = Color(90, 90, 90);

/// How an entry of the legend looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    Dot,
    Cross,
    Line,
}

/// A row of the legend.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) color: Color,
    pub(super) mark: Mark,
}

/// The picture without its contents.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) title: &'a str,
    /// Width and height of what the axes enclose, in pixels.
    pub(super) size: (i32, i32),
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) legend: Vec<Entry>,
}

pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// What plotters says when it cannot draw.
pub(super) fn reason(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Frame<'_> {
    /// Draws the frame, with `behind` below the grid (it is given the enclosed pixels) and `within` above it.
    pub(super) fn draw(
        &self,
        behind: impl FnOnce(&Canvas<'_>, [i32; 4]) -> Result<(), String>,
        within: impl FnOnce(&mut Chart<'_, '_>) -> Result<(), String>,
    ) -> Result<String, String> {
        let places = self.legend_places();
        let rows = places.last().map_or(0, |(_, row)| row + 1);
        let top = TITLE + rows * LEGEND_ROW + if rows > 0 { 8 } else { 4 };
        let (width, height) = (LEFT + self.size.0 + RIGHT, top + self.size.1 + BOTTOM);
        let units = |pixels: i32| u32::try_from(pixels * UNITS).unwrap_or(0);
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (units(width), units(height))).into_drawing_area();
            root.fill(&WHITE).map_err(reason)?;
            let mut title = text(20.0, Color::INK, HPos::Left);
            title.font = title.font.style(FontStyle::Bold);
            root.draw_text(&clean(self.title), &title, (LEFT * UNITS, 27 * UNITS)).map_err(reason)?;
            for (entry, (x, row)) in self.legend.iter().zip(&places) {
                draw_entry(&root, entry, (LEFT + x, TITLE + row * LEGEND_ROW + LEGEND_ROW / 2))?;
            }
            let mut chart = ChartBuilder::on(&root)
                .margin_top(units(top))
                .margin_right(units(RIGHT))
                .x_label_area_size(units(BOTTOM))
                .y_label_area_size(units(LEFT))
                .build_cartesian_2d(self.x.range.clone(), self.y.range.clone())
                .map_err(reason)?;
            let (xs, ys) = chart.plotting_area().get_pixel_range();
            behind(&root, [xs.start, ys.start, xs.end, ys.end])?;
            let label = text(13.0, SOFT_INK, HPos::Center);
            chart
                .configure_mesh()
                .x_labels(self.x.ticks)
                .y_labels(self.y.ticks)
                .max_light_lines(1)
                .light_line_style(TRANSPARENT)
                .bold_line_style(GRID.rgb().mix(0.22).stroke_width(2))
                .axis_style(GRID.rgb().stroke_width(2))
                .set_all_tick_mark_size(4 * UNITS)
                .x_label_formatter(&|value| self.x.label(*value))
                .y_label_formatter(&|value| self.y.label(*value))
                .label_style(label)
                .draw()
                .map_err(reason)?;
            let name = text(15.0, Color::INK, HPos::Center);
            let middle = (LEFT + self.size.0 / 2, top + self.size.1 / 2);
            let below = (middle.0 * UNITS, (height - 18) * UNITS);
            root.draw_text(&clean(&self.x.name), &name, below).map_err(reason)?;
            let beside = (16 * UNITS, middle.1 * UNITS);
            let upwards = name.transform(FontTransform::Rotate270);
            root.draw_text(&clean(&self.y.name), &upwards, beside).map_err(reason)?;
            within(&mut chart)?;
            drop(chart);
            root.present().map_err(reason)?;
        }
        // units become halves of a pixel: the picture is as large as meant, and its view box as fine as drawn
        let drawn = format!("<svg width=\"{}\" height=\"{}\" ", width * UNITS, height * UNITS);
        Ok(svg.replacen(&drawn, &format!("<svg width=\"{width}\" height=\"{height}\" "), 1))
    }

    /// Where each entry of the legend starts, in pixels, and in which row.
    fn legend_places(&self) -> Vec<(i32, i32)> {
        let (mut x, mut row) = (0, 0);
        let place = |entry: &Entry| {
            // the viewer chooses the font: 8 pixels are a wide character's share of 14
            let width = 26 + i32::try_from(entry.name.chars().count()).map_or(i32::MAX / 2, |n| n.min(1000) * 8);
            if x > 0 && x + width > self.size.0 {
                (x, row) = (0, row + 1);
            }
            let place = (x, row);
            x += width + 14;
            place
        };
        self.legend.iter().map(place).collect()
    }
}

fn draw_entry(root: &Canvas<'_>, entry: &Entry, (x, y): (i32, i32)) -> Result<(), String> {
    let (left, y) = (x * UNITS, y * UNITS);
    let middle = (left + 8 * UNITS, y);
    match entry.mark {
        Mark::Dot => root.draw(&Circle::new(middle, 5 * UNITS, entry.color.rgb().filled())),
        Mark::Cross => root.draw(&Cross::new(middle, 4 * UNITS, entry.color.rgb().stroke_width(4))),
        Mark::Line => {
            let ends = vec![(left, y), (left + 16 * UNITS, y)];
            root.draw(&PathElement::new(ends, entry.color.rgb().stroke_width(6)))
        }
    }
    .map_err(reason)?;
    let style = text(14.0, Color::INK, HPos::Left);
    root.draw_text(&clean(&entry.name), &style, (left + 22 * UNITS, y)).map_err(reason)
}

/// Text of a size in pixels. plotters counts the height of the line, which is 1.24 of the font's size.
fn text(size: f64, color: Color, horizontal: HPos) -> TextStyle<'static> {
    let family = "Inter, 'Helvetica Neue', Arial, sans-serif";
    let mut style = TextStyle::from((family, size * 1.24 * f64::from(UNITS)));
    style.color = color.rgb().to_backend_color();
    style.pos(Pos::new(horizontal, VPos::Center))
}

/// The text without control characters, which XML forbids.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '\u{fffe}' || c == '\u{ffff}' { ' ' } else { c }).collect()
}
