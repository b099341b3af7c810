//! The lines of a file that tell whose network is in it, compared with a network while the compiler evaluates
//! constants.

use super::text::Text;
use crate::layers::LayerInfo;

/// What a file tells behind `name`, such as the declaration `Xor: f32 = Dense(2 -> 4, relu)` behind `network: `. The
/// lines are a JSON text as it is written there.
pub(super) const fn told<'a>(mut lines: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    loop {
        let (line, others) = split(lines, b"\\n");
        if let Some(value) = after(line, name) {
            return Some(value);
        }
        let Some(others) = others else { return None };
        lines = others;
    }
}

/// The layers of a network, written as `about.rs` writes them, and what remains of another text of which they are the
/// beginning.
pub(super) struct Declaration<'a> {
    pub(super) text: Text,
    other: Option<&'a [u8]>,
}

impl<'a> Declaration<'a> {
    /// Of `layers`, beside the declaration of a file.
    pub(super) const fn new(layers: &[LayerInfo], declaration: &'a [u8]) -> Self {
        let (_, other) = split(declaration, b" = ");
        Self { text: Text::new(), other }.with_layers(layers)
    }

    /// Whether the file's layers are these.
    pub(super) const fn is_same(&self) -> bool {
        matches!(self.other, Some([]))
    }

    const fn with(self, part: &[u8]) -> Self {
        let other = match self.other {
            Some(other) => after(other, part),
            None => None,
        };
        Self { text: self.text.with(part), other }
    }

    const fn with_number(self, number: usize) -> Self {
        self.with(Text::new().with_number(number).as_bytes())
    }

    const fn with_layers(mut self, mut layers: &[LayerInfo]) -> Self {
        while let Some((layer, others)) = layers.split_first() {
            self = if layer.copies == 1 { self } else { self.with(b"[") };
            self = self.with(layer.kind.as_bytes()).with(b"(");
            self = if layer.layers.is_empty() {
                self = self.with_number(layer.inputs).with(b" -> ").with_number(layer.outputs);
                self.with(b", ").with(layer.activation.as_bytes())
            } else {
                self.with_layers(layer.layers)
            };
            self = self.with(b")");
            self = if layer.copies == 1 { self } else { self.with(b"; ").with_number(layer.copies).with(b"]") };
            self = if others.is_empty() { self } else { self.with(b", ") };
            layers = others;
        }
        self
    }
}

/// What follows `start` in `text`, if it begins so.
const fn after<'a>(text: &'a [u8], start: &[u8]) -> Option<&'a [u8]> {
    let mut at = 0;
    while at < start.len() {
        if at == text.len() || text[at] != start[at] {
            return None;
        }
        at += 1;
    }
    Some(text.split_at(at).1)
}

/// What stands before the first `mark`, and what behind it, if there is one.
const fn split<'a>(text: &'a [u8], mark: &[u8]) -> (&'a [u8], Option<&'a [u8]>) {
    let mut at = 0;
    while at < text.len() {
        let (before, rest) = text.split_at(at);
        if let Some(behind) = after(rest, mark) {
            return (before, Some(behind));
        }
        at += 1;
    }
    (text, None)
}
