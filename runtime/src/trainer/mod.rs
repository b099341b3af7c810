//! The trainer: epochs of shuffled batches, as Keras's `fit`.

// what a trainer is told, remembers and tells
#[cfg(feature = "safetensors")]
mod checkpoint;
mod memory;
mod report;
mod settings;
mod state;

// from a fit to its batches
mod batches;
mod check;
mod epochs;
mod evaluate;
mod feed;
mod fit;
mod shuffle;

// from a batch to a step
mod batch;
mod cut;
mod judge;
mod parts;
mod run;
mod waiting;

use core::fmt;

use self::batch::Apply;
use self::settings::Settings;
use self::state::State;
use crate::error::Error;
use crate::frozen;
use crate::kernels::dispatch;
use crate::losses::ClassWeight;
use crate::metrics::Weighted;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::pass::Pass;

/// Trains a network: Keras's `compile` and `fit`.
///
/// The trainer keeps the optimizer's state, so that fitting again goes on where the last fit ended; to start anew,
/// or to train another network, make a new trainer.
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Line = Dense(1 -> 1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let x: Vec<f32> = (0..100).map(|i| i as f32 / 50.0 - 1.0).collect();
/// let y: Vec<f32> = x.iter().map(|x| 3.0 * x + 1.0).collect();
/// let mut line = Line::new(rng);
/// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(50).batch_size(10);
/// let history = trainer.fit(&mut line, (&x, &y), rng)?;
/// assert!(history.last().is_some_and(|last| last.training.loss < 1e-6));
/// assert!((line.predict(&[2.0])[0] - 7.0).abs() < 1e-3);
/// # Ok(())
/// # }
/// ```
///
/// # In a struct
///
/// Its type says all that it was given: the network, the loss, the optimizer, and pairs of the metrics and the callbacks, each
/// of those before and one more.
///
/// ```
/// use typenet::callbacks::{Callback, EarlyStopping};
/// use typenet::prelude::*;
/// use typenet::schedules::CosineDecay;
///
/// network! { Policy = Dense(4 -> 32, tanh), Dense(2) }
///
/// struct Plain {
///     policy: Policy,
///     trainer: Trainer<Policy, MeanSquaredError, Adam>,
/// }
///
/// struct Full {
///     policy: Policy,
///     trainer: Trainer<Policy, Huber, Adam<CosineDecay>, (((), MeanAbsoluteError), R2Score), ((), EarlyStopping)>,
/// }
///
/// // a callback whose type has no name, as a closure, or that is chosen at run time
/// struct Open {
///     policy: Policy,
///     trainer: Trainer<Policy, MeanSquaredError, Adam, (), ((), Box<dyn Callback<Policy>>)>,
/// }
/// # fn main() {
/// # use rand::{SeedableRng, rngs::StdRng};
/// # let mut rng = StdRng::seed_from_u64(0);
/// # let trainer = Trainer::new(MeanSquaredError, Adam::new(0.001));
/// # let plain = Plain { policy: Policy::new(&mut rng), trainer };
/// # let trainer = Trainer::new(Huber::default(), Adam::new(CosineDecay::new(0.001, 1000)));
/// # let trainer = trainer.metric(MeanAbsoluteError).metric(R2Score).callback(EarlyStopping::new("loss"));
/// # let full = Full { policy: Policy::new(&mut rng), trainer };
/// # let callback: Box<dyn Callback<Policy>> = Box::new(EarlyStopping::new("loss"));
/// # let trainer = Trainer::new(MeanSquaredError, Adam::new(0.001)).callback(callback);
/// # let open = Open { policy: Policy::new(&mut rng), trainer };
/// # }
/// ```
///
/// # Memory
///
/// A fit holds the parameters twice, as they are and as they were before the last step, should the next loss be no number,
/// and the optimizer's [`SLOTS`](Optimizer::SLOTS): with Adam each number of the network four times. The gradient of a network
/// of more than 1,024 parameters goes from registers into the step. It lies in memory, as another number for each parameter,
/// where the optimizer must see it [`WHOLE`](Optimizer::WHOLE), where there are regularisers, and where a batch is gathered in
/// parts, since it has more than 16 tiles (of 16 samples, 8 of `f64`) or what layers make of it fills 4 MiB.
///
/// Beside that there are the tiles of a batch, in those 4 MiB, unless one is larger or a layer wants to see all of them
/// ([`BatchNormalization`](crate::layers::BatchNormalization)), and four bytes for each sample, its place in the order of the
/// epoch. All of it is allocated before the first step.
pub struct Trainer<N: Network, L, O, M = (), C = ()> {
    loss: L,
    optimizer: O,
    metrics: M,
    callbacks: C,
    settings: Settings,
    state: Option<State<N>>,
}

impl<N, L, O, M, C> fmt::Debug for Trainer<N, L, O, M, C>
where
    N: Network,
    L: fmt::Debug,
    O: fmt::Debug,
    M: fmt::Debug,
    C: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("loss", &self.loss)
            .field("optimizer", &self.optimizer)
            .field("metrics", &self.metrics)
            .field("callbacks", &self.callbacks)
            .field("epochs", &self.settings.epochs)
            .field("batch_size", &self.settings.batch_size)
            .field("iteration", &self.iteration())
            .finish_non_exhaustive()
    }
}

