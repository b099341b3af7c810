//! What a training gathers on the way, and tells of it.

#[cfg(feature = "safetensors")]
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use rand::Rng as _;
use rand::rngs::Xoshiro256PlusPlus;

use super::Settings;
use super::feed::Known;
use super::shuffle::permute;
use crate::callbacks::Control;
use crate::history::{Epoch, History};
use crate::metrics::Direction;
#[cfg(feature = "std")]
use crate::progress::Progress;

/// What is gathered on the way.
pub(super) struct Report {
    pub(super) history: History,
    pub(super) control: Control,
    pub(super) names: Vec<(&'static str, Option<Direction>)>,
    /// The first number of the first epoch's generator: whose order of samples this is.
    pub(super) seed: Option<u64>,
    /// What the optimizer was when training began; one may remember more later.
    #[cfg(feature = "safetensors")]
    pub(super) optimizer: String,
    #[cfg(feature = "std")]
    pub(super) progress: Option<Progress>,
}

/// What knows no network is compiled once, not for each.
impl Report {
    pub(super) fn new(
        settings: &Settings,
        known: Known,
        names: Vec<(&'static str, Option<Direction>)>,
        optimizer: &dyn fmt::Debug,
    ) -> Self {
        // what only some features want
        let _ = (settings, known, optimizer);
        Self {
            history: History::default(),
            control: Control { learning_rate: None, stop: false },
            names,
            seed: None,
            #[cfg(feature = "safetensors")]
            optimizer: settings.checkpoint.as_ref().map(|_| alloc::format!("{optimizer:?}")).unwrap_or_default(),
            #[cfg(feature = "std")]
            progress: settings.progress.then(|| {
                let samples = settings.samples_of_epoch(known.samples.unwrap_or(0));
                Progress::new(settings.epochs, samples.div_ceil(settings.batch_size), samples)
            }),
        }
    }

    /// Puts the samples into the order of an epoch.
    pub(super) fn order(
        &mut self,
        order: &mut Vec<u32>,
        samples: u32,
        fast: Option<&mut Xoshiro256PlusPlus>,
        settings: &Settings,
    ) {
        order.clear();
        order.extend(0..samples);
        if let Some(fast) = fast {
            self.seed.get_or_insert_with(|| fast.clone().next_u64());
            if settings.shuffle {
                permute(order, fast);
            }
        }
        order.truncate(settings.samples_of_epoch(samples));
    }

    pub(super) fn end_epoch(&mut self, epoch: Epoch) {
        #[cfg(feature = "std")]
        if let Some(progress) = &mut self.progress {
            progress.end_epoch(&epoch);
        }
        self.history.epochs.push(epoch);
    }

    pub(super) fn finish(self) -> History {
        #[cfg(feature = "std")]
        if let Some(mut progress) = self.progress {
            progress.finish();
        }
        self.history
    }
}
