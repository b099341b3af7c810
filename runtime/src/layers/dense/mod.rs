//! The fully connected layer.

mod any;
mod apart;
mod parameters;

use fearless_simd::Simd;
use rand::Rng;

pub use self::parameters::DenseParameters;
use super::batch::{backward_each, forward_each};
use super::{Backward, Batch, Form, Layer, Share, Sink, TensorInfo, Trace};
use crate::activations::{Activation, Keep, Linear};
use crate::initializers::{Fan, GlorotUniform, Initializer, Zeros};
use crate::kernels::dense as kernel;
use crate::kernels::part::VECTORS;
use crate::mode::Mode;
use crate::scalar::Scalar;
use crate::tile::Tile;
use crate::tiles::Tiles;

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

/// Up to this many weights a layer's gradient is gathered lane by lane, and its loops unroll into its caller; beyond, and
/// where versions are compact, layers of the same activation share their code, and all layers the products.
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

    const READS: bool = kernel::reads::<T>(IN, OUT);

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
            let (weights, biases, tile) = (parameters.weights(), parameters.biases(), Self::forth(input, output, tape));
            any::forward(simd, self.activation, weights, biases, &mut [tile], None, None);
            return self.activation.across(simd, output);
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
        if const { !A::ELEMENTWISE } {
            self.activation.backward(simd, pass.tape, pass.output, pass.d_output);
        }
        let Backward { share, .. } = pass;
        self.backward_apart(simd, parameters, &mut [Self::back(Backward { share: None, ..pass })], share);
    }

    #[inline(always)]
    fn forward_tiles<'m, S: Simd, G: Tiles<Tile<T, IN>, Trace<T, Self>>>(
        &self,
        simd: S,
        mode: Mode<'m>,
        parameters: &Self::Parameters,
        tiles: &mut G,
    ) -> Mode<'m> {
        if const { Self::SMALL } {
            return forward_each(*self, simd, mode, parameters, tiles);
        }
        let (weights, biases, asks) = (parameters.weights(), parameters.biases(), const { kernel::asks::<T>(IN, OUT) });
        let mut next = 0;
        while next < tiles.count() {
            let here = mode.at(next * T::LANES);
            if const { kernel::in_turn::<S>() } {
                let count = (tiles.count() - next).min(kernel::IN_TURN);
                let ahead = if asks { here.ahead(count * T::LANES) } else { None };
                let mut some = Self::in_turn(tiles.in_turn(next));
                any::forward(simd, self.activation, weights, biases, &mut some[..count], here.laid(), ahead);
                next += kernel::IN_TURN;
            } else if let Some([tile, other]) = tiles.pair(next) {
                let ahead = if asks { here.ahead(2 * T::LANES) } else { None };
                let mut pair = [Self::passing(tile), Self::passing(other)];
                if const { Self::reads::<T, S>() }
                    && let Some(given) = here.given()
                {
                    self.forward_given(simd, parameters, pair, given, ahead);
                } else {
                    any::forward(simd, self.activation, weights, biases, &mut pair, None, ahead);
                }
                next += 2;
            } else {
                let ahead = if asks { here.ahead(T::LANES) } else { None };
                let mut tile = [Self::passing(tiles.tile(next))];
                if const { Self::reads::<T, S>() }
                    && let Some(given) = here.given()
                {
                    self.forward_given(simd, parameters, tile, given, ahead);
                } else {
                    any::forward(simd, self.activation, weights, biases, &mut tile, None, ahead);
                }
                next += 1;
            }
        }
        if const { !A::ELEMENTWISE } {
            for index in 0..tiles.count() {
                self.activation.across(simd, &mut tiles.tile(index).kept.output);
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
        if const { !A::ELEMENTWISE } {
            for index in 0..tiles.count() {
                let Trace { output, tape, d_output } = tiles.tile(index).kept;
                self.activation.backward(simd, tape, output, d_output);
            }
        }
        let mut next = 0;
        while next < tiles.count() {
            let share = share.as_mut().map(Share::again);
            if let Some([tile, other]) = tiles.pair(next) {
                let mut pair = [Self::back(Backward::of(tile, None)), Self::back(Backward::of(other, None))];
                self.backward_apart(simd, parameters, &mut pair, share);
                next += 2;
            } else {
                let tile = Self::back(Backward::of(tiles.tile(next), None));
                self.backward_apart(simd, parameters, &mut [tile], share);
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
        let mut index = 0;
        // no iterators: this is compiled for each layer
        while index < count {
            let (input, trace) = batch.tile(index);
            tiles[index] = (input.columns(), trace.d_output.columns());
            index += 1;
        }
        Self::complete_apart(simd, &tiles[..count], start, sink);
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, simd: S, parameters: &Self::Parameters, input: &[T; IN], output: &mut [T; OUT]) {
        // few weights may still be more outputs than a product that knows them has registers for
        if const { !Self::SMALL || !kernel::is_short::<T>(OUT) } {
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
