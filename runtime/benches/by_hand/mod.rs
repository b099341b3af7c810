//! The yardstick: the XOR training as one would write it by hand, for exactly this network, in intrinsics.
//!
//! 2 -> 4 relu -> 4 relu -> 2 softmax, cross-entropy, SGD with momentum and decay, batches of 100, shuffled every epoch,
//! loss and accuracy recorded: what the example `xor` trains. Every size is a constant and every operation is there
//! because this training needs it. AVX-512, or AVX2 where there is no AVX-512.

mod lanes;
mod shuffle;
mod training;

use rand::Rng;

use self::lanes::{Avx2, Avx512, Lanes};
use self::shuffle::{Row, Shuffle};

pub const BATCH: usize = 100;
pub const PARAMETERS: usize = 42;
pub const MOMENTUM: f32 = 0.99;

/// What has been learnt, and loss and accuracy of each epoch.
pub struct Outcome {
    pub parameters: [f32; PARAMETERS],
    pub history: Vec<(f64, f64)>,
}

/// 0.01 with a decay of 0.001.
fn learning_rate(iteration: u32) -> f32 {
    #[allow(clippy::cast_possible_truncation, reason = "rounding is the purpose")]
    {
        (0.01 / (1.0 + 0.001 * f64::from(iteration))) as f32
    }
}

/// Trains from `parameters`, in the order of the network's struct. Without `rng` the samples keep their order. `None`
/// if this processor has neither AVX-512 nor AVX2.
///
/// # Panics
/// Unless there are whole batches of samples.
pub fn train<R: Rng>(
    parameters: &[f32; PARAMETERS],
    (x, y): (&[[f32; 2]], &[[f32; 2]]),
    epochs: usize,
    rng: Option<&mut R>,
) -> Option<Outcome> {
    assert!(x.len().is_multiple_of(BATCH) && x.len() == y.len(), "whole batches");
    let row = |(x, y): (&[f32; 2], &[f32; 2])| [x[0], x[1], (y[0] - y[1]).mul_add(0.5, 0.5), y[0] - y[1]];
    let mut rows: Vec<Row> = x.iter().zip(y).map(row).collect();
    let shuffle = Shuffle::new(rng);
    if let Some(lanes) = Avx512::detect() {
        return Some(lanes.vectorize(
            #[inline(always)]
            |lanes| training::train(lanes, &mut rows, parameters, epochs, shuffle),
        ));
    }
    Avx2::detect().map(|lanes| {
        lanes.vectorize(
            #[inline(always)]
            |lanes| training::train(lanes, &mut rows, parameters, epochs, shuffle),
        )
    })
}
