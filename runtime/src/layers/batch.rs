//! What a layer sees of a tile and of a batch.

use bytemuck::Zeroable;
use fearless_simd::Simd;

use super::Layer;
use crate::mode::Mode;
use crate::noise::Noise;
use crate::scalar::Scalar;
use crate::tiles::{Passing, Tiles};

/// What [`Layer::backward`] reads and writes.
#[derive(Debug)]
pub struct Backward<'a, T: Scalar, L: Layer<T>> {
    /// The inputs of the forward pass.
    pub input: &'a L::Input,
    /// The outputs of the forward pass.
    pub output: &'a L::Output,
    /// What the forward pass has kept.
    pub tape: &'a mut L::Tape,
    /// The gradient with respect to the outputs; the layer may overwrite it.
    pub d_output: &'a mut L::Output,
    /// Where the gradient with respect to the inputs goes; `None` for a first layer that nobody asks.
    pub d_input: Option<&'a mut L::Input>,
    /// Where the tile's share of the gradient with respect to the parameters goes. `None` leaves it to
    /// [`Layer::complete`], which only a layer with [`Layer::COMPLETES`] sees; or they are not trained:
    /// `trainable = false`.
    pub share: Option<Share<'a, T, L>>,
}

impl<'a, T: Scalar, L: Layer<T>> Backward<'a, T, L> {
    #[inline(always)]
    pub(super) fn of(tile: Tracing<'a, T, L>, share: Option<Share<'a, T, L>>) -> Self {
        let Passing { input, d_input, kept: Trace { output, d_output, tape } } = tile;
        Self { input, output, tape, d_output, d_input, share }
    }
}

/// What a network keeps of one layer between the forward and the backward pass of a tile.
#[derive(Debug)]
#[repr(C)]
pub struct Trace<T: Scalar, L: Layer<T>> {
    /// The outputs of the forward pass.
    pub output: L::Output,
    /// The gradient of the loss with respect to them.
    pub d_output: L::Output,
    pub(super) tape: L::Tape,
}

// SAFETY: each field may be all zeros.
unsafe impl<T: Scalar, L: Layer<T>> Zeroable for Trace<T, L> {}

/// A tile on its way through the layer `L`.
pub type Tracing<'a, T, L> = Passing<'a, <L as Layer<T>>::Input, Trace<T, L>>;

/// What goes into a layer, and what it has left.
pub type Seen<'a, T, L> = (&'a <L as Layer<T>>::Input, &'a Trace<T, L>);

impl<T: Scalar, L: Layer<T>> Trace<T, L> {
    /// What the layer has kept.
    pub(crate) fn tape(&self) -> &L::Tape {
        &self.tape
    }

    /// Runs the layer forward. As arguments of their own the references tell the compiler that nothing is in two of
    /// them, which those of a [`Passing`] do not.
    #[inline(always)]
    fn forward<S: Simd>(
        &mut self,
        simd: S,
        noise: Option<Noise>,
        part: Option<usize>,
        layer: L,
        parameters: &L::Parameters,
        input: &L::Input,
    ) {
        let Self { output, tape, .. } = self;
        if const { L::STREAMS + L::BARRIERS > 0 }
            && let Some(noise) = noise
        {
            return match part {
                Some(part) if const { L::BARRIERS > 0 } => {
                    layer.train_part(simd, part, parameters, input, output, tape, noise);
                }
                _ => layer.train(simd, parameters, input, output, tape, noise),
            };
        }
        layer.forward(simd, parameters, input, output, tape);
    }

    /// Runs the layer backward.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "each is a reference of its own")]
    fn backward<S: Simd>(
        &mut self,
        simd: S,
        part: Option<usize>,
        layer: L,
        parameters: &L::Parameters,
        input: &L::Input,
        d_input: Option<&mut L::Input>,
        share: Option<Share<'_, T, L>>,
    ) {
        let Self { output, d_output, tape } = self;
        let pass = Backward { input, output, tape, d_output, d_input, share };
        match part {
            Some(part) if const { L::BARRIERS > 0 } => layer.backward_part(simd, part, parameters, pass),
            _ => layer.backward(simd, parameters, pass),
        }
    }

    /// What the outputs cost.
    #[inline(always)]
    pub(crate) fn cost<S: Simd>(&mut self, simd: S, layer: L, share: T::Vector<S>) -> T::Vector<S> {
        layer.cost(simd, &self.output, &mut self.tape, share)
    }
}

/// Where a tile's share of the gradient of one layer goes.
#[derive(Debug)]
pub struct Share<'a, T: Scalar, L: Layer<T>> {
    /// The gradient with respect to the parameters, to be added to.
    pub gradient: &'a mut L::Parameters,
    /// [`Layer::SUMS`] lanes to gather gradients of each lane in, which [`Layer::finish`] sums.
    pub sums: &'a mut [T::Lane],
}

impl<T: Scalar, L: Layer<T>> Share<'_, T, L> {
    /// A reborrow.
    #[inline(always)]
    pub(super) fn again(&mut self) -> Share<'_, T, L> {
        Share { gradient: &mut *self.gradient, sums: &mut *self.sums }
    }
}

/// Sends tiles forward through a layer, one after the other, and gives the mode of the next layer.
#[inline(always)]
pub(super) fn forward_each<'m, T: Scalar, L: Layer<T>, S: Simd>(
    layer: L,
    simd: S,
    mode: Mode<'m>,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<L::Input, Trace<T, L>>,
) -> Mode<'m> {
    for index in 0..tiles.count() {
        let part = if const { L::BARRIERS > 0 } { tiles.part() } else { None };
        let Passing { input, kept, .. } = tiles.tile(index);
        kept.forward(simd, mode.at(index * T::LANES).noise(), part, layer, parameters, input);
    }
    mode.after(L::STREAMS)
}

/// Sends tiles backward through a layer, one after the other.
#[inline(always)]
pub(super) fn backward_each<T: Scalar, L: Layer<T>, S: Simd>(
    layer: L,
    simd: S,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<L::Input, Trace<T, L>>,
    mut share: Option<Share<'_, T, L>>,
) {
    for index in 0..tiles.count() {
        let part = if const { L::BARRIERS > 0 } { tiles.part() } else { None };
        let share = share.as_mut().map(Share::again);
        let Passing { input, d_input, kept } = tiles.tile(index);
        kept.backward(simd, part, layer, parameters, input, d_input, share);
    }
}

/// All tiles of a batch, which have been forward and back, as the layer `L` sees them.
pub trait Batch<T: Scalar, L: Layer<T>>: Copy {
    /// How many tiles there are.
    fn count(&self) -> usize;

    /// What went into the layer, and what it has left.
    fn tile(&self, index: usize) -> Seen<'_, T, L>;
}

/// Which way a batch goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the inputs to the outputs.
    Forward,
    /// From the gradient of the outputs to that of the inputs.
    Back,
}
