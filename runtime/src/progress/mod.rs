//! Progress as Keras shows it: a line in the terminal that lives while an epoch runs, and lines of finished epochs.
//!
//! All of it goes to standard error, so that a program's results can be piped from standard output. In a terminal, with
//! the feature `progress`, a line is redrawn at most every [`DRAW`]. Finished epochs stay as plain lines: the first,
//! the last, and of the others at most one every [`PRINT`]; elsewhere only these are written. What cannot be written (a
//! closed pipe) is ignored: training goes on.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::io::{self, Write};
use std::time::Duration;

use self::living::Living;
use crate::clock::Instant;
use crate::history::{Epoch, Scores};

// WebAssembly has no terminal
#[cfg_attr(any(not(feature = "progress"), target_family = "wasm"), path = "plain.rs")]
mod living;

/// At least this long between two drawings of the living line.
const DRAW: Duration = Duration::from_millis(50);
/// At least this long between two lines of finished epochs.
const PRINT: Duration = Duration::from_millis(200);
/// About this long between two looks at the clock.
const LOOK: Duration = Duration::from_millis(5);
/// The most batches between two looks at the clock.
const MAX_STRIDE: u32 = 1 << 20;
/// What a line in a terminal may take: it must look right in 80 columns, whose last some terminals wrap at.
const COLUMNS: usize = 79;
/// The narrowest bar.
const MIN_BAR: usize = 8;

/// Reports a training that runs.
pub(crate) struct Progress {
    /// Batches until the next look at the clock, at least 1.
    countdown: u32,
    /// Batches between two looks at the clock.
    stride: u32,
    /// The last look at the clock.
    looked: Instant,
    /// When the living line was last drawn.
    drawn: Instant,
    /// When a finished epoch was last printed.
    printed: Option<Instant>,
    start: Instant,
    epochs: usize,
    batches: usize,
    samples: usize,
    /// How many epochs have ended.
    ended: usize,
    /// The last epoch, if it was not printed.
    unprinted: Option<Epoch>,
    living: Option<Living>,
    out: Box<dyn Write + Send>,
}

impl Progress {
    /// Progress of so many epochs, each of so many batches and samples; 0 if that is not known before one has ended.
    pub(crate) fn new(epochs: usize, batches: usize, samples: usize) -> Self {
        Self::to(Box::new(io::stderr()), Living::new(), [epochs, batches, samples])
    }

    fn to(out: Box<dyn Write + Send>, living: Option<Living>, [epochs, batches, samples]: [usize; 3]) -> Self {
        let start = Instant::now();
        // a line that nobody sees needs no clock
        let stride = if living.is_some() { 1 } else { u32::MAX };
        Self {
            countdown: stride,
            stride,
            looked: start,
            drawn: start,
            printed: None,
            start,
            epochs,
            batches,
            samples,
            ended: 0,
            unprinted: None,
            living,
            out,
        }
    }

    /// Tells of a batch, from 1, of the epoch that runs, numbered as [`Epoch::epoch`]. Costs a decrement, and only now
    /// and then a look at the clock; `scores` are asked for if the line is drawn.
    #[inline]
    pub(crate) fn batch(&mut self, epoch: usize, batch: usize, scores: impl FnOnce() -> Scores) {
        self.countdown -= 1;
        if self.countdown == 0 && self.due(Instant::now()) {
            self.draw(epoch, batch, &scores());
        }
    }

    /// Whether it is time to draw, and when to ask again.
    #[cold]
    #[inline(never)]
    fn due(&mut self, now: Instant) -> bool {
        if self.living.is_some() {
            self.stride = next_stride(self.stride, now.saturating_duration_since(self.looked));
        }
        self.countdown = self.stride;
        self.looked = now;
        self.living.is_some() && now.saturating_duration_since(self.drawn) >= DRAW
    }

    #[cold]
    #[inline(never)]
    fn draw(&mut self, epoch: usize, batch: usize, scores: &Scores) {
        let (share, epochs) = self.done(batch);
        let Some(living) = &mut self.living else { return };
        let spent = self.start.elapsed().as_secs_f64();
        let prefix = count(epoch, self.epochs.saturating_add(epoch.saturating_sub(self.ended + 1)));
        // an epoch may have more batches than the one before
        let mut text = if batch <= self.batches { count(batch, self.batches) } else { format!("{batch}") };
        let room = COLUMNS.saturating_sub("epoch  [] ".len() + prefix.len() + MIN_BAR);
        let rate = epochs * self.samples as f64 / spent;
        append(
            &mut text,
            &parts(scores, ""),
            room,
            &[
                &format!("{} samples/s ETA {}", quantity(rate), duration(spent / share - spent)),
                &format!("{}/s ETA {}", quantity(rate), duration(spent / share - spent)),
                &format!("ETA {}", duration(spent / share - spent)),
            ],
        );
        living.draw(batch, self.batches, prefix, text);
        self.drawn = Instant::now();
    }

    /// Which share of the training is done after so many batches of this epoch, and how many epochs that is.
    fn done(&self, batch: usize) -> (f64, f64) {
        // in floats: whoever stops a training by a clock may ask for any number of epochs
        let epochs = self.ended as f64 + batch as f64 / self.batches as f64;
        (epochs / self.epochs as f64, epochs)
    }

