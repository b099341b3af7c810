//! Training on more than fits into memory: batches that come one after the other.

use alloc::vec::Vec;
use core::iter::{Empty, Peekable};

use rand::Rng;

use super::check::check;
use super::evaluate::{add, added};
use super::feed::{Feed, Known, Next};
use super::{State, Trainer};
use crate::callbacks::Callback;
use crate::data::{Batch as _, Batches, ValidationTargets};
use crate::error::Error;
use crate::history::{History, Scores};
use crate::kernels::level;
use crate::losses::Loss;
use crate::metrics::{Mean, Metrics};
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;
use crate::tile::TargetTile;

impl<T: Scalar, N: Network<Scalar = T>, L, O, M, C> Trainer<N, L, O, M, C> {
    /// Trains `network` on more than fits into memory: Keras's `fit` of a generator. `batches` is asked for the batches of
    /// each epoch, which it is told the number of (from 1, counted over all calls on the same trainer), and gives anything
    /// to iterate over: pairs of inputs and targets in any form that [`fit`](Self::fit) takes, or a `Result` of these and what kept
    /// them from being read.
    ///
    /// ```
    /// # #[cfg(feature = "csv")]
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::io::Write as _;
    /// use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::data::Table;
    /// use typenet::prelude::*;
    ///
    /// network! { Plane = Dense(2 -> 1) }
    ///
    /// # let path = std::env::temp_dir().join(format!("typenet-plane-{}", std::process::id()));
    /// # let mut file = std::fs::File::create(&path)?;
    /// # writeln!(file, "a,b,y")?;
    /// # for i in 0..1000 {
    /// #     let (a, b) = (f64::from(i).sin(), f64::from(i * i).sin());
    /// #     writeln!(file, "{a},{b},{}", 3.0 * a - b + 1.0)?;
    /// # }
    /// // never more than 50 lines of the file are held
    /// let batches = |_epoch| Table::pieces(&path, 50).map(|piece| {
    ///     let piece = piece?;
    ///     Ok::<_, typenet::Error>((piece.columns::<f32, 2>(["a", "b"])?, piece.column::<f32>("y")?))
    /// });
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// let mut plane = Plane::new(rng);
    /// let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20);
    /// let history = trainer.fit_batches(&mut plane, batches, rng)?;
    /// assert!(history.last().is_some_and(|last| last.training.loss < 1e-6));
    /// assert!(trainer.evaluate_batches(&plane, batches(1))?.loss < 1e-6);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "csv"))]
    /// # fn main() {}
    /// ```
    ///
    /// Each batch is a step, of as many samples as it holds, in their order: [`batch_size`](Self::batch_size) and
    /// [`shuffle`](Self::shuffle) are of no account, and to shuffle is the caller's work. The scores of an epoch are over its
    /// samples, whatever batches they came in; callbacks, history, progress and checkpoints are those of `fit`. Only one
    /// batch is held, and nothing is allocated for it but by its reader.
    ///
    /// With [`steps_per_epoch`](Self::steps_per_epoch) an epoch is so many batches, and the next goes on where it ended:
    /// `batches` is then asked again only when what it gave is used up. So an epoch is a piece of a stream that has no end,
    /// such as `|_| &receiver` of a channel that another thread reads ahead for. Training ends, as in Keras, where an epoch
    /// would have no batch.
    ///
    /// # Errors
    /// The first that a batch comes with, of whatever type can also be made of an [`Error`]. Those of `fit`, of each batch
    /// before its step; samples are counted from the begin of the epoch. [`Error::NoSamples`] of a batch without samples, or
    /// a first epoch without a batch, and [`Error::SplitOfBatches`]. Whatever the error, what was learnt before it is kept.
    pub fn fit_batches<B, I, R>(&mut self, network: &mut N, batches: B, rng: &mut R) -> Result<History, I::Error>
    where
        B: FnMut(usize) -> I,
        I: Batches<N>,
        L: Loss<T, N::Head, N::Output, I::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, I::Tile>,
        C: Callback<N>,
        R: Rng + ?Sized,
    {
        self.on_batches(network, batches, None::<fn(usize) -> Empty<(I::Inputs, I::Targets)>>, rng)
    }

    /// As [`fit_batches`](Self::fit_batches), and reports loss and metrics after every epoch on all that `validation` gives.
    /// What is in memory is one batch: `|_| [(&x, &y)]`.
    ///
    /// # Errors
    /// As `fit_batches`; [`Error::NoSamples`] also if there is nothing to validate on.
    pub fn fit_batches_validated<B, I, V, J, R>(
        &mut self,
        network: &mut N,
        batches: B,
        validation: V,
        rng: &mut R,
    ) -> Result<History, I::Error>
    where
        B: FnMut(usize) -> I,
        I: Batches<N>,
        V: FnMut(usize) -> J,
        J: Batches<N, Targets: ValidationTargets<T, N::Output, I::Tile>>,
        I::Error: From<J::Error>,
        L: Loss<T, N::Head, N::Output, I::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, I::Tile>,
        C: Callback<N>,
        R: Rng + ?Sized,
    {
        self.on_batches(network, batches, Some(validation), rng)
    }

