//! What a layer within another sees of a batch.

use super::batch::Seen;
use super::{Batch, Layer};
use crate::scalar::Scalar;

/// Where the tiles of the layer [`Inner`](Self::Inner) are in those of [`Outer`](Self::Outer).
pub(super) trait Within<T: Scalar>: Copy {
    type Outer: Layer<T>;
    type Inner: Layer<T>;

    fn find(self, outer: Seen<'_, T, Self::Outer>) -> Seen<'_, T, Self::Inner>;
}

/// The batch of the outer layer, as the inner one sees it.
#[derive(Clone, Copy)]
pub(super) struct View<G, W>(pub(super) G, pub(super) W);

impl<T: Scalar, G: Batch<T, W::Outer>, W: Within<T>> Batch<T, W::Inner> for View<G, W> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.0.count()
    }

    #[inline(always)]
    fn tile(&self, index: usize) -> Seen<'_, T, W::Inner> {
        self.1.find(self.0.tile(index))
    }
}