    /// Tells how many batches and samples an epoch had.
    pub(crate) fn counted(&mut self, batches: usize, samples: usize) {
        (self.batches, self.samples) = (batches, samples);
    }

    /// Tells of an epoch that has ended.
    pub(crate) fn end_epoch(&mut self, epoch: &Epoch) {
        self.end_epoch_at(epoch, Instant::now());
    }

    fn end_epoch_at(&mut self, epoch: &Epoch, now: Instant) {
        self.ended += 1;
        let rested = self.printed.is_none_or(|printed| now.saturating_duration_since(printed) >= PRINT);
        if rested || self.ended == self.epochs {
            self.unprinted = None;
            self.printed = Some(now);
            self.print(epoch);
        } else {
            self.unprinted = Some(epoch.clone());
        }
    }

    fn print(&mut self, epoch: &Epoch) {
        let total = self.epochs.saturating_add(epoch.epoch.saturating_sub(self.ended));
        let room = if self.living.is_some() { COLUMNS } else { usize::MAX };
        let line = finished(epoch, total, self.samples, room);
        if self.ended == self.epochs {
            self.living.iter_mut().for_each(Living::clear);
        }
        if self.living.as_mut().is_some_and(|living| living.print(&line)) {
            return;
        }
        // one call for the whole line, so that lines of several processes do not mix
        let _ = self.out.write_all(format!("{line}\n").as_bytes());
    }

    /// Takes the living line away and prints the last epoch, if that has not happened: training may end early.
    pub(crate) fn finish(&mut self) {
        self.living.iter_mut().for_each(Living::clear);
        if let Some(epoch) = self.unprinted.take() {
            self.print(&epoch);
        }
        let _ = self.out.flush();
    }
}

impl Drop for Progress {
    /// Training may end with an error: what is known of it stays to be read.
    fn drop(&mut self) {
        self.finish();
    }
}

/// How many batches to let pass until the next look at the clock, if the last `stride` took `elapsed`: so many that
/// [`LOOK`] passes, but at most twice as many, since one fast batch says little.
fn next_stride(stride: u32, elapsed: Duration) -> u32 {
    let fitting = LOOK.as_nanos() * u128::from(stride) / elapsed.as_nanos().max(1);
    let most = stride.saturating_mul(2).min(MAX_STRIDE);
    u32::try_from(fitting).unwrap_or(most).clamp(1, most)
}

/// The line of a finished epoch: `epoch  12/200 loss: 0.1234 accuracy: 0.9512 1.2M samples/s`.
fn finished(epoch: &Epoch, total: usize, samples: usize, room: usize) -> String {
    let mut scores = parts(&epoch.training, "");
    scores.extend(epoch.validation.iter().flat_map(|scores| parts(scores, "val_")));
    let rate = samples as f64 / epoch.seconds;
    let mut line = format!("epoch {}", count(epoch.epoch, total));
    append(&mut line, &scores, room, &[&format!("{} samples/s", quantity(rate)), &format!("{}/s", quantity(rate))]);
    line
}

/// Appends to `line` all scores, and the first of `tails` with which it stays within `room` columns, or none.
fn append(line: &mut String, scores: &[String], room: usize, tails: &[&str]) {
    for score in scores {
        line.push(' ');
        line.push_str(score);
    }
    let used = line.chars().count() + 1;
    if let Some(tail) = tails.iter().find(|tail| used.saturating_add(tail.len()) <= room) {
        line.push(' ');
        line.push_str(tail);
    }
}

/// Each score with its name: `loss: 0.1234`.
fn parts(scores: &Scores, prefix: &str) -> Vec<String> {
    core::iter::once(("loss", scores.loss))
        .chain(scores.metrics.iter().copied())
        .map(|(name, value)| format!("{prefix}{name}: {}", score(value)))
        .collect()
}

/// A loss or a metric with as many digits as Keras shows: four decimals, and the exponent of what is too small or too
/// large for them.
fn score(value: f64) -> String {
    if value != 0.0 && value.is_finite() && !(1e-3..1e6).contains(&value.abs()) {
        format!("{value:.3e}")
    } else {
        format!("{value:.4}")
    }
}

/// `12/200`, as wide as `200/200`.
fn count(number: usize, total: usize) -> String {
    let total = format!("{total}");
    format!("{number:>width$}/{total}", width = total.len())
}

/// A number with two or three digits and a unit: `57`, `1.2M`, `345k`.
fn quantity(number: f64) -> String {
    if !number.is_finite() {
        return "?".to_owned();
    }
    let mut scaled = number.max(0.0);
    let mut unit = "";
    for next in ["k", "M", "G", "T"] {
        if scaled < 999.5 {
            break;
        }
        scaled /= 1e3;
        unit = next;
    }
    if scaled < 9.95 && !unit.is_empty() { format!("{scaled:.1}{unit}") } else { format!("{scaled:.0}{unit}") }
}

/// A time to wait, rounded up: `3s`, `2m05s`, `1h00m`, `3d04h`.
fn duration(seconds: f64) -> String {
    if !(0.0..1e9).contains(&seconds) {
        return "?".to_owned();
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1e9")]
    let seconds = seconds.ceil() as u64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m{:02}s", seconds % 60),
        3600..86400 => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

#[cfg(test)]
mod tests;
