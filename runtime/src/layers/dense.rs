//! The fully connected layer.

use core::array;

use bytemuck::{Pod, Zeroable};
use fearless_simd::Simd;
use nalgebra::SMatrix;
use rand::Rng;

use super::batch::{Tracing, backward_each, forward_each};
use super::{Backward, Batch, Form, Layer, Share, Sink, TensorInfo, Trace};
use crate::activations::{Activation, Keep, Linear};
use crate::initializers::{Fan, GlorotUniform, Initializer, Zeros};
use crate::kernels::ahead::Ahead;
use crate::kernels::compact;
use crate::kernels::dense as kernel;
use crate::kernels::flat::Gather;
use crate::kernels::part::VECTORS;
use crate::noise::Mode;
use crate::scalar::Scalar;
use crate::tile::Tile;
use crate::tiles::{Passing, Tiles};

/// A fully connected layer: `y = f(W x + b)`. In `network!`: `Dense(IN -> OUT, activation)`.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | activation, or `activation = ...` | `linear` | `f` |
/// | `bias = ...` | `true` | whether there is a `b` |
/// | `kernel_initializer = ...` | `glorot_uniform` | how `W` starts |
/// | `bias_initializer = ...` | `zeros` | how `b` starts |
/// | `kernel_regularizer`, `bias_regularizer` | none | what `W` and `b` [cost](crate::regularizers) |
/// | `kernel_constraint`, `bias_constraint` | none | what they [must be](crate::constraints) |
/// | `trainable = ...` | `true` | whether its parameters [move](crate::network!#layers-that-are-not-trained) |
///
/// # Shapes
/// - input: `IN`
/// - output: `OUT`
/// - kernel: `SMatrix<T, OUT, IN>`, in memory Keras's `(IN, OUT)` in C order
/// - bias: `SVector<T, OUT>`; without bias `SMatrix<T, OUT, 0>`
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Line = Dense(2 -> 1); Deep = Dense(2 -> 8, relu, kernel_initializer = he_normal), Dense(1, bias = false) }
///
/// # fn main() {
/// let mut line = Line::new(&mut StdRng::seed_from_u64(0));
/// line.dense.kernel.copy_from_slice(&[2.0, -1.0]);
/// line.dense.bias[0] = 0.5;
/// assert_eq!(line.predict(&[3.0, 1.0]), [5.5]);
/// assert_eq!(Deep::PARAMETERS, (2 + 1) * 8 + 8);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dense<const IN: usize, const OUT: usize, A = Linear, K = GlorotUniform, B = Zeros, const BIAS: usize = 1> {
    pub(crate) activation: A,
    kernel_initializer: K,
    bias_initializer: B,
}

impl<const IN: usize, const OUT: usize, A: Copy> Dense<IN, OUT, A> {
    /// The layer with Keras's defaults.
    pub const fn new(activation: A) -> Self {
        Self { activation, kernel_initializer: GlorotUniform, bias_initializer: Zeros }
    }
}

impl<const IN: usize, const OUT: usize, A: Copy, K: Copy, B: Copy, const BIAS: usize> Dense<IN, OUT, A, K, B, BIAS> {
    /// The same layer with another start of the kernel.
    pub const fn kernel_initializer<I: Copy>(self, kernel_initializer: I) -> Dense<IN, OUT, A, I, B, BIAS> {
        Dense { activation: self.activation, kernel_initializer, bias_initializer: self.bias_initializer }
    }

    /// The same layer with another start of the bias.
    pub const fn bias_initializer<I: Copy>(self, bias_initializer: I) -> Dense<IN, OUT, A, K, I, BIAS> {
        Dense { activation: self.activation, kernel_initializer: self.kernel_initializer, bias_initializer }
    }

    /// The same layer without a bias.
    pub const fn without_bias(self) -> Dense<IN, OUT, A, K, B, 0> {
        Dense {
            activation: self.activation,
            kernel_initializer: self.kernel_initializer,
            bias_initializer: self.bias_initializer,
        }
    }
}

/// What a [`Dense`] layer trains.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct DenseParameters<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize = 1> {
    /// The weights: column `i` holds those from input `i` to every output.
    pub kernel: SMatrix<T, OUT, IN>,
    /// The numbers that are added to the outputs.
    pub bias: SMatrix<T, OUT, BIAS>,
}

// SAFETY: both fields are arrays of floats, for which all-zero bytes are zeros.
unsafe impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> Zeroable
    for DenseParameters<T, IN, OUT, BIAS>
{
}
// SAFETY: `repr(C)`, and both fields are arrays of the same float, so that there is no padding and every bit pattern
// is a value.
unsafe impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> Pod for DenseParameters<T, IN, OUT, BIAS> {}

