//! The living line, by indicatif: it knows terminals, how to redraw a line, and how to print another above it.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

pub(super) struct Living {
    bar: ProgressBar,
    /// What stands left and right of the bar: not indicatif's own prefix and message, since each of these would be
    /// drawn on its own, three times a frame.
    texts: Arc<Mutex<[String; 2]>>,
    /// Whether the line is on the screen.
    visible: bool,
}

impl Living {
    /// A line, if standard error is a terminal.
    pub(super) fn new() -> Option<Self> {
        // the caller draws 20 times a second; indicatif must not hold back any of these
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(u8::MAX));
        if bar.is_hidden() {
            return None;
        }
        let texts = Arc::<Mutex<[String; 2]>>::default();
        let text = |side: usize| {
            let texts = Arc::clone(&texts);
            move |_: &ProgressState, f: &mut dyn fmt::Write| {
                // what cannot be written is not shown
                let _ = texts.lock().map(|texts| f.write_str(&texts[side]));
            }
        };
        let style = ProgressStyle::with_template("epoch {left} [{wide_bar}] {right}").ok()?;
        bar.set_style(style.with_key("left", text(0)).with_key("right", text(1)).progress_chars("━╸ "));
        Some(Self { bar, texts, visible: false })
    }

    /// Draws the line anew.
    pub(super) fn draw(&mut self, batch: usize, batches: usize, left: String, right: String) {
        self.visible = true;
        if let Ok(mut texts) = self.texts.lock() {
            *texts = [left, right];
        }
        self.bar.update(|state| {
            state.set_len(batches as u64);
            state.set_pos(batch as u64);
        });
    }

    /// Prints another line above this one. No, if this one is not on the screen: then anyone can print.
    pub(super) fn print(&mut self, line: &str) -> bool {
        if self.visible {
            self.bar.println(line);
        }
        self.visible
    }

    /// Takes the line away for good.
    pub(super) fn clear(&mut self) {
        if self.visible {
            self.bar.finish_and_clear();
        }
        self.visible = false;
    }
}
