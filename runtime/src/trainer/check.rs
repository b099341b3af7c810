//! Data is looked at before training begins.

use core::sync::atomic::{AtomicBool, Ordering};

use fearless_simd::Level;

use super::State;
use super::fit::Data;
use super::parts::spread;
use crate::data::{self, Samples, Targets};
use crate::error::Error;
use crate::kernels::within::Within;
use crate::losses::Loss;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::threads::Divide;

/// How much work it is to look at a number, in multiply-adds: as many as are done while it comes from memory.
const WORK: usize = 4;

/// Whether a network can be trained on the data; how many samples there are.
pub(super) fn check<N, L, X, Y>(level: Level, data: Data<'_, X, Y>, loss: &L) -> Result<u32, Error>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
{
    data::check::<N, _, _, _>(data, loss, |numbers, probabilities| N::Scalar::within(level, numbers, probabilities))
}

impl<N: Network> State<N> {
    /// The same by the threads of a large network, as fast as numbers come from memory.
    pub(super) fn check<L, X, Y>(&mut self, data: Data<'_, X, Y>, loss: &L) -> Result<u32, Error>
    where
        X: Samples<N::Scalar, N::Input> + ?Sized,
        Y: Targets<N::Scalar, N::Output> + ?Sized,
        L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    {
        let (level, threads) = (self.pass.level(), &mut self.threads);
        if const { !spread::<N>() } {
            return check::<N, _, _, _>(level, data, loss);
        }
        data::check::<N, _, _, _>(data, loss, |numbers, probabilities| {
            let count = threads.worth(numbers.len().saturating_mul(WORK));
            let fine = AtomicBool::new(true);
            let looked = threads.each(count, Within { numbers, probabilities }, |part| {
                if !N::Scalar::within(level, part.numbers, part.probabilities) {
                    fine.store(false, Ordering::Relaxed);
                }
            });
            // threads that do not start are an error when they are to train
            looked.is_ok() && fine.into_inner()
        })
    }
}

impl<T: Scalar> Divide for Within<'_, T> {
    fn pieces(&self) -> usize {
        self.numbers.len()
    }

    fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
        let Self { numbers, probabilities } = self;
        let (first, second) = numbers.split_at(numbers.len() / of * pieces);
        (Self { numbers: first, probabilities }, Self { numbers: second, probabilities })
    }
}