impl<N: Network, L, O> Trainer<N, L, O> {
    /// A trainer that makes `loss` small with `optimizer`: one epoch, batches of 32, shuffled, as Keras's defaults.
    #[must_use]
    pub const fn new(loss: L, optimizer: O) -> Self {
        let settings = Settings::new(N::STREAMS > 0);
        Self { loss, optimizer, metrics: (), callbacks: (), settings, state: None }
    }
}

impl<N: Network, L, O, M, C> Trainer<N, L, O, M, C> {
    /// Reports `metric` beside the loss.
    #[must_use]
    pub fn metric<A>(self, metric: A) -> Trainer<N, L, O, (M, A), C> {
        let Self { loss, optimizer, metrics, callbacks, settings, state } = self;
        Trainer { loss, optimizer, metrics: (metrics, metric), callbacks, settings, state }
    }

    /// Reports `metric` in which samples count as much as their weights, as `weighted_` and its name.
    #[must_use]
    pub fn weighted_metric<A>(self, metric: A) -> Trainer<N, L, O, (M, Weighted<A>), C> {
        self.metric(Weighted(metric))
    }

    /// Lets each class count as much as its weight in training, in order: see [`ClassWeight`]. Weights of classes and of
    /// samples are multiplied.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Rare = Dense(1 -> 1, sigmoid, kernel_initializer = zeros) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let mut rare = Rare::new(&mut StdRng::seed_from_u64(0));
    /// let mut trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).class_weight([1.0, 20.0]);
    /// let loss = trainer.train_on_batch(&mut rare, (&[1.0], &[1.0]))?;
    /// assert!((loss - 20.0 * 2_f64.ln()).abs() < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn class_weight<const CLASSES: usize>(
        self,
        weights: [f64; CLASSES],
    ) -> Trainer<N, ClassWeight<L, CLASSES>, O, M, C> {
        let Self { loss, optimizer, metrics, callbacks, settings, state } = self;
        Trainer { loss: ClassWeight::new(loss, weights), optimizer, metrics, callbacks, settings, state }
    }

    /// Has `callback` told of every batch and epoch: see [`callbacks`](crate::callbacks).
    #[must_use]
    pub fn callback<A>(self, callback: A) -> Trainer<N, L, O, M, (C, A)> {
        let Self { loss, optimizer, metrics, callbacks, settings, state } = self;
        Trainer { loss, optimizer, metrics, callbacks: (callbacks, callback), settings, state }
    }

    /// How many steps the optimizer has made.
    #[must_use]
    pub fn iteration(&self) -> u64 {
        self.state.as_ref().map_or(0, |state| state.steps.made)
    }
}

impl<N: Network, L, O: Optimizer, M, C> Trainer<N, L, O, M, C> {
    /// The rate of the next step.
    #[must_use]
    pub fn learning_rate(&self) -> f64 {
        self.state
            .as_ref()
            .map_or_else(|| self.optimizer.learning_rate(0), |state| state.learning_rate(&self.optimizer))
    }

    /// Makes steps with this rate from now on, instead of the optimizer's rate or schedule, in a loop of single steps or in
    /// another `fit`. While `fit` runs, callbacks do so: [`Training::set_learning_rate`](crate::callbacks::Training::set_learning_rate).
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1, kernel_initializer = zeros) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let mut line = Line::new(&mut StdRng::seed_from_u64(0));
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.5));
    /// trainer.train_on_batch(&mut line, (&[0.0], &[2.0]))?;
    /// trainer.set_learning_rate(0.25);
    /// trainer.train_on_batch(&mut line, (&[0.0], &[4.0]))?;
    /// assert_eq!(line.dense.bias[0], 2.0 + 0.25 * 4.0);
    /// assert_eq!(trainer.learning_rate(), 0.25);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.state().0.learning_rate = Some(learning_rate);
    }

    /// The trainer's state, allocated when it is first needed, with the optimizer to go with it.
    fn state(&mut self) -> (&mut State<N>, &mut O) {
        let Self { optimizer, settings, state, .. } = self;
        (state.get_or_insert_with(|| State::new(optimizer, settings)), optimizer)
    }

    /// What ends a `fit`: looks whether the last step has led to parameters that are numbers, and puts the moving averages of
    /// [`use_ema`](Optimizer::use_ema) in their place. `fit` does so itself; a loop of single steps calls this at its end.
    ///
    /// # Errors
    /// [`Error::Diverged`], and the network has the parameters from before the last step.
    pub fn finalize(&mut self, network: &mut N) -> Result<(), Error> {
        let Some(state) = &mut self.state else { return Ok(()) };
        if !state.look(network) {
            state.take_back(network);
            return Err(state.diverged(state.steps.made, state.loss));
        }
        if state.steps.remembered() > 0 {
            frozen::keeping(network, |parameters| self.optimizer.finalize(parameters, &state.slots));
        }
        Ok(())
    }

    /// Lets the optimizer make a step with the gradient of `pass`, which becomes zero.
    pub fn apply_gradient(&mut self, network: &mut N, pass: &mut Pass<N>) {
        let (state, optimizer) = self.state();
        let step = state.steps.next(state.learning_rate(optimizer));
        dispatch(
            pass.level(),
            Apply {
                optimizer,
                step,
                network,
                gradient: &mut pass.gradient,
                slots: &mut state.slots,
                previous: state.previous.as_flat_mut(),
                threads: 1,
            },
        );
        state.loss = f64::NAN;
        state.steps.count_alone(network);
    }
}
