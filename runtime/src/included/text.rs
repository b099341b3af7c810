//! Texts that are put together while the compiler evaluates constants, where there is neither `format!` nor a heap.

use core::str;

use crate::layers::naming::Path;

/// More than a terminal shows of one message; what goes beyond is left out.
const CAPACITY: usize = 2048;

/// A text that grows at its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Text {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; CAPACITY], length: 0 }
    }

    pub(super) const fn with(mut self, text: &[u8]) -> Self {
        let mut at = 0;
        while at < text.len() && self.length < CAPACITY {
            self.bytes[self.length] = text[at];
            (self.length, at) = (self.length + 1, at + 1);
        }
        self
    }

    pub(super) const fn with_number(self, number: usize) -> Self {
        let before = if number < 10 { self } else { self.with_number(number / 10) };
        before.with(b"0123456789".split_at(number % 10).1.split_at(1).0)
    }

    /// As `{:016x}` writes it.
    pub(super) const fn with_hexadecimal(self, number: u64) -> Self {
        let (mut text, mut shift) = (self, 64);
        while shift > 0 {
            shift -= 4;
            text = text.with(b"0123456789abcdef".split_at((number >> shift & 15) as usize).1.split_at(1).0);
        }
        text
    }

    /// As `{:?}` writes it: `[2, 4]`.
    pub(super) const fn with_shape(self, shape: &[usize]) -> Self {
        let mut text = self.with(b"[");
        let mut at = 0;
        while at < shape.len() {
            if at > 0 {
                text = text.with(b", ");
            }
            text = text.with_number(shape[at]);
            at += 1;
        }
        text.with(b"]")
    }

    /// As `Path` is displayed: `tower.3.inner`.
    pub(super) const fn with_path(self, mut path: Path) -> Self {
        let mut text = self;
        while let Some(step) = path.step() {
            text = text.with(step.label().as_bytes());
            if let Some(copy) = step.copy {
                text = text.with(b".").with_number(copy);
            }
            if !path.is_done() {
                text = text.with(b".");
            }
        }
        text
    }

    pub(super) const fn as_bytes(&self) -> &[u8] {
        self.bytes.split_at(self.length).0
    }

    /// Ends the evaluation: the text is what the compiler says.
    #[track_caller]
    #[allow(clippy::panic, reason = "a panic of a constant is an error message of the compiler")]
    pub(super) const fn report(&self) -> ! {
        match str::from_utf8(self.as_bytes()) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("the file of weights does not hold this network"),
        }
    }
}

/// `a == b`
pub(super) const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
