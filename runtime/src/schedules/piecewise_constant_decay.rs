use super::Schedule;

/// One rate after another: Keras's `PiecewiseConstantDecay`.
///
/// Each rate holds from the step after its boundary, so that each boundary is the last step of the rate before it.
/// Keras takes boundaries and rates as two lists; here each boundary stands beside the rate that follows it.
///
/// ```
/// use typenet::prelude::*;
/// use typenet::schedules::PiecewiseConstantDecay;
///
/// let optimizer = Sgd::new(PiecewiseConstantDecay::new(1.0, [(1_000, 0.5), (5_000, 0.1)]));
/// assert_eq!(optimizer.learning_rate(1_000), 1.0);
/// assert_eq!(optimizer.learning_rate(1_001), 0.5);
/// assert_eq!(optimizer.learning_rate(9_000), 0.1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PiecewiseConstantDecay<const N: usize> {
    learning_rate: f64,
    pieces: [(u64, f64); N],
}

impl<const N: usize> PiecewiseConstantDecay<N> {
    /// Starts at `learning_rate`; after step `pieces[i].0` the rate is `pieces[i].1`. The boundaries rise.
    #[must_use]
    pub const fn new(learning_rate: f64, pieces: [(u64, f64); N]) -> Self {
        Self { learning_rate, pieces }
    }
}

impl<const N: usize> Schedule for PiecewiseConstantDecay<N> {
    fn learning_rate(&self, iteration: u64) -> f64 {
        let past = self.pieces.iter().take_while(|(boundary, _)| iteration > *boundary);
        past.last().map_or(self.learning_rate, |(_, rate)| *rate)
    }
}
