//! Tiles on their way, side by side, through a network or a layer.

use core::marker::PhantomData;

use crate::kernels::dense::IN_TURN;
use crate::layers::{Layer, Trace};
use crate::scalar::Scalar;

/// A tile on its way: what goes in, `I`, and what is kept of it, `K`, which is the [`Trace`] of a layer and the
/// [`Tape`](crate::Network::Tape) of a network.
#[derive(Debug)]
pub struct Passing<'a, I, K> {
    /// What goes in.
    pub input: &'a I,
    /// Where on the way back the gradient with respect to that goes; `None` where nobody asks.
    pub d_input: Option<&'a mut I>,
    /// What is kept.
    pub kept: &'a mut K,
}

impl<'a, I, K> Passing<'a, I, K> {
    /// A tile of which nobody asks for the gradient of the inputs.
    #[inline(always)]
    pub fn new(input: &'a I, kept: &'a mut K) -> Self {
        Self { input, d_input: None, kept }
    }

    /// A reborrow.
    #[inline(always)]
    fn again(&mut self) -> Passing<'_, I, K> {
        Passing { input: self.input, d_input: self.d_input.as_deref_mut(), kept: &mut *self.kept }
    }

    /// As the first layer sees it, of which `find` finds what is kept.
    #[inline(always)]
    pub fn first<J>(self, find: impl FnOnce(&'a mut K) -> &'a mut J) -> Passing<'a, I, J> {
        Passing { input: self.input, d_input: self.d_input, kept: find(self.kept) }
    }

    /// As a layer after another sees it: `find` finds what is kept of both.
    #[inline(always)]
    pub fn after<T: Scalar, B: Layer<T>, J>(
        self,
        find: impl FnOnce(&'a mut K) -> (&'a mut Trace<T, B>, &'a mut J),
    ) -> Passing<'a, B::Output, J> {
        let (before, kept) = find(self.kept);
        Passing { input: &before.output, d_input: Some(&mut before.d_output), kept }
    }

    /// The same of a layer before which nothing is trained: what comes before goes back only for who asks for the
    /// gradient of the inputs.
    #[inline(always)]
    pub fn after_untrained<T: Scalar, B: Layer<T>, J>(
        self,
        find: impl FnOnce(&'a mut K) -> (&'a mut Trace<T, B>, &'a mut J),
    ) -> Passing<'a, B::Output, J> {
        let wanted = self.d_input.is_some();
        let tile = self.after(find);
        Passing { d_input: tile.d_input.filter(|_| wanted), ..tile }
    }
}

/// Tiles that go through a network or a layer together.
pub trait Tiles<I, K> {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them.
    fn tile(&mut self, index: usize) -> Passing<'_, I, K>;

    /// This one and the next, if there is one.
    fn pair(&mut self, first: usize) -> Option<[Passing<'_, I, K>; 2]>;

    /// This one and those after it, as many as there are, of those that are multiplied in turn.
    fn in_turn(&mut self, first: usize) -> [Option<Passing<'_, I, K>>; IN_TURN];

    /// Between which [barriers](Layer::BARRIERS) they are, from 0, which is before the first; `None` if they go
    /// all the way.
    #[inline(always)]
    fn part(&self) -> Option<usize> {
        None
    }

    /// Whether the gradient of the inputs is asked for.
    #[inline(always)]
    fn wanted(&mut self) -> bool {
        self.count() > 0 && self.tile(0).d_input.is_some()
    }
}

/// One alone.
impl<I, K> Tiles<I, K> for Passing<'_, I, K> {
    #[inline(always)]
    fn count(&self) -> usize {
        1
    }

    #[inline(always)]
    fn tile(&mut self, _: usize) -> Passing<'_, I, K> {
        self.again()
    }

    #[inline(always)]
    fn pair(&mut self, _: usize) -> Option<[Passing<'_, I, K>; 2]> {
        None
    }

    #[inline(always)]
    fn in_turn(&mut self, _: usize) -> [Option<Passing<'_, I, K>>; IN_TURN] {
        [Some(self.again()), None, None, None, None, None, None, None]
    }
}

