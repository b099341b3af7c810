//! What a layer sees of a tile and of a batch.

use bytemuck::Zeroable;
use fearless_simd::Simd;

use super::Layer;
use crate::kernels::framed;
use crate::noise::{Mode, Noise};
use crate::scalar::Scalar;

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
    /// [`Layer::complete`], which only a layer with [`Layer::COMPLETES`] sees; or they are not trained: `trainable = false`.
    pub share: Option<Share<'a, T, L>>,
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

impl<T: Scalar, L: Layer<T>> Trace<T, L> {
    /// What the layer has kept.
    pub(crate) fn tape(&self) -> &L::Tape {
        &self.tape
    }

    /// Runs the layer forward, and gives the mode of the next.
    #[inline(always)]
    pub fn forward<S: Simd, M: Mode>(
        &mut self,
        simd: S,
        mode: M,
        layer: L,
        parameters: &L::Parameters,
        input: &L::Input,
    ) -> M {
        let Self { output, tape, .. } = self;
        framed(
            simd,
            #[inline(always)]
            || {
                if const { L::ASKS } {
                    layer.forward_asking(simd, parameters, input, output, tape, mode.ahead());
                    return mode.asked();
                }
                match mode.noise() {
                    Some(noise) => layer.train(simd, parameters, input, output, tape, noise),
                    None => layer.forward(simd, parameters, input, output, tape),
                }
                mode.after(L::STREAMS)
            },
        )
    }

    /// Runs the layer forward in training, if part `at` of the network, counted from the first of this layer, is one of its
    /// own. It has `barriers`, or is to do as if it had none. Gives the part and the noise of the next.
    #[inline(always)]
    pub fn forward_part<S: Simd>(
        &mut self,
        simd: S,
        (at, noise): (Option<usize>, Noise),
        barriers: usize,
        layer: L,
        parameters: &L::Parameters,
        input: &L::Input,
    ) -> (Option<usize>, Noise) {
        let Self { output, tape, .. } = self;
        if let Some(part) = at.filter(|part| *part <= barriers) {
            framed(
                simd,
                #[inline(always)]
                || match barriers {
                    0 => layer.train(simd, parameters, input, output, tape, noise),
                    _ => layer.train_part(simd, part, parameters, input, output, tape, noise),
                },
            );
        }
        (at.and_then(|at| at.checked_sub(barriers)), noise.after(L::STREAMS))
    }

    /// Runs the layer backward, if part `at` of the network, counted back from the last of this layer, is one of its own.
    /// Gives the part of the layer before.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "those of `backward`, and which part it is")]
    pub fn backward_part<S: Simd>(
        &mut self,
        simd: S,
        at: Option<usize>,
        barriers: usize,
        layer: L,
        parameters: &L::Parameters,
        input: &L::Input,
        d_input: Option<&mut L::Input>,
        share: Option<Share<'_, T, L>>,
    ) -> Option<usize> {
        let Self { output, d_output, tape } = self;
        if let Some(part) = at.and_then(|part| barriers.checked_sub(part)) {
            let pass = Backward { input, output, tape, d_output, d_input, share };
            framed(
                simd,
                #[inline(always)]
                || match barriers {
                    0 => layer.backward(simd, parameters, pass),
                    _ => layer.backward_part(simd, part, parameters, pass),
                },
            );
        }
        at.and_then(|at| at.checked_sub(barriers))
    }

    /// What the outputs cost.
    #[inline(always)]
    pub(crate) fn cost<S: Simd>(&mut self, simd: S, layer: L, share: T::Vector<S>) -> T::Vector<S> {
        layer.cost(simd, &self.output, &mut self.tape, share)
    }

    /// Runs the layer backward.
    #[inline(always)]
    pub fn backward<S: Simd>(
        &mut self,
        simd: S,
        layer: L,
        parameters: &L::Parameters,
        input: &L::Input,
        d_input: Option<&mut L::Input>,
        share: Option<Share<'_, T, L>>,
    ) {
        let Self { output, d_output, tape } = self;
        framed(
            simd,
            #[inline(always)]
            || layer.backward(simd, parameters, Backward { input, output, tape, d_output, d_input, share }),
        );
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

/// All tiles of a batch, which have been forward and back, as the layer `L` sees them.
pub trait Batch<T: Scalar, L: Layer<T>>: Copy {
    /// How many tiles there are.
    fn count(&self) -> usize;

    /// What went into the layer, and what it has left.
    fn tile(&self, index: usize) -> (&L::Input, &Trace<T, L>);
}

/// Which way a batch goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the inputs to the outputs.
    Forward,
    /// From the gradient of the outputs to that of the inputs.
    Back,
}

/// All tiles of a batch where they wait for each other, as the layer `L` sees them.
pub trait BatchMut<T: Scalar, L: Layer<T>> {
    /// How many tiles there are.
    fn count(&self) -> usize;

    /// How many samples: all lanes of each tile, but for the last.
    fn samples(&self) -> usize;

    /// What goes into the layer, and what it keeps.
    fn tile(&mut self, index: usize) -> (&L::Input, &mut Trace<T, L>);
}