impl<T: Scalar, const IN: usize, const OUT: usize, const BIAS: usize> DenseParameters<T, IN, OUT, BIAS> {
    /// The weights in memory order: those from input 0 to every output first.
    #[inline(always)]
    fn weights(&self) -> &[T] {
        self.kernel.data.0.as_flattened()
    }

    #[inline(always)]
    fn weights_mut(&mut self) -> &mut [T] {
        self.kernel.data.0.as_flattened_mut()
    }

    #[inline(always)]
    fn biases(&self) -> &[T] {
        self.bias.data.0.as_flattened()
    }
}

/// Up to this many weights a layer's gradient is gathered lane by lane, and its loops unroll into its caller; beyond, and
/// where versions are compact, layers of the same type share their code, and all layers share the
/// products.
pub(crate) const UNROLL: usize = 64;

impl<T: Scalar, const IN: usize, const OUT: usize, A, K, B, const BIAS: usize> Layer<T>
    for Dense<IN, OUT, A, K, B, BIAS>
where
    A: Activation,
    K: Initializer,
    B: Initializer,
{
    type Input = Tile<T, IN>;
    type Output = Tile<T, OUT>;
    type Parameters = DenseParameters<T, IN, OUT, BIAS>;
    type Tape = <A::Keep as Keep>::Tape<T, OUT>;

    const TENSORS: &'static [TensorInfo] = if BIAS == 0 {
        &[TensorInfo { name: "kernel", shape: &[IN, OUT] }]
    } else {
        &[TensorInfo { name: "kernel", shape: &[IN, OUT] }, TensorInfo { name: "bias", shape: &[OUT] }]
    };

    const FORM: Form = Form::OfDense;

    /// One lane for each bias; and one for each weight, if there are few.
    const SUMS: usize = BIAS * OUT + if Self::SMALL { IN * OUT } else { 0 };

    const COMPLETES: bool = true;

    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, rng: &mut R) {
        let fan = Fan { inputs: IN, outputs: OUT };
        self.kernel_initializer.fill(parameters.weights_mut(), fan, rng);
        self.bias_initializer.fill(parameters.bias.data.0.as_flattened_mut(), Fan { inputs: OUT, outputs: OUT }, rng);
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        tape: &mut Self::Tape,
    ) {
        if const { !Self::unrolls::<S>() } {
            return self.forward_apart(simd, parameters, [(input, output, tape)], None);
        }
        kernel::forward::<T, S, OUT>(
            simd,
            parameters.weights(),
            parameters.biases(),
            input.columns(),
            #[inline(always)]
            |o, z| {
                A::Keep::note::<T, S, OUT>(tape, o, z);
                output.store::<S>(o, self.activation.value(simd, z));
            },
        );
        self.activation.across(simd, output);
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, pass: Backward<'_, T, Self>) {
        if const { Self::unrolls::<S>() } {
            return self.backward_here(simd, parameters, pass);
        }
        let Backward { share, .. } = pass;
        self.backward_apart(simd, parameters, [Backward { share: None, ..pass }], share);
    }

    #[inline(always)]
    fn forward_tiles<S: Simd, M: Mode, G: Tiles<Tile<T, IN>, Trace<T, Self>>>(
        &self,
        simd: S,
        mode: M,
        parameters: &Self::Parameters,
        tiles: &mut G,
    ) -> M {
        if const { Self::SMALL } {
            return forward_each(*self, simd, mode, parameters, tiles);
        }
        let asks = const { kernel::asks::<T>(IN, OUT) };
        let mut next = 0;
        while next < tiles.count() {
            let here = mode.at(next * T::LANES);
            if let Some(pair) = tiles.pair(next) {
                let ahead = if asks { here.ahead(2 * T::LANES) } else { None };
                self.forward_apart(simd, parameters, pair.map(Self::parts), ahead);
                next += 2;
            } else {
                let ahead = if asks { here.ahead(T::LANES) } else { None };
                self.forward_apart(simd, parameters, [Self::parts(tiles.tile(next))], ahead);
                next += 1;
            }
        }
        if asks { mode.asked() } else { mode }
    }

    #[inline(always)]
    fn backward_tiles<S: Simd, G: Tiles<Tile<T, IN>, Trace<T, Self>>>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        tiles: &mut G,
        mut share: Option<Share<'_, T, Self>>,
    ) {
        if const { Self::SMALL } {
            return backward_each(*self, simd, parameters, tiles, share);
        }
        let mut next = 0;
        while next < tiles.count() {
            let share = share.as_mut().map(Share::again);
            if let Some([tile, other]) = tiles.pair(next) {
                let pair = [Backward::of(tile, None), Backward::of(other, None)];
                self.backward_apart(simd, parameters, pair, share);
                next += 2;
            } else {
                self.backward_apart(simd, parameters, [Backward::of(tiles.tile(next), None)], share);
                next += 1;
            }
        }
    }

    #[inline(always)]
    fn finish<S: Simd>(&self, simd: S, share: Share<'_, T, Self>) {
        let Share { gradient, sums, .. } = share;
        let (bias, weights) = sums.split_at_mut(BIAS * OUT);
        if const { Self::unrolls::<S>() } {
            kernel::sum::<T, S>(simd, bias, gradient.bias.data.0.as_flattened_mut());
            kernel::sum::<T, S>(simd, weights, gradient.weights_mut());
            return;
        }
        kernel::shared::sum::<T, S>(simd, bias, gradient.bias.data.0.as_flattened_mut());
        if const { Self::SMALL } {
            kernel::shared::sum::<T, S>(simd, weights, gradient.weights_mut());
        }
    }

    #[inline(always)]
    fn complete<S: Simd, G: Batch<T, Self>, D: Sink<T>>(&self, simd: S, batch: G, start: usize, sink: &mut D) {
        if const { Self::SMALL } && !sink.range().contains(&start) {
            return;
        }
        if const { Self::unrolls::<S>() } {
            return kernel::sum_tiles::<T, S, D, IN, OUT, BIAS>(
                simd,
                batch.count(),
                #[inline(always)]
                |index| {
                    let (input, trace) = batch.tile(index);
                    (input.columns(), trace.d_output.columns())
                },
                start,
                sink,
            );
        }
        let mut tiles = [(&[][..], &[][..]); kernel::TILES];
        let count = batch.count().min(kernel::TILES);
        for (index, tile) in tiles.iter_mut().enumerate().take(count) {
            let (input, trace) = batch.tile(index);
            *tile = (input.columns(), trace.d_output.columns());
        }
        let tiles = &tiles[..count];
        if const { Self::SMALL } {
            return kernel::shared::sum_any::<T, S, D>(simd, tiles, (IN + BIAS) * OUT, start, sink);
        }
        backward_weights::<T, S, D, OUT>(simd, tiles, start, sink);
        if const { BIAS > 0 } {
            kernel::shared::backward_bias::<T, S, D>(simd, tiles, start + IN * OUT, sink);
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, parameters: &Self::Parameters, input: &[T; IN], output: &mut [T; OUT]) {
        if const { !Self::SMALL } {
            return self.predict_apart(simd, parameters, input, output);
        }
        if const { VECTORS } {
            return self.predict_known(simd, parameters, input, output);
        }
        *output = parameters.biases().first_chunk().copied().unwrap_or([T::ZERO; OUT]);
        for (x, row) in input.iter().zip(&parameters.kernel.data.0) {
            for (y, w) in output.iter_mut().zip(row) {
                *y += *w * *x;
            }
        }
        self.activation.predict(simd, output);
    }
}

