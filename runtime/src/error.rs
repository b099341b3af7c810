//! Everything that can go wrong at run time.

#[cfg(feature = "alloc")]
use alloc::string::String;
#[cfg(feature = "std")]
use std::path::PathBuf;

/// Everything that can go wrong at run time. Nothing in this crate panics on bad input.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Inputs and targets differ in number.
    #[error("there are {inputs} inputs, but {targets} targets")]
    CountMismatch {
        /// How many inputs.
        inputs: usize,
        /// How many targets.
        targets: usize,
    },
    /// There is nothing to learn from.
    #[error("there are no samples")]
    NoSamples,
    /// More samples than can be counted in 32 bits.
    #[error("there are {samples} samples, more than {max}", max = u32::MAX)]
    TooManySamples {
        /// How many.
        samples: usize,
    },
    /// A batch of no samples.
    #[error("the batch size is 0")]
    NoBatch,
    /// An epoch of no steps.
    #[error("the number of steps per epoch is 0")]
    NoSteps,
    /// No pass over the data.
    #[error("the number of epochs is 0")]
    NoEpochs,
    /// A share of the data for validation that leaves none for training, or none for validation.
    #[error("a validation split of {split} of {samples} samples leaves {training} for training")]
    ValidationSplit {
        /// The share that was asked for.
        split: f64,
        /// How many samples there are.
        samples: u32,
        /// How many would be trained on.
        training: u32,
    },
    /// A share of batches for validation: nobody knows how many there will be.
    #[error("a validation split of {split} needs samples that are counted; batches are validated on batches")]
    SplitOfBatches {
        /// The share that was asked for.
        split: f64,
    },
    /// A share of the data for testing that leaves none for training, or none for the test.
    #[error("a test size of {test_size} of {samples} samples leaves nothing for the test, or nothing to train on")]
    TestSize {
        /// The share that was asked for.
        test_size: f64,
        /// How many samples there are.
        samples: usize,
    },
    /// Data that does not know its width before the program runs, and has another.
    #[error("the {what} are {found} wide, but the network wants {expected}")]
    Width {
        /// `"inputs"` or `"targets"`.
        what: &'static str,
        /// How many numbers the network takes or gives.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A NaN or an infinity in the inputs.
    #[error("input {index} of sample {sample} is {value}")]
    InputNotFinite {
        /// Which sample, from 0.
        sample: usize,
        /// Which of its numbers, from 0.
        index: usize,
        /// The number.
        value: f64,
    },
    /// An input of an [`Embedding`](crate::layers::Embedding) that is not the number of one of its rows.
    #[error(
        "input {index} of sample {sample} is {value}, but an `Embedding` takes it, which has the rows 0 to {last}",
        last = rows.saturating_sub(1)
    )]
    InputNotRow {
        /// Which sample, from 0.
        sample: usize,
        /// Which of its numbers, from 0.
        index: usize,
        /// The number.
        value: f64,
        /// How many rows there are.
        rows: usize,
    },
    /// A NaN or an infinity in the parameters of a network that is to be quantised.
    #[error("parameter {index} of the network is {value}, so that it cannot be quantised (has training diverged?)")]
    ParameterNotFinite {
        /// Which of its numbers, from 0, in the order of `as_flat`.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A NaN or an infinity in the targets.
    #[error("target {index} of sample {sample} is {value}")]
    TargetNotFinite {
        /// Which sample, from 0.
        sample: usize,
        /// Which of its numbers, from 0.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A target that a cross-entropy cannot take.
    #[error("target {index} of sample {sample} is {value}, but this loss takes probabilities from 0 to 1")]
    TargetNotProbability {
        /// Which sample, from 0.
        sample: usize,
        /// Which of its numbers, from 0.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A class that the network has no output for.
    #[error("the target of sample {sample} is class {class}, but the network has {classes} outputs")]
    ClassOutOfRange {
        /// Which sample, from 0.
        sample: usize,
        /// The class.
        class: i128,
        /// How many outputs the network has.
        classes: usize,
    },
    /// Not one weight for each sample.
    #[error("there are {weights} weights of samples, but {targets} targets")]
    SampleWeights {
        /// How many weights.
        weights: usize,
        /// How many targets.
        targets: usize,
    },
    /// A weight that is negative, infinite or not a number.
    #[error("the weight of sample {sample} is {weight}; it must be finite and not negative")]
    SampleWeight {
        /// Which sample, from 0.
        sample: usize,
        /// The weight.
        weight: f64,
    },
    /// A weight that is negative, infinite or not a number.
    #[error("the weight of class {class} is {weight}; it must be finite and not negative")]
    ClassWeight {
        /// Which class, from 0.
        class: usize,
        /// The weight.
        weight: f64,
    },
    /// A setting of an optimizer, a loss, a metric or a callback that makes no sense.
    #[error("the `{setting}` of `{of}` is {value}; it must be {must}")]
    Setting {
        /// Whose.
        of: &'static str,
        /// Which.
        setting: &'static str,
        /// What it was set to.
        value: f64,
        /// What it must be.
        must: &'static str,
    },
    /// A layer that an optimizer was told of, and that the network has not.
    #[error("`{of}` was told of layer `{label}`, but no layer has this label")]
    NoSuchLayer {
        /// Who was told.
        of: &'static str,
        /// The label.
        label: &'static str,
    },
    /// A rate that is negative, infinite or not a number: of an optimizer, a schedule, a callback, or what was set.
    #[error("the learning rate of step {iteration} is {learning_rate}; it must be finite and not negative")]
    LearningRate {
        /// Which step, from 0.
        iteration: u64,
        /// The rate.
        learning_rate: f64,
    },
    /// A metric of one output that the network has not.
    #[error("`{of}` is to look at output {class}, but the network has {outputs} outputs, counted from 0")]
    NoSuchOutput {
        /// Which metric.
        of: &'static str,
        /// Which output.
        class: usize,
        /// How many there are.
        outputs: usize,
    },
    /// The loss became NaN or infinite, or the step after a finite loss has led to parameters that are. The network has
    /// the last parameters that gave a finite loss, and the optimizer has forgotten what led away from them: its slots
    /// are zeros as before its first step, while schedules go on. So the same trainer may go on, with a smaller rate
    /// for instance. If other parameters were put into the network since the last step, between two calls of a trainer,
    /// these stay.
    #[error(
        "the loss {became} {loss:?} in epoch {epoch}, batch {batch}{step}; the network keeps the parameters from before it \
         (a smaller learning rate may help)",
        became = if loss.is_finite() { "was" } else { "became" },
        step = if loss.is_finite() { ", but its step made parameters infinite or NaN" } else { "" }
    )]
    Diverged {
        /// Which epoch, from 1.
        epoch: usize,
        /// Which batch of the epoch, from 1.
        batch: usize,
        /// The loss; finite if the step after it made the parameters what they must not be.
        loss: f64,
    },
    /// A callback watches a score that is not there.
    #[cfg(feature = "alloc")]
    #[error(
        "there is no score `{monitor}` to watch; there are `{scores}`{}",
        if *validated { "" } else { " (validation data would give those that begin with `val_`)" }
    )]
    NoSuchScore {
        /// What it watches.
        monitor: String,
        /// What there is.
        scores: String,
        /// Whether there is validation data.
        validated: bool,
    },
    /// A callback watches a score of which it is not known which way is better.
    #[cfg(feature = "alloc")]
    #[error("it is not known whether more or less of `{monitor}` is better; say so with `direction`")]
    NoDirection {
        /// What it watches.
        monitor: String,
    },
    /// A buffer that is not as long as what should go into it.
    #[error("there is room for {room} predictions, but there are {samples} samples")]
    Room {
        /// How many fit.
        room: usize,
        /// How many there are.
        samples: usize,
    },
    /// Threads that could not be started.
    #[cfg(feature = "rayon")]
    #[error("cannot start {threads} threads: {reason}")]
    Threads {
        /// How many.
        threads: usize,
        /// What the system says.
        reason: String,
    },
    /// A file that could not be read or written.
    #[cfg(feature = "std")]
    #[error("cannot {action} `{}`: {source}", path.display())]
    File {
        /// `"read"`, `"write"` or `"remove"`.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file of weights that does not hold this network's.
    #[cfg(feature = "std")]
    #[error("`{}` does not hold this network: {reason}", path.display())]
    Weights {
        /// Which file.
        path: PathBuf,
        /// Which tensor, what was expected and what was found.
        reason: String,
    },
    /// A checkpoint of another training than the one that is to go on.
    #[cfg(feature = "std")]
    #[error("cannot go on from `{}`: {reason} (without the file, training begins anew)", path.display())]
    Checkpoint {
        /// Which file.
        path: PathBuf,
        /// What was expected and what was found.
        reason: String,
    },
    /// A table that does not hold what is asked of it.
    #[cfg(feature = "csv")]
    #[error("line {line}: {reason}")]
    Table {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A picture that could not be drawn.
    #[cfg(feature = "plot")]
    #[error("cannot draw `{}`: {reason}", path.display())]
    Plot {
        /// Which file.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

impl Error {
    /// As said of a sample that so many come before.
    #[cfg(feature = "alloc")]
    pub(crate) fn after(mut self, samples: usize) -> Self {
        match &mut self {
            Self::InputNotFinite { sample, .. }
            | Self::InputNotRow { sample, .. }
            | Self::TargetNotFinite { sample, .. }
            | Self::TargetNotProbability { sample, .. }
            | Self::ClassOutOfRange { sample, .. }
            | Self::SampleWeight { sample, .. } => *sample += samples,
            _ => {}
        }
        self
    }
}
