//! The training, for vectors of any length.

use super::lanes::Lanes;
use super::shuffle::{Row, Shuffle};
use super::{BATCH, MOMENTUM, Outcome, PARAMETERS, learning_rate};

/// Tiles of a batch, for the shortest vectors.
const TILES: usize = BATCH.div_ceil(8);

/// The parameters, in eights whose gradients are summed over the lanes together.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Parameters {
    kernel0: [f32; 8],
    kernel1: [[f32; 8]; 2],
    kernel2: [f32; 8],
    biases: [f32; 8],
    bias2: [f32; 8],
}

impl Parameters {
    fn new(flat: &[f32; PARAMETERS]) -> Self {
        let mut new = Self { kernel0: [0.0; 8], kernel1: [[0.0; 8]; 2], kernel2: [0.0; 8], biases: [0.0; 8], bias2: [0.0; 8] };
        for (i, w) in flat.iter().enumerate() {
            *new.at(i) = *w;
        }
        new
    }

    /// Parameter `i` in the order of the network's struct: kernel and bias of each layer.
    fn at(&mut self, i: usize) -> &mut f32 {
        match i {
            0..8 => &mut self.kernel0[i],
            8..12 => &mut self.biases[i - 8],
            12..28 => &mut self.kernel1.as_flattened_mut()[i - 12],
            28..32 => &mut self.biases[i - 28 + 4],
            32..40 => &mut self.kernel2[i - 32],
            _ => &mut self.bias2[i - 40],
        }
    }
}

/// What the gradient of the weights needs of a tile.
#[derive(Clone, Copy)]
struct Tile<V> {
    x: [V; 2],
    h0: [V; 4],
    h1: [V; 4],
    d0: [V; 4],
    d1: [V; 4],
    d2: [V; 2],
}

/// Sums over the samples of an epoch.
struct Scores<V> {
    /// The part of the loss that is not a logarithm.
    loss: V,
    /// The product of what the logarithm is taken of, as mantissa ...
    product: V,
    /// ... and exponent.
    exponents: [i32; 16],
    wrong: u32,
}

/// Trains on `rows`, whole batches of them.
#[inline(always)]
pub fn train<L: Lanes>(s: L, rows: &mut [Row], flat: &[f32; PARAMETERS], epochs: usize, mut shuffle: Shuffle) -> Outcome {
    let mut p = Parameters::new(flat);
    let zero = s.splat(0.0);
    let mut velocity = [s.sums([zero; 8]); 6];
    let mut tiles = [Tile { x: [zero; 2], h0: [zero; 4], h1: [zero; 4], d0: [zero; 4], d1: [zero; 4], d2: [zero; 2] }; TILES];
    let mut history = Vec::with_capacity(epochs);
    let mut iteration = 0;
    for _ in 0..epochs {
        let mut scores = Scores { loss: zero, product: s.splat(1.0), exponents: [0; 16], wrong: 0 };
        shuffle.restart();
        for _ in 0..BATCH / 4 {
            shuffle.four(rows);
        }
        for batch in 0..rows.len() / BATCH {
            step(s, &mut p, &mut velocity, &mut tiles, &mut scores, rows, batch, &mut shuffle, learning_rate(iteration));
            iteration += 1;
        }
        history.push(scores.finish(s, rows.len()));
    }
    Outcome { parameters: core::array::from_fn(|i| *p.at(i)), history }
}
