//! Without the feature `progress` no line lives.

use alloc::string::String;

pub(super) enum Living {}

impl Living {
    pub(super) fn new() -> Option<Self> {
        None
    }

    pub(super) fn draw(&mut self, _batch: usize, _batches: usize, _left: String, _right: String) {
        match *self {}
    }

    pub(super) fn print(&mut self, _line: &str) -> bool {
        match *self {}
    }

    pub(super) fn clear(&mut self) {
        match *self {}
    }
}
