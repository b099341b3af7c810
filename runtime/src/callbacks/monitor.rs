//! Watching one score.

use alloc::string::String;
use alloc::vec::Vec;

use super::Training;
use crate::error::Error;
use crate::metrics::Direction;
use crate::network::Network;

/// Watches one score of the history and tells when it is better than it ever was.
#[derive(Clone, Debug)]
pub(super) struct Monitor {
    name: String,
    direction: Option<Direction>,
    pub(super) min_delta: f64,
    /// The best value so far, once there is one.
    pub(super) best: Option<f64>,
}

impl Monitor {
    pub(super) fn new(name: &str, min_delta: f64) -> Self {
        Self { name: name.into(), direction: None, min_delta, best: None }
    }

    pub(super) fn direction(&mut self, direction: Direction) {
        self.direction = Some(direction);
    }

    /// Forgets the best value, and checks that the score will be there and that it is known which way is better.
    pub(super) fn begin<N: Network>(&mut self, training: &Training<'_, N>) -> Result<(), Error> {
        self.best = None;
        let (score, validation) = match self.name.strip_prefix("val_") {
            Some(score) => (score, true),
            None => (&*self.name, false),
        };
        let known = match training.metrics.iter().find(|(name, _)| *name == score) {
            Some((_, direction)) => *direction,
            None if score == "loss" => Some(Direction::Down),
            None => return Err(self.unknown(training)),
        };
        if validation && !training.validated {
            return Err(self.unknown(training));
        }
        match self.direction.or(known) {
            Some(direction) => self.direction = Some(direction),
            None => return Err(Error::NoDirection { monitor: self.name.clone() }),
        }
        Ok(())
    }

    fn unknown<N: Network>(&self, training: &Training<'_, N>) -> Error {
        let names = core::iter::once("loss").chain(training.metrics.iter().map(|(name, _)| *name));
        let mut names: Vec<String> = names.map(String::from).collect();
        if training.validated {
            names.extend(names.clone().iter().map(|name| alloc::format!("val_{name}")));
        }
        Error::NoSuchScore { monitor: self.name.clone(), scores: names.join("`, `"), validated: training.validated }
    }

    /// The best value as numbers.
    pub(super) fn state(&self) -> [f64; 2] {
        [f64::from(self.best.is_some()), self.best.unwrap_or_default()]
    }

    /// Takes back the best value.
    pub(super) fn load(&mut self, [known, best]: [f64; 2]) {
        self.best = (known != 0.0).then_some(best);
    }

    /// The score of the epoch that has just ended.
    pub(super) fn value<N: Network>(&self, training: &Training<'_, N>) -> Option<f64> {
        let last = training.last()?;
        let (score, scores) = match self.name.strip_prefix("val_") {
            Some(score) => (score, last.validation.as_ref()?),
            None => (&*self.name, &last.training),
        };
        if score == "loss" { Some(scores.loss) } else { scores.metric(score) }
    }

    /// Whether `value` is better than `than` by more than `min_delta`.
    pub(super) fn better(&self, value: f64, than: f64) -> bool {
        match self.direction {
            Some(Direction::Up) => value - self.min_delta > than,
            _ => value + self.min_delta < than,
        }
    }

    /// Whether `value` is the best so far; it then is remembered. Any number is better than what is none.
    pub(super) fn improved(&mut self, value: f64) -> bool {
        let improved = self.best.is_none_or(|best| best.is_nan() && !value.is_nan() || self.better(value, best));
        if improved {
            self.best = Some(value);
        }
        improved
    }
}
