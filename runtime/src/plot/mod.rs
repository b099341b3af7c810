//! Pictures of data, of what a network makes of it, and of its training, as SVG files.
//!
//! [`Plane`] shows points in the plane by class, and the regions that a network has decided on behind them. [`Curves`]
//! shows numbers by epoch. Both are described piece by piece and then [saved](Plane::save); the files need no fonts or
//! libraries of the system, open in every browser, and stay small (about 1 MB for 10,000 points).
//!
//! The colours are those of Okabe and Ito, which can be told apart with any kind of colour vision.
//!
//! ```
//! use typenet::plot::Plane;
//!
//! # fn main() -> Result<(), typenet::Error> {
//! # let directory = std::env::temp_dir();
//! Plane::new("Which quadrant?")
//!     .axes("x", "y")
//!     .class("same sign", [[0.5, 0.7], [-0.3, -0.9]])
//!     .class("different signs", [[0.4, -0.8], [-0.7, 0.2]])
//!     .regions(|[x, y]| usize::from(x * y <= 0.0))
//!     .save(directory.join("typenet-quadrants.svg"))?;
//! # Ok(())
//! # }
//! ```

mod curves;
mod frame;
mod plane;
mod range;
#[cfg(test)]
mod tests;

use std::path::Path;

use plotters::style::RGBColor;

pub use self::curves::Curves;
pub use self::plane::{Plane, Region};
use crate::error::Error;

/// A colour: red, green and blue, from 0 to 255.
///
/// The first class or curve of a picture is blue, the next ones orange, green, purple, sky blue, vermilion and yellow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// Blue.
    pub const BLUE: Self = Self(0, 114, 178);
    /// Orange.
    pub const ORANGE: Self = Self(230, 159, 0);
    /// Bluish green.
    pub const GREEN: Self = Self(0, 158, 115);
    /// Reddish purple.
    pub const PURPLE: Self = Self(204, 121, 167);
    /// Sky blue.
    pub const SKY: Self = Self(86, 180, 233);
    /// Vermilion.
    pub const VERMILION: Self = Self(213, 94, 0);
    /// Yellow.
    pub const YELLOW: Self = Self(240, 228, 66);
    /// The colour of text.
    pub const INK: Self = Self(38, 38, 38);

    /// The colour of the class or curve with this number, from 0.
    const fn of(index: usize) -> Self {
        const ALL: [Color; 7] =
            [Color::BLUE, Color::ORANGE, Color::GREEN, Color::PURPLE, Color::SKY, Color::VERMILION, Color::YELLOW];
        ALL[index % ALL.len()]
    }

    /// This colour as a thin layer of paint on white paper: 0 is white, 1 the colour itself.
    fn thinned(self, share: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two numbers of 8 bits")]
        let thin = |part: u8| (255.0 - share.clamp(0.0, 1.0) * (255.0 - f64::from(part))).round() as u8;
        Self(thin(self.0), thin(self.1), thin(self.2))
    }

    const fn rgb(self) -> RGBColor {
        RGBColor(self.0, self.1, self.2)
    }
}

/// A point in the plane: an array of two numbers, or a reference to one, so that `&points` of a vector will do.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a point in the plane",
    note = "points are arrays of two numbers, such as `[f32; 2]`"
)]
pub trait Point {
    /// Right, and up.
    fn coordinates(self) -> [f64; 2];
}

impl<T: Into<f64>> Point for [T; 2] {
    fn coordinates(self) -> [f64; 2] {
        self.map(Into::into)
    }
}

impl<T: Copy + Into<f64>> Point for &[T; 2] {
    fn coordinates(self) -> [f64; 2] {
        self.map(Into::into)
    }
}

/// Writes a drawn picture, or says why there is none.
fn write(svg: Result<String, String>, path: &Path) -> Result<(), Error> {
    let svg = svg.map_err(|reason| Error::Plot { path: path.to_path_buf(), reason })?;
    std::fs::write(path, svg).map_err(|source| Error::File { action: "write", path: path.to_path_buf(), source })
}
