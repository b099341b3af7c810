//! stub until the real one lands
use crate::history::{Epoch, Scores};
pub(crate) struct Progress;
impl Progress {
    pub(crate) fn new(_: usize, _: usize, _: usize) -> Self {
        Self
    }
    pub(crate) fn batch(&mut self, _: usize, _: usize, _: impl FnOnce() -> Scores) {}
    pub(crate) fn end_epoch(&mut self, _: &Epoch) {}
    pub(crate) fn finish(&mut self) {}
}
