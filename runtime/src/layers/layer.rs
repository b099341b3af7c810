//! What every layer is, [`Layer`].

use core::fmt::Debug;

use bytemuck::{Pod, Zeroable};
use fearless_simd::{Simd, SimdBase as _};
use rand::Rng;

use super::batch::{backward_each, forward_each};
use super::{Backward, Batch, Form, InputRange, LayerInfo, Share, Sink, TensorInfo, Trace, Way};
use crate::flat::Flat;
use crate::mode::Mode;
use crate::noise::Noise;
use crate::scalar::Scalar;
use crate::tile::Features;
use crate::tiles::Tiles;

/// The parameters of a layer, a value of the struct that holds them.
pub type Parameters<L, T> = <L as Layer<T>>::Parameters;

/// One layer of a network over the scalar type `T`.
///
/// Implement it to use a type of your own in `network!` by its path, as `my::Gate(4 -> 4)`: a type with the sizes for
/// parameters, and a `const fn new()`. An option `gain = 2.0` in `network!` is a call of its method `gain`.
///
/// ```
/// # use rand::{Rng, SeedableRng, rngs::StdRng};
/// use typenet::layers::{Backward, Layer, TensorInfo};
/// use typenet::prelude::*;
/// use typenet::simd::{Simd, SimdBase};
///
/// /// `y = w * x`: a weight of its own for each feature.
/// #[derive(Clone, Copy, Debug)]
/// pub struct Scale<const IN: usize, const OUT: usize>;
///
/// impl<const N: usize> Scale<N, N> {
///     pub const fn new() -> Self {
///         Self
///     }
/// }
///
/// impl<T: Scalar, const N: usize> Layer<T> for Scale<N, N> {
///     type Input = Tile<T, N>;
///     type Output = Tile<T, N>;
///     type Parameters = nalgebra::SVector<T, N>;
///     type Tape = ();
///     const TENSORS: &'static [TensorInfo] = &[TensorInfo { name: "scale", shape: &[N] }];
///
///     fn initialize<R: Rng + ?Sized>(&self, w: &mut Self::Parameters, _: &mut R) {
///         w.fill(T::ONE);
///     }
///
///     fn forward<S: Simd>(&self, simd: S, w: &Self::Parameters, x: &Tile<T, N>, y: &mut Tile<T, N>, (): &mut ()) {
///         for i in 0..N {
///             y.store::<S>(i, x.load(simd, i) * w[i]);
///         }
///     }
///
///     fn backward<S: Simd>(&self, simd: S, w: &Self::Parameters, mut pass: Backward<'_, T, Self>) {
///         let mut lanes = T::Lane::splat(T::ZERO);
///         for i in 0..N {
///             let d_y = pass.d_output.load(simd, i);
///             lanes.store::<S>(d_y * pass.input.load(simd, i));
///             if let Some(share) = &mut pass.share {
///                 share.gradient[i] += lanes.as_slice().iter().copied().sum::<T>();
///             }
///             if let Some(d_x) = &mut pass.d_input {
///                 d_x.store::<S>(i, d_y * w[i]);
///             }
///         }
///     }
/// }
///
/// network! { Scaled = self::Scale(2 -> 2) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let (x, y) = ([[1.0, 1.0], [-1.0, 2.0]], [[2.0, -3.0], [-2.0, -6.0]]);
/// let mut scaled = Scaled::new(rng);
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(200).fit(&mut scaled, (&x, &y), rng)?;
/// assert!((scaled.predict(&[1.0, 1.0])[0] - 2.0).abs() < 1e-4);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer over `{T}`",
    label = "not a layer",
    note = "implement `typenet::layers::Layer<{T}>` for it to use it in `network!`",
    note = "a network that is declared elsewhere is a layer by its path alone, without sizes, as `parts::Body`"
)]
pub trait Layer<T: Scalar>: Copy + Debug + Send + Sync + 'static {
    /// The tile that comes in: `Tile<T, INPUTS>`.
    type Input: Features<T>;
    /// The tile that goes out: `Tile<T, OUTPUTS>`.
    type Output: Features<T>;
    /// The trained numbers: plain old data made of nothing but `T`.
    type Parameters: Flat<T> + Clone + Debug + PartialEq + Send + Sync;
    /// What backward needs of a tile's forward pass beside its input and output; [`NoParameters`] for most.
    type Tape: Zeroable + Send + Sync;

    /// The tensors of the parameters, in the order in which they lie in memory; files name them.
    const TENSORS: &'static [TensorInfo] = &[];

    /// The layers that this one is made of, first to last; files and summaries name them below it.
    const LAYERS: &'static [LayerInfo] = &[];

    /// How often the parameters hold [`TENSORS`](Self::TENSORS) and [`LAYERS`](Self::LAYERS), one after the other.
    const COPIES: usize = 1;

    /// How many of the parameters are trained: the first of them, or those of the [`LAYERS`](Self::LAYERS) that are.
    const TRAINED: usize = Self::Parameters::NUMBERS;

    /// What it computes, for those who write it in another format.
    const FORM: Form = Form::Own;

    /// Which inputs make sense for it, if it is the first; data is checked before it is trained on.
    const RANGE: InputRange = InputRange::Finite;

    /// How many lanes of running sums [`backward`](Self::backward) wants for the gradient; see [`Share::sums`].
    const SUMS: usize = 0;

    /// How many streams of random numbers [`train`](Self::train) takes: the sum of those within it, and 1 for a layer
    /// whose `train` is not [`forward`](Self::forward). Of a layer without any, and without
    /// [`BARRIERS`](Self::BARRIERS), `train` is never called.
    const STREAMS: usize = 0;

    /// Whether its outputs [cost](Self::cost) something, or those of a layer within it. Where those of none do, `cost`
    /// is never called.
    const COSTS: bool = false;

    /// Whether [`complete`](Self::complete) computes the gradient with respect to the parameters from all tiles of a
    /// batch, so that [`backward`](Self::backward) can be called without a [`Share`] and leave it.
    const COMPLETES: bool = Self::Parameters::NUMBERS == 0;

    /// How often it wants to see all tiles of a batch at once: one for
    /// [`BatchNormalization`](super::BatchNormalization), and the sum of those within it. Where a layer has any, all
    /// tiles of a batch go through the layers up to there, [meet](Self::meet), and only then go on; the same on the way
    /// back.
    const BARRIERS: usize = 0;

    /// Whether, as the first of a network, it reads samples where they lie in memory, [if there are such](Mode::given),
    /// so that nobody gathers them.
    #[doc(hidden)]
    const READS: bool = false;

    /// Fills the parameters with their initial values. They come in as zeros.
    fn initialize<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, rng: &mut R);

    /// Computes a tile of outputs.
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &Self::Input,
        output: &mut Self::Output,
        tape: &mut Self::Tape,
    );

    /// Computes a tile of outputs in training: what [`forward`](Self::forward) does, if not told otherwise. What is
    /// random comes from `noise`, of which a layer has as many [`STREAMS`](Self::STREAMS) as it says.
    ///
    /// [`backward`](Self::backward) may follow either, so the tape must tell it what happened.
    #[inline(always)]
    fn train<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &Self::Input,
        output: &mut Self::Output,
        tape: &mut Self::Tape,
        _noise: Noise,
    ) {
        self.forward(simd, parameters, input, output, tape);
    }

    /// What is added to the loss of each sample of a tile for its `output`. [`backward`](Self::backward) then adds the
    /// slope of it, times `share`, to the gradient with respect to the inputs, so the tape must tell it. Called after
    /// the forward pass, if at all.
    #[inline(always)]
    fn cost<S: Simd>(
        &self,
        simd: S,
        _output: &Self::Output,
        _tape: &mut Self::Tape,
        _share: T::Vector<S>,
    ) -> T::Vector<S> {
        T::Vector::<S>::splat(simd, T::ZERO)
    }

    /// Given the gradient of the loss with respect to the outputs of a tile, adds the tile's share to the gradient
    /// with respect to the parameters, and computes that with respect to the inputs where it is wanted.
    fn backward<S: Simd>(&self, simd: S, parameters: &Self::Parameters, pass: Backward<'_, T, Self>);

    /// Sends tiles [forward](Self::forward) side by side, and gives the mode of the next layer.
    #[doc(hidden)]
    #[inline(always)]
    fn forward_tiles<'m, S: Simd, G: Tiles<Self::Input, Trace<T, Self>>>(
        &self,
        simd: S,
        mode: Mode<'m>,
        parameters: &Self::Parameters,
        tiles: &mut G,
    ) -> Mode<'m> {
        forward_each(*self, simd, mode, parameters, tiles)
    }

    /// Sends tiles [backward](Self::backward) side by side.
    #[doc(hidden)]
    #[inline(always)]
    fn backward_tiles<S: Simd, G: Tiles<Self::Input, Trace<T, Self>>>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        tiles: &mut G,
        share: Option<Share<'_, T, Self>>,
    ) {
        backward_each(*self, simd, parameters, tiles, share);
    }

    /// Of a layer with [`BARRIERS`](Self::BARRIERS): does in training what lies between two of them, from 0, which is
    /// before the first.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "those of `train`")]
    fn train_part<S: Simd>(
        &self,
        simd: S,
        _part: usize,
        parameters: &Self::Parameters,
        input: &Self::Input,
        output: &mut Self::Output,
        tape: &mut Self::Tape,
        noise: Noise,
    ) {
        self.train(simd, parameters, input, output, tape, noise);
    }

    /// The same on the way back: the last part comes first.
    #[inline(always)]
    fn backward_part<S: Simd>(
        &self,
        simd: S,
        _part: usize,
        parameters: &Self::Parameters,
        pass: Backward<'_, T, Self>,
    ) {
        self.backward(simd, parameters, pass);
    }

    /// Sees all tiles of a batch where they wait for each other: all inputs are there, or on the way back all gradients
    /// of the outputs. `samples` fill all lanes of each tile, but for the last.
    #[inline(always)]
    fn meet<S: Simd, G: Tiles<Self::Input, Trace<T, Self>>>(
        &self,
        _simd: S,
        _barrier: usize,
        _way: Way,
        _samples: usize,
        _batch: &mut G,
    ) {
    }

    /// Lets parameters that are not trained follow a batch, whose loss is finite; `tape` is that of its first tile.
    fn absorb(&self, _parameters: &mut Self::Parameters, _tape: &Self::Tape) {}

    /// Adds what was gathered in [`Share::sums`] to the gradient, and clears the sums. Called once a batch.
    fn finish<S: Simd>(&self, _simd: S, _share: Share<'_, T, Self>) {}

    /// Ends a batch: hands the gradient with respect to the parameters to `sink`, as much of it as that
    /// [wants](Sink::range). The parameters begin at `start`, counted from the first of the network. With
    /// [`COMPLETES`](Self::COMPLETES), the gradient is computed here, from all tiles of the batch.
    ///
    /// What the sink wants begins and ends between two layers, or within a [`Dense`](super::Dense) layer between two
    /// rows: threads take a part of the parameters each. A layer that does everything in `backward` and
    /// [`finish`](Self::finish) need not implement this.
    #[inline(always)]
    fn complete<S: Simd, G: Batch<T, Self>, K: Sink<T>>(&self, simd: S, _batch: G, start: usize, sink: &mut K) {
        sink.accept(simd, start..start + Self::Parameters::NUMBERS);
    }

    /// Computes the outputs of one sample.
    fn predict<S: Simd>(
        &self,
        simd: S,
        parameters: &Self::Parameters,
        input: &<Self::Input as Features<T>>::Sample,
        output: &mut <Self::Output as Features<T>>::Sample,
    ) {
        let mut tile = Self::Input::zeroed();
        let mut outputs = Self::Output::zeroed();
        tile.write(0, input);
        self.forward(simd, parameters, &tile, &mut outputs, &mut Self::Tape::zeroed());
        outputs.read(0, output);
    }
}

/// Nothing: the parameters of a layer that has none, the tape of one that keeps nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct NoParameters;

// SAFETY: a type of size zero has one value.
unsafe impl Zeroable for NoParameters {}
// SAFETY: a type of size zero has one value and no padding.
unsafe impl Pod for NoParameters {}