    fn on_batches<B, I, V, J, R>(
        &mut self,
        network: &mut N,
        make: B,
        validation: Option<V>,
        rng: &mut R,
    ) -> Result<History, I::Error>
    where
        B: FnMut(usize) -> I,
        I: Batches<N>,
        V: FnMut(usize) -> J,
        J: Batches<N, Targets: ValidationTargets<T, N::Output, I::Tile>>,
        I::Error: From<J::Error>,
        L: Loss<T, N::Head, N::Output, I::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, I::Tile>,
        C: Callback<N>,
        R: Rng + ?Sized,
    {
        if self.settings.validation_split != 0.0 {
            return Err(Error::SplitOfBatches { split: self.settings.validation_split }.into());
        }
        let known = Known { samples: None, validated: validation.as_ref().map(|_| 0) };
        let steps = self.settings.steps;
        let feed = Stream::<N, I, B, V> { make, coming: None, batch: None, epoch: 0, steps, left: None, validation };
        let mut fit = self.on(network, feed, known);
        fit.settings.shuffle = false;
        fit.run(rng)
    }

    /// Computes loss and metrics on data that comes in batches, as [`evaluate`](Self::evaluate) does on data in memory.
    ///
    /// # Errors
    /// The first that a batch comes with; as `evaluate`, with samples counted from the first batch.
    pub fn evaluate_batches<I>(&mut self, network: &N, batches: I) -> Result<Scores, I::Error>
    where
        I: Batches<N>,
        L: Loss<T, N::Head, N::Output, I::Tile>,
        O: Optimizer,
        M: Metrics<T, N::Output, I::Tile>,
    {
        let (loss, metrics) = (self.loss, self.metrics);
        metrics.check()?;
        evaluate::<N, L, M, I, I::Tile>(network, self.state().0, &loss, &metrics, batches)
    }
}

/// Loss and metrics of all batches.
fn evaluate<N, L, M, I, Y>(
    network: &N,
    state: &mut State<N>,
    loss: &L,
    metrics: &M,
    batches: I,
) -> Result<Scores, I::Error>
where
    N: Network,
    I: Batches<N, Targets: ValidationTargets<N::Scalar, N::Output, Y>>,
    Y: TargetTile<N::Scalar, N::Output>,
    L: Loss<N::Scalar, N::Head, N::Output, Y>,
    M: Metrics<N::Scalar, N::Output, Y>,
{
    let (mut loss_mean, mut metric_state) = (Mean::default(), M::State::default());
    let mut done = 0;
    for batch in batches {
        let (x, y) = batch.into_data()?;
        let data = (&x, &y);
        let samples = state.check(data, loss);
        let samples = samples.map_err(|error| error.after(done))?;
        add(network, state, loss, metrics, data, 0..samples, (&mut loss_mean, &mut metric_state))?;
        done += samples as usize;
    }
    if done == 0 {
        return Err(Error::NoSamples.into());
    }
    Ok(added::<N, Y, M>(network, metrics, &loss_mean, &metric_state))
}

/// Batches that a function gives for each epoch.
struct Stream<N: Network, I: Batches<N>, B, V> {
    make: B,
    /// Those that come next.
    coming: Option<Peekable<I::IntoIter>>,
    /// The one that is trained on.
    batch: Option<(I::Inputs, I::Targets)>,
    epoch: usize,
    /// How many batches an epoch has, if it does not end with what `make` gives.
    steps: Option<usize>,
    /// How many of them are to come.
    left: Option<usize>,
    validation: Option<V>,
}

impl<N: Network, I: Batches<N>, B: FnMut(usize) -> I, V> Stream<N, I, B, V> {
    /// Whether there is another batch, if need be of those that `make` gives anew.
    fn more(&mut self) -> bool {
        if self.coming.as_mut().is_some_and(|coming| coming.peek().is_some()) {
            return true;
        }
        let coming = self.coming.insert((self.make)(self.epoch).into_iter().peekable());
        coming.peek().is_some()
    }
}

impl<N, L, M, B, I, V, J> Feed<N, L, M> for Stream<N, I, B, V>
where
    N: Network,
    B: FnMut(usize) -> I,
    I: Batches<N>,
    V: FnMut(usize) -> J,
    J: Batches<N, Targets: ValidationTargets<N::Scalar, N::Output, I::Tile>>,
    I::Error: From<J::Error>,
    L: Loss<N::Scalar, N::Head, N::Output, I::Tile>,
    M: Metrics<N::Scalar, N::Output, I::Tile>,
{
    type Tile = I::Tile;
    type Inputs = I::Inputs;
    type Targets = I::Targets;
    type Error = I::Error;

    fn begin(&mut self, epoch: usize) -> bool {
        (self.epoch, self.left) = (epoch, self.steps);
        if self.steps.is_none() {
            self.coming = None;
        }
        self.more()
    }

    fn next<'a>(
        &'a mut self,
        order: &'a mut Vec<u32>,
        done: usize,
        loss: &L,
    ) -> Next<'a, I::Inputs, I::Targets, I::Error> {
        // the last batch goes before the next is read
        self.batch = None;
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1)?;
            if !self.more() {
                return None;
            }
        }
        let (x, y) = match self.coming.as_mut()?.next()?.into_data() {
            Ok(batch) => &*self.batch.insert(batch),
            Err(error) => return Some(Err(error)),
        };
        let data = (x, y);
        match check::<N, _, _, _>(level(), data, loss) {
            Ok(samples) => {
                order.clear();
                order.extend(0..samples);
                Some(Ok((data, order, samples as usize)))
            }
            Err(error) => Some(Err(error.after(done).into())),
        }
    }

    fn validate(
        &mut self,
        network: &N,
        state: &mut State<N>,
        loss: &L,
        metrics: &M,
        epoch: usize,
    ) -> Result<Option<Scores>, I::Error> {
        let Some(validation) = &mut self.validation else { return Ok(None) };
        Ok(Some(evaluate::<N, L, M, J, I::Tile>(network, state, loss, metrics, validation(epoch))?))
    }
}
