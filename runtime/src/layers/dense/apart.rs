//! What is compiled apart from the network's own code, and the loops of small layers that unroll into it.

use core::array;

use fearless_simd::Simd;

use super::{Dense, DenseParameters, UNROLL};
use crate::activations::{Activation, Keep};
use crate::initializers::Initializer;
use crate::kernels::ahead::Ahead;
use crate::kernels::compact;
use crate::kernels::dense as kernel;
use crate::kernels::flat::{Gather, Sink};
use crate::layers::batch::Tracing;
use crate::layers::{Backward, Layer, Share, Trace};
use crate::scalar::Scalar;
use crate::tile::Tile;
use crate::tiles::Passing;

/// What a tile is to a forward pass: input, output, and what is kept beside.
pub(super) type Forward<'a, T, A, const IN: usize, const OUT: usize> =
    (&'a Tile<T, IN>, &'a mut Tile<T, OUT>, &'a mut <<A as Activation>::Keep as Keep>::Tape<T, OUT>);

/// What is compiled apart from the network's own code: once for layers of the same type, however many there are.
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

    /// What a tile is to [`forward_apart`](Self::forward_apart).
    #[inline(always)]
    pub(super) fn parts<T: Scalar>(
        Passing { input, kept: Trace { output, tape, .. }, .. }: Tracing<'_, T, Self>,
    ) -> Forward<'_, T, A, IN, OUT> {
        (input, output, tape)
    }

    /// One tile or two.
    #[inline(never)]
    pub(super) fn forward_apart<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        mut tiles: [Forward<'_, T, A, IN, OUT>; N],
        ahead: Option<Ahead<'_>>,
        given: Option<kernel::Given<'_>>,
    ) {
        let x = tiles.each_ref().map(
            #[inline(always)]
            |(input, ..)| &input.columns()[..],
        );
        let y = tiles.each_mut().map(
            #[inline(always)]
            |(_, output, _)| &mut output.columns_mut()[..],
        );
        let (weights, bias) = (parameters.weights(), parameters.biases());
        if const { <Self as Layer<T>>::READS && kernel::can_read::<S>() }
            && let Some(given) = given
        {
            let weights = &parameters.kernel.data.0;
            simd.vectorize(
                #[inline(always)]
                || kernel::forward_rows::<T, S, IN, OUT, N>(simd, weights, bias, given, y, ahead),
            );
        } else {
            kernel::shared::forward::<T, S, N>(simd, weights, bias, x, y, ahead);
        }
        simd.vectorize(
            #[inline(always)]
            || {
                for (_, output, tape) in tiles {
                    for o in 0..OUT {
                        let z = output.load(simd, o);
                        A::Keep::note::<T, S, OUT>(tape, o, z);
                        output.store::<S>(o, self.activation.value(simd, z));
                    }
                    self.activation.across(simd, output);
                }
            },
        );
    }

    /// One tile or two, whose shares go to `share` in their order.
    #[inline(never)]
    pub(super) fn backward_apart<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        mut tiles: [Backward<'_, T, Self>; N],
        mut share: Option<Share<'_, T, Self>>,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                for Backward { output, tape, d_output, .. } in &mut tiles {
                    self.activation.backward(simd, tape, output, d_output);
                }
                if tiles.iter().all(|tile| tile.d_input.is_some()) {
                    let (mut dy, mut dx) = ([&[][..]; N], array::from_fn(|_| <&mut [T::Lane]>::default()));
                    for ((dy, dx), tile) in dy.iter_mut().zip(&mut dx).zip(&mut tiles) {
                        *dy = tile.d_output.columns();
                        if let Some(d_input) = &mut tile.d_input {
                            *dx = d_input.columns_mut();
                        }
                    }
                    kernel::shared::backward_input::<T, S, N>(simd, parameters.weights(), dy, dx);
                }
                for Backward { input, d_output, .. } in tiles {
                    Self::share_apart(simd, input, d_output, share.as_mut().map(Share::again));
                }
            },
        );
    }

    /// A tile's share of the gradient, or what must be done to complete it later.
    #[inline(always)]
    fn share_apart<T: Scalar, S: Simd>(
        simd: S,
        input: &Tile<T, IN>,
        d_output: &mut Tile<T, OUT>,
        share: Option<Share<'_, T, Self>>,
    ) {
        let Some(Share { gradient, sums }) = share else {
            if const { !Self::SMALL && OUT >= T::LANES } {
                kernel::shared::transpose_squares::<T, S>(simd, d_output.columns_mut());
            }
            return;
        };
        let (bias, sums) = sums.split_at_mut(BIAS * OUT);
        kernel::shared::gather_bias::<T, S>(simd, d_output.columns(), bias);
        if const { Self::SMALL } {
            return kernel::shared::gather_weights::<T, S>(simd, input.columns(), d_output.columns(), sums);
        }
        if const { OUT >= T::LANES } {
            kernel::shared::transpose_squares::<T, S>(simd, d_output.columns_mut());
        }
        let tiles = [(&input.columns()[..], &d_output.columns()[..])];
        backward_weights::<T, S, _, OUT>(simd, &tiles, 0, &mut Gather::new(gradient.weights_mut(), 0));
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

    #[inline(never)]
    pub(super) fn predict_apart<T: Scalar, S: Simd>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        input: &[T; IN],
        output: &mut [T; OUT],
    ) {
        if const { kernel::is_known::<T, S>(OUT) } {
            return simd.vectorize(
                #[inline(always)]
                || self.predict_known(simd, parameters, input, output),
            );
        }
        kernel::shared::predict::<T, S>(simd, parameters.weights(), parameters.biases(), input, output);
        simd.vectorize(
            #[inline(always)]
            || self.activation.predict(simd, output),
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

/// The gradient of a large layer's weights, of all its outputs.
#[inline(always)]
pub(super) fn backward_weights<T: Scalar, S: Simd, D: Sink<T>, const OUT: usize>(
    simd: S,
    tiles: &[kernel::Columns<'_, T>],
    start: usize,
    sink: &mut D,
) {
    if const { OUT >= T::LANES } {
        kernel::shared::backward_weights::<T, S, D>(simd, tiles, OUT, start, sink);
    }
    if const { !OUT.is_multiple_of(T::LANES) } {
        kernel::shared::backward_weights_left::<T, S, D>(simd, tiles, OUT, start, sink);
    }
}