/// What a tile is to a forward pass: input, output, and what is kept beside.
type Forward<'a, T, A, const IN: usize, const OUT: usize> =
    (&'a Tile<T, IN>, &'a mut Tile<T, OUT>, &'a mut <<A as Activation>::Keep as Keep>::Tape<T, OUT>);

/// What is compiled apart from the network's own code: once for layers of the same type, however many there are.
impl<const IN: usize, const OUT: usize, A, K, B, const BIAS: usize> Dense<IN, OUT, A, K, B, BIAS>
where
    A: Activation,
    K: Initializer,
    B: Initializer,
{
    /// Whether its gradient is gathered lane by lane.
    const SMALL: bool = IN * OUT <= UNROLL;

    /// Whether its loops unroll into its caller.
    const fn unrolls<S: Simd>() -> bool {
        Self::SMALL && !compact::<S>()
    }

    /// What a tile is to [`forward_apart`](Self::forward_apart).
    #[inline(always)]
    fn parts<T: Scalar>(
        Passing { input, kept: Trace { output, tape, .. }, .. }: Tracing<'_, T, Self>,
    ) -> Forward<'_, T, A, IN, OUT> {
        (input, output, tape)
    }

    /// One tile or two.
    #[inline(never)]
    fn forward_apart<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        parameters: &DenseParameters<T, IN, OUT, BIAS>,
        mut tiles: [Forward<'_, T, A, IN, OUT>; N],
        ahead: Option<Ahead<'_>>,
    ) {
        let x = tiles.each_ref().map(
            #[inline(always)]
            |(input, ..)| &input.columns()[..],
        );
        let y = tiles.each_mut().map(
            #[inline(always)]
            |(_, output, _)| &mut output.columns_mut()[..],
        );
        kernel::shared::forward::<T, S, N>(simd, parameters.weights(), parameters.biases(), x, y, ahead);
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
    fn backward_apart<T: Scalar, S: Simd, const N: usize>(
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
    fn backward_here<T: Scalar, S: Simd>(
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
    fn predict_apart<T: Scalar, S: Simd>(
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
    fn predict_known<T: Scalar, S: Simd>(
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
fn backward_weights<T: Scalar, S: Simd, D: Sink<T>, const OUT: usize>(
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
