//! The calls of what is compiled apart from the network's own code, and the loops of small layers that unroll into it.

use fearless_simd::Simd;

use super::any::{self, BY_LANES, LEFT, WHOLE};
use super::{Dense, DenseParameters, UNROLL};
use crate::activations::{Activation, Keep};
use crate::initializers::Initializer;
use crate::kernels::ahead::Ahead;
use crate::kernels::compact;
use crate::kernels::dense as kernel;
use crate::kernels::sink::Sink;
use crate::layers::batch::Tracing;
use crate::layers::{Backward, Share, Trace};
use crate::scalar::Scalar;
use crate::tile::Tile;
use crate::tiles::Passing;

impl<const IN: usize, const OUT: usize, A, K, B, const BIAS: usize> Dense<IN, OUT, A, K, B, BIAS>
where
    A: Activation,
    K: Initializer,
    B: Initializer,
{
    /// Whether its gradient is gathered lane by lane.
    pub(super) const SMALL: bool = IN * OUT <= UNROLL;

    /// Whether its loops unroll into its caller.
    pub(super) const fn unrolls<S: Simd>() -> bool {
        Self::SMALL && !compact::<S>()
    }

    /// Whether it can read samples where they lie.
    pub(super) const fn reads<T: Scalar, S: Simd>() -> bool {
        kernel::reads::<T>(IN, OUT) && kernel::can_read::<S>()
    }

    /// What a tile is to [`any::forward`].
    #[inline(always)]
    pub(super) fn forth<'a, T: Scalar>(
        input: &'a Tile<T, IN>,
        output: &'a mut Tile<T, OUT>,
        tape: &'a mut <A::Keep as Keep>::Tape<T, OUT>,
    ) -> any::Forward<'a, T> {
        any::Forward { x: input.columns(), y: output.columns_mut(), tape: A::Keep::columns(tape) }
    }

    /// The same of one that is [on its way](Passing).
    #[inline(always)]
    pub(super) fn passing<T: Scalar>(
        Passing { input, kept: Trace { output, tape, .. }, .. }: Tracing<'_, T, Self>,
    ) -> any::Forward<'_, T> {
        Self::forth(input, output, tape)
    }

    /// The same of those that are multiplied in turn; nothing where there is none.
    #[allow(clippy::option_if_let_else, reason = "a method of `Option` would be one more function for each layer")]
    #[inline(always)]
    pub(super) fn in_turn<'a, T: Scalar>(
        [a, b, c, d, e, f, g, h]: [Option<Tracing<'a, T, Self>>; kernel::IN_TURN],
    ) -> [any::Forward<'a, T>; kernel::IN_TURN] {
        let see = |tile: Option<Tracing<'a, T, Self>>| match tile {
            Some(tile) => Self::passing(tile),
            None => any::Forward { x: &[], y: &mut [], tape: &mut [] },
        };
        [see(a), see(b), see(c), see(d), see(e), see(f), see(g), see(h)]
    }

    /// What a tile is to [`any::backward`].
    #[allow(clippy::manual_map, reason = "a closure would be one more function for each layer")]
    #[inline(always)]
    pub(super) fn back<'a, T: Scalar>(pass: Backward<'a, T, Self>) -> any::Back<'a, T> {
        let Backward { input, output, tape, d_output, d_input, .. } = pass;
        let tape = &*A::Keep::columns(tape);
        let dx: Option<&'a mut [T::Lane]> = match d_input {
            Some(d_input) => Some(d_input.columns_mut()),
            None => None,
        };
        any::Back {
            x: input.columns(),
            kept: if tape.is_empty() { output.columns() } else { tape },
            dy: d_output.columns_mut(),
            dx,
        }
    }

    /// One tile or two of samples that are read where they lie.
    #[inline(never)]
    pub(super) fn forward_given<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        mut tiles: [any::Forward<'_, T>; N],
        given: kernel::Given<'_>,
        ahead: Option<Ahead<'_>>,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let y = tiles.each_mut().map(
                    #[inline(always)]
                    |tile| &mut *tile.y,
                );
                let (weights, biases) = (&parameters.kernel.data.0, parameters.biases());
                kernel::forward_rows::<T, S, IN, OUT, N>(simd, weights, biases, given, y, ahead);
                any::activate(simd, self.activation, &mut tiles);
            },
        );
    }

    /// One tile or two.
    #[allow(clippy::manual_map, reason = "a closure would be one more function for each layer")]
    #[inline(always)]
    pub(super) fn backward_apart<T: Scalar, S: Simd>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        tiles: &mut [any::Back<'_, T>],
        share: Option<Share<'_, T, Self>>,
    ) {
        let (activation, weights) = (self.activation, parameters.weights());
        let shares = match share {
            Some(Share { gradient, sums }) => Some(any::Shares { weights: gradient.weights_mut(), sums }),
            None => None,
        };
        if const { Self::SMALL } {
            any::backward::<T, S, A, BY_LANES>(simd, activation, weights, tiles, shares);
        } else if const { OUT < T::LANES } {
            any::backward::<T, S, A, LEFT>(simd, activation, weights, tiles, shares);
        } else if const { OUT.is_multiple_of(T::LANES) } {
            any::backward::<T, S, A, WHOLE>(simd, activation, weights, tiles, shares);
        } else {
            any::backward::<T, S, A, { WHOLE | LEFT }>(simd, activation, weights, tiles, shares);
        }
    }

    /// All tiles of a batch.
    #[inline(always)]
    pub(super) fn complete_apart<T: Scalar, S: Simd, D: Sink<T>>(
        simd: S,
        tiles: &[kernel::Columns<'_, T>],
        start: usize,
        sink: &mut D,
    ) {
        if const { Self::SMALL } {
            any::complete::<T, S, D, BY_LANES, BIAS>(simd, tiles, (IN, OUT), start, sink);
        } else if const { OUT < T::LANES } {
            any::complete::<T, S, D, LEFT, BIAS>(simd, tiles, (IN, OUT), start, sink);
        } else if const { OUT.is_multiple_of(T::LANES) } {
            any::complete::<T, S, D, WHOLE, BIAS>(simd, tiles, (IN, OUT), start, sink);
        } else {
            any::complete::<T, S, D, { WHOLE | LEFT }, BIAS>(simd, tiles, (IN, OUT), start, sink);
        }
    }

    /// Where its loops unroll.
    #[inline(always)]
    pub(super) fn backward_here<T: Scalar, S: Simd>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        pass: Backward<'_, T, Self>,
    ) {
        self.activation.backward(simd, pass.tape, pass.output, pass.d_output);
        let (x, dy) = (pass.input.columns(), pass.d_output.columns());
        if let Some(d_input) = pass.d_input {
            kernel::backward_input::<T, S, IN, 1>(simd, parameters.weights(), OUT, [dy], [d_input.columns_mut()]);
        }
        let Some(Share { sums, .. }) = pass.share else { return };
        let (bias, sums) = sums.split_at_mut(BIAS * OUT);
        kernel::gather_bias::<T, S>(simd, dy, bias);
        kernel::gather_weights::<T, S>(simd, x, dy, sums);
    }

    #[inline(always)]
    pub(super) fn predict_apart<T: Scalar, S: Simd>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        input: &[T; IN],
        output: &mut [T; OUT],
    ) {
        if const { kernel::is_known::<T, S>(OUT) } {
            return self.predict_known_apart(simd, parameters, input, output);
        }
        any::predict(simd, self.activation, parameters.weights(), parameters.biases(), input, output);
        if const { !A::ELEMENTWISE } {
            self.activation.predict(simd, output);
        }
    }

    #[inline(never)]
    fn predict_known_apart<T: Scalar, S: Simd>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        input: &[T; IN],
        output: &mut [T; OUT],
    ) {
        simd.vectorize(
            #[inline(always)]
            || self.predict_known(simd, parameters, input, output),
        );
    }

    #[inline(always)]
    pub(super) fn predict_known<T: Scalar, S: Simd>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        input: &[T; IN],
        output: &mut [T; OUT],
    ) {
        kernel::Known { weights: &parameters.kernel.data.0, bias: parameters.biases(), x: input }.predict::<S>(
            simd,
            output,
            #[inline(always)]
            |z| self.activation.value(simd, z),
            #[inline(always)]
            |z| self.activation.value(simd, z),
        );
        if const { !A::ELEMENTWISE } {
            self.activation.predict(simd, output);
        }
    }
}
