//! What `network!` implements for each network.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::fmt::Debug;

use bytemuck::{Pod, Zeroable};
use fearless_simd::{Simd, SimdBase as _};
use rand::Rng;

use crate::__private as private;
use crate::activations::Activation;
use crate::data::Samples;
use crate::error::Error;
use crate::flat::Flat;
use crate::layers::{InputRange, LayerInfo, Sink, Way};
use crate::mode::Mode;
#[cfg(feature = "alloc")]
use crate::pass::Pass;
use crate::quantized::{InputOf, QuantizableNetwork, Quantized};
use crate::scalar::Scalar;
use crate::summary::Summary;
pub use crate::tapes::{Shares, Tapes, TileMemory};
use crate::tile::Features;
#[cfg(feature = "alloc")]
use crate::tile::Zero;
use crate::tiles::Tiles;

/// What a network takes, one sample of it: `[T; INPUTS]`.
pub type InputSample<N> = <<N as Network>::Input as Features<<N as Network>::Scalar>>::Sample;

/// What a network gives, one sample of it: `[T; OUTPUTS]`.
pub type OutputSample<N> = <<N as Network>::Output as Features<<N as Network>::Scalar>>::Sample;

/// A network: what `network!` implements for the struct that it writes.
///
/// The struct holds the parameters and nothing else. What training needs beside them is apart: a [`Tape`](Self::Tape)
/// for what backward wants to know of the forward pass of one tile, and the trainer's own workspace. Files of weights
/// are the matter of [`Files`](crate::Files), which every network implements.
///
/// A function, a struct or a trait for any network, or for any that takes and gives what is wanted, is generic over it:
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! {
///     Small = Dense(1 -> 4, tanh), Dense(1);
///     Large = Dense(1 -> 16, tanh), Dense(16, tanh), Dense(1)
/// }
///
/// /// How well a network learns a parabola, and what it says of 0.5.
/// fn learn<N>() -> Result<(f64, f32), typenet::Error>
/// where
///     N: Network<Scalar = f32, Input = Tile<f32, 1>, Output = Tile<f32, 1>>,
/// {
///     let rng = &mut StdRng::seed_from_u64(0);
///     let x: Vec<f32> = (0..100).map(|i| i as f32 / 50.0 - 1.0).collect();
///     let y: Vec<f32> = x.iter().map(|x| x * x).collect();
///     let mut network = N::boxed(rng);
///     let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(100);
///     trainer.fit(&mut *network, (&x, &y), rng)?;
///     let [square] = network.predict(&[0.5]);
///     Ok((trainer.evaluate(&network, (&x, &y))?.loss, square))
/// }
///
/// # fn main() -> Result<(), typenet::Error> {
/// for (loss, square) in [learn::<Small>()?, learn::<Large>()?] {
///     assert!(loss < 0.01 && (square - 0.25).abs() < 0.1);
/// }
/// assert_eq!((Small::PARAMETERS, Large::PARAMETERS), (13, 321));
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a network",
    label = "not a network",
    note = "networks are declared with `typenet::network!`",
    note = "what holds one, as a `Box` or the guard of a `Mutex`, is not one itself: write `&mut *network` or `&*network`"
)]
pub trait Network: Flat<Self::Scalar> + Clone + Debug + PartialEq + Send + Sync + 'static {
    /// `f32` or `f64`.
    type Scalar: Scalar;
    /// The tile that goes in: `Tile<T, INPUTS>`.
    type Input: Features<Self::Scalar>;
    /// The tile that comes out: `Tile<T, OUTPUTS>`.
    type Output: Features<Self::Scalar>;
    /// The activation of the last layer, which losses take apart from it.
    type Head: Activation;
    /// What is kept of one tile between forward and backward.
    type Tape: Zeroable + Send + Sync;
    /// Running sums of the gradient of each lane, for the layers that want them.
    type Sums: Pod + Send;
    /// The layers one after the other, the last without its activation: `(A, (B, C))`. It is what
    /// [`quantized`](crate::quantized) goes by.
    type Layers;

    /// The activation of the last layer.
    const HEAD: Self::Head;
    /// The name of the struct.
    const NAME: &'static str;
    /// What `summary()` tells of the layers.
    const LAYERS: &'static [LayerInfo];
    /// The layers with their options.
    const CHAIN: Self::Layers;
    /// How many streams of random numbers its layers take in training; see [`Layer::STREAMS`](crate::layers::Layer).
    const STREAMS: usize;
    /// How many parameters it has.
    const PARAMETERS: usize = Self::NUMBERS;
    /// How many of them are trained: all but those of layers with `trainable = false`.
    const TRAINED: usize = LayerInfo::all_trained(Self::LAYERS);
    /// Which inputs make sense for it: those that do for its first layer.
    const RANGE: InputRange = match Self::LAYERS.first() {
        Some(layer) => layer.range,
        None => InputRange::Finite,
    };
    /// Whether [`complete`](Self::complete) computes the gradient of every layer; see
    /// [`Layer::COMPLETES`](crate::layers::Layer::COMPLETES).
    const COMPLETES: bool = LayerInfo::all_complete(Self::LAYERS);
    /// How often all tiles of a batch wait for each other; see [`Layer::BARRIERS`](crate::layers::Layer::BARRIERS).
    const BARRIERS: usize = LayerInfo::all_barriers(Self::LAYERS);
    /// How many numbers go in.
    const INPUTS: usize = <Self::Input as Features<Self::Scalar>>::N;
    /// How many numbers come out.
    const OUTPUTS: usize = <Self::Output as Features<Self::Scalar>>::N;

    /// A network with new parameters, drawn from a generator of random numbers, built on the heap: what code that is
    /// generic over networks begins with. Each network has this method of its own, and `new` if it is small enough.
    #[cfg(feature = "alloc")]
    #[must_use]
    fn boxed<R: Rng + ?Sized>(rng: &mut R) -> Box<Self> {
        private::boxed(rng)
    }

    /// Replaces all parameters by new initial values.
    fn initialize<R: Rng + ?Sized>(&mut self, rng: &mut R);

    /// Sends tiles through all layers side by side, up to the logits, which their tapes hold. Layers such as
    /// [`Dropout`](crate::layers::Dropout) do something else in training than in prediction, so `mode` says which it
    /// is; it is that of the first tile, and what comes back is that of a layer that would follow. One tile alone is a
    /// [`Passing`](crate::layers::Passing).
    fn forward<'m, S: Simd, G: Tiles<Self::Input, Self::Tape>>(
        &self,
        simd: S,
        mode: Mode<'m>,
        tiles: &mut G,
    ) -> Mode<'m>;

    /// The logits that [`forward`](Self::forward) has computed, and where [`backward`](Self::backward) takes the
    /// gradient with respect to them from.
    fn logits(tape: &mut Self::Tape) -> (&Self::Output, &mut Self::Output);

    /// Sends tiles back through all layers: adds their shares of the gradient, or leaves them to
    /// [`complete`](Self::complete), as `shares` says.
    fn backward<S: Simd, G: Tiles<Self::Input, Self::Tape>>(&self, simd: S, tiles: &mut G, shares: Shares<'_, Self>);

    /// Lets the layer that has barrier `barrier` see all tiles of a batch of so many samples.
    #[inline(always)]
    fn meet<S: Simd, G: Tiles<Self::Input, Self::Tape>>(
        _simd: S,
        _barrier: usize,
        _way: Way,
        _samples: usize,
        _batch: &mut G,
    ) {
    }

    /// Lets what is not trained follow a batch; `tape` is that of its first tile.
    #[inline(always)]
    fn absorb(&mut self, _tape: &Self::Tape) {}

    /// Ends a batch whose tiles are all at hand, and were sent [`backward`](Self::backward) with `later`: hands every
    /// part of the gradient that `sink` wants to it. The parameters begin at `start`; gives where they end.
    fn complete<S: Simd, G: Tapes<Self>, K: Sink<Self::Scalar>>(simd: S, batch: G, start: usize, sink: &mut K)
    -> usize;

    /// Ends a batch: adds what has been gathered in the sums to the gradient, and clears the sums.
    fn finish<S: Simd>(simd: S, gradient: &mut Self, sums: &mut Self::Sums);

    /// Computes the logits of one sample with the instructions of `S`.
    fn predict_logits<S: Simd>(&self, simd: S, input: &InputSample<Self>, output: &mut OutputSample<Self>);

    /// Whether some layer has a regulariser.
    const REGULARIZED: bool = false;

    /// What its [regularisers](crate::regularizers) add to the loss; adds the slope of it to `gradient`. Training does
    /// so itself; a loop with a gradient of its own may.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1, kernel_regularizer = l2(0.5), kernel_initializer = constant(2)) }
    ///
    /// # fn main() {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// assert_eq!(Line::new(rng).penalty(None), 0.5 * 4.0);
    /// # }
    /// ```
    fn penalty(&self, _gradient: Option<&mut Self>) -> f64 {
        0.0
    }

    /// Whether the outputs of some layer [cost](crate::layers::Layer::cost) something.
    const COSTS: bool = false;

    /// What the outputs of the layers add to the loss of each sample of a tile that went [`forward`](Self::forward);
    /// the slope of it, times `share`, becomes part of the gradient when the tile goes [`backward`](Self::backward).
    #[inline(always)]
    fn cost<S: Simd>(
        simd: S,
        _tape: &mut Self::Tape,
        _share: <Self::Scalar as Scalar>::Vector<S>,
    ) -> <Self::Scalar as Scalar>::Vector<S> {
        <Self::Scalar as Scalar>::Vector::<S>::splat(simd, Self::Scalar::ZERO)
    }

    /// Whether some layer has a constraint.
    const CONSTRAINED: bool = false;

    /// Applies its [constraints](crate::constraints), as training does after every step.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1, kernel_constraint = non_neg, kernel_initializer = constant(-1)) }
    ///
    /// # fn main() {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// let mut line = Line::new(rng);
    /// line.constrain();
    /// assert_eq!(line.dense.kernel[0], 0.0);
    /// # }
    /// ```
    fn constrain(&mut self) {}

    /// The table of the layers.
    #[must_use]
    fn summary() -> Summary {
        Summary { name: Self::NAME, scalar: Self::Scalar::NAME, layers: Self::LAYERS }
    }

    /// The network in integers of eight bits, with scales that fit what its numbers become over the samples of
    /// `calibration`; see [`quantized`](crate::quantized).
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Wide = Dense(16 -> 16, tanh) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// use typenet::quantized::Quantized;
    ///
    /// let wide = Wide::new(rng);
    /// let quantized = wide.quantize(&[[-1.0; 16], [1.0; 16]])?;
    /// let (exact, near) = (wide.predict(&[0.5; 16]), quantized.predict(&[0.5; 16]));
    /// assert!(exact.iter().zip(&near).all(|(a, b)| (a - b).abs() < 0.02));
    /// assert_eq!((size_of::<Wide>(), Quantized::<Wide>::BYTES), (1088, 392));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoSamples`], [`Error::TooManySamples`]; [`Error::InputNotFinite`] for a NaN or an infinity in the
    /// samples, [`Error::ParameterNotFinite`] for one in the network.
    fn quantize<X>(&self, calibration: &X) -> Result<Quantized<Self>, Error>
    where
        Self: QuantizableNetwork,
        X: Samples<f32, InputOf<Self>> + ?Sized,
    {
        Quantized::new(self, calibration)
    }

    /// Predicts one sample, without allocation. Each network has this method of its own, too.
    #[must_use]
    #[inline]
    fn predict(&self, sample: &InputSample<Self>) -> OutputSample<Self> {
        private::predict(self, sample)
    }

    /// Predicts many samples: as many as 32 bits count, and none if there are more.
    ///
    /// To predict again and again without allocation, use [`Pass::predict`](crate::Pass::predict).
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Twice = Dense(1 -> 1, kernel_initializer = constant(2)) }
    ///
    /// # fn main() {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// assert_eq!(Twice::new(rng).predict_many(&[1.0, 2.5]), [[2.0], [5.0]]);
    /// # }
    /// ```
    #[cfg(feature = "alloc")]
    fn predict_many<X: Samples<Self::Scalar, Self::Input> + ?Sized>(&self, inputs: &X) -> Vec<OutputSample<Self>> {
        let mut outputs = alloc::vec![Zero::ZERO; inputs.count()];
        // the lengths are equal, so there is no error but that of too many samples
        let predicted = Pass::new().predict(self, inputs, &mut outputs);
        predicted.map_or_else(|_| Vec::new(), |()| outputs)
    }
}