/// The tiles of a layer as one within it sees them: `see` turns one into the other.
pub(crate) struct Inside<'a, G: ?Sized, F, I, K> {
    tiles: &'a mut G,
    see: F,
    around: PhantomData<fn(I, K)>,
}

impl<'a, G: ?Sized, F, I, K> Inside<'a, G, F, I, K> {
    #[inline(always)]
    pub(crate) fn new<J, L>(tiles: &'a mut G, see: F) -> Self
    where
        G: Tiles<I, K>,
        F: for<'t> Fn(Passing<'t, I, K>) -> Passing<'t, J, L>,
    {
        Self { tiles, see, around: PhantomData }
    }
}

impl<G, F, I, K, J, L> Tiles<J, L> for Inside<'_, G, F, I, K>
where
    G: Tiles<I, K> + ?Sized,
    F: for<'t> Fn(Passing<'t, I, K>) -> Passing<'t, J, L>,
{
    #[inline(always)]
    fn count(&self) -> usize {
        self.tiles.count()
    }

    #[inline(always)]
    fn tile(&mut self, index: usize) -> Passing<'_, J, L> {
        (self.see)(self.tiles.tile(index))
    }

    // not `map` of an array, which is eight functions for each layer, nor `?`
    #[allow(clippy::question_mark, reason = "it would be more code for each layer")]
    #[inline(always)]
    fn pair(&mut self, first: usize) -> Option<[Passing<'_, J, L>; 2]> {
        let Some([a, b]) = self.tiles.pair(first) else { return None };
        Some([(self.see)(a), (self.see)(b)])
    }

    #[inline(always)]
    fn in_turn(&mut self, first: usize) -> [Option<Passing<'_, J, L>>; IN_TURN] {
        let [a, b, c, d, e, f, g, h] = self.tiles.in_turn(first);
        let see = &self.see;
        [a.map(see), b.map(see), c.map(see), d.map(see), e.map(see), f.map(see), g.map(see), h.map(see)]
    }

    #[inline(always)]
    fn part(&self) -> Option<usize> {
        self.tiles.part()
    }
}

/// The tiles of a network with barriers as one of its layers sees them: all in the parts of the way that are its own,
/// and none in the others.
#[allow(missing_debug_implementations, reason = "generated code holds it for one call")]
pub struct Parted<'a, G: ?Sized> {
    tiles: &'a mut G,
    part: Option<usize>,
    count: usize,
}

impl<'a, G: ?Sized> Parted<'a, G> {
    /// Of a layer that has so many `barriers`, after so many that layers before it have.
    #[inline(always)]
    pub(crate) fn new<I, K>(tiles: &'a mut G, before: usize, barriers: usize) -> Self
    where
        G: Tiles<I, K>,
    {
        // the parts before the first wrap around, and are beyond the last
        let part = tiles.part().map(|part| part.wrapping_sub(before));
        let count = if part.is_none_or(|part| part <= barriers) { tiles.count() } else { 0 };
        Self { tiles, part: part.filter(|_| barriers > 0), count }
    }
}

impl<I, K, G: Tiles<I, K> + ?Sized> Tiles<I, K> for Parted<'_, G> {
    #[inline(always)]
    fn count(&self) -> usize {
        self.count
    }

    #[inline(always)]
    fn tile(&mut self, index: usize) -> Passing<'_, I, K> {
        self.tiles.tile(index)
    }

    #[inline(always)]
    fn pair(&mut self, first: usize) -> Option<[Passing<'_, I, K>; 2]> {
        if first < self.count { self.tiles.pair(first) } else { None }
    }

    #[inline(always)]
    fn in_turn(&mut self, first: usize) -> [Option<Passing<'_, I, K>>; IN_TURN] {
        if first < self.count { self.tiles.in_turn(first) } else { [const { None }; IN_TURN] }
    }

    #[inline(always)]
    fn part(&self) -> Option<usize> {
        self.part
    }
}
