//! The training, for vectors of any length.

use core::arch::x86_64::__m256;

use super::lanes::Lanes;
use super::shuffle::{Row, Shuffle};
use super::{BATCH, MOMENTUM, Outcome, PARAMETERS, learning_rate};

/// Tiles of a batch, for the shortest vectors.
const TILES: usize = BATCH.div_ceil(8);

/// The polynomial of `2^x` between -0.5 and 0.5, from the highest power, and how an exponential is turned into it.
const EXP2: [f32; 6] = [0.001_339_887_7, 0.009_618_437, 0.055_503_324, 0.240_226_5, core::f32::consts::LN_2, 1.0];
/// Adding it leaves an integer in the last bits.
const MAGIC: f32 = 12_582_912.0;

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
        let zero = [0.0; 8];
        let mut new = Self { kernel0: zero, kernel1: [zero; 2], kernel2: zero, biases: zero, bias2: zero };
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
pub fn train<L: Lanes>(s: L, rows: &mut [Row], flat: &[f32; PARAMETERS], epochs: usize, shuffle: Shuffle) -> Outcome {
    let zero = s.splat(0.0);
    let tile = Tile { x: [zero; 2], h0: [zero; 4], h1: [zero; 4], d0: [zero; 4], d1: [zero; 4], d2: [zero; 2] };
    let mut training = Training {
        s,
        p: Parameters::new(flat),
        velocity: [s.sums([zero; 8]); 6],
        tiles: [tile; TILES],
        scores: Scores::new(s),
        shuffle,
    };
    let mut history = Vec::with_capacity(epochs);
    let mut iteration = 0;
    for _ in 0..epochs {
        training.scores = Scores::new(s);
        training.shuffle.restart();
        for _ in 0..BATCH / 4 {
            training.shuffle.four(rows);
        }
        for batch in 0..rows.len() / BATCH {
            training.step(rows, batch * BATCH, learning_rate(iteration));
            iteration += 1;
        }
        history.push(training.scores.finish(s, rows.len()));
    }
    Outcome { parameters: core::array::from_fn(|i| *training.p.at(i)), history }
}

/// The state of the training.
struct Training<L: Lanes> {
    s: L,
    p: Parameters,
    velocity: [__m256; 6],
    tiles: [Tile<L::Vector>; TILES],
    scores: Scores<L::Vector>,
    shuffle: Shuffle,
}

impl<L: Lanes> Training<L> {
    /// One batch, which begins with row `start`; the one after it is shuffled meanwhile.
    #[inline(always)]
    fn step(&mut self, rows: &mut [Row], start: usize, rate: f32) {
        let whole = BATCH / L::COUNT;
        for tile in 0..whole {
            for _ in 0..L::COUNT / 4 {
                self.shuffle.four(rows);
            }
            self.tile(&rows[start + tile * L::COUNT..][..L::COUNT], tile, None);
        }
        for _ in 0..(BATCH - whole * L::COUNT) / 4 {
            self.shuffle.four(rows);
        }
        // the last tile is not full: its empty lanes, which hold zeros, must not count
        let mut rest = [[0.0; 4]; 16];
        let mut valid = [[0.0; 4]; 16];
        let count = BATCH - whole * L::COUNT;
        rest[..count].copy_from_slice(&rows[start + whole * L::COUNT..start + BATCH]);
        valid[..count].fill([1.0; 4]);
        let [valid, ..] = self.transposed(&valid[..L::COUNT]);
        self.tile(&rest[..L::COUNT], whole, Some(valid));
        self.descend(whole + 1, rate);
    }

    /// The four numbers of each row, a row a lane.
    #[inline(always)]
    fn transposed(&self, rows: &[Row]) -> [L::Vector; 4] {
        let flat = rows.as_flattened();
        self.s.transpose([0, 1, 2, 3].map(
            #[inline(always)]
            |k| self.s.load(&flat[k * L::COUNT..]),
        ))
    }

    /// Forward, loss and backward of one tile, up to what the gradient of the weights needs.
    #[inline(always)]
    fn tile(&mut self, rows: &[Row], index: usize, valid: Option<L::Vector>) {
        let (s, p) = (self.s, &self.p);
        let [x0, x1, weight, label] = self.transposed(rows);
        let zero = s.splat(0.0);
        let mut t = Tile { x: [x0, x1], ..self.tiles[index] };
        for o in 0..4 {
            let z = s.fma(s.splat(p.kernel0[o]), x0, s.splat(p.biases[o]));
            t.h0[o] = s.max(s.fma(s.splat(p.kernel0[4 + o]), x1, z), zero);
        }
        for o in 0..4 {
            let mut z = s.splat(p.biases[4 + o]);
            for i in 0..4 {
                z = s.fma(s.splat(p.kernel1[i / 2][i % 2 * 4 + o]), t.h0[i], z);
            }
            t.h1[o] = s.max(z, zero);
        }
        let mut logits = [s.splat(p.bias2[0]), s.splat(p.bias2[1])];
        for i in 0..4 {
            for (o, logit) in logits.iter_mut().enumerate() {
                *logit = s.fma(s.splat(p.kernel2[i * 2 + o]), t.h1[i], *logit);
            }
        }
        // with d = z_1 - z_0: loss = max(-d, 0) + weight d + ln(1 + e^-|d|), and its slope is sigmoid(d) - 1 + weight
        let d = s.sub(logits[1], logits[0]);
        let e = exp(s, s.negative(d));
        let sum = s.add(e, s.splat(1.0));
        let inverse = s.div(s.splat(1.0), sum);
        let sigmoid = s.where_negative(d, s.mul(e, inverse), inverse);
        let slope = s.mul(s.add(s.sub(sigmoid, s.splat(1.0)), weight), s.splat(1.0 / BATCH as f32));
        t.d2[1] = counted(s, valid, slope);
        t.d2[0] = s.sub(zero, t.d2[1]);
        for i in 0..4 {
            let d = s.mul(s.splat(p.kernel2[i * 2]), t.d2[0]);
            t.d1[i] = s.where_positive(t.h1[i], s.fma(s.splat(p.kernel2[i * 2 + 1]), t.d2[1], d));
        }
        for i in 0..4 {
            let mut d = s.mul(s.splat(p.kernel1[i / 2][i % 2 * 4]), t.d1[0]);
            for o in 1..4 {
                d = s.fma(s.splat(p.kernel1[i / 2][i % 2 * 4 + o]), t.d1[o], d);
            }
            t.d0[i] = s.where_positive(t.h0[i], d);
        }
        self.tiles[index] = t;
        let scores = &mut self.scores;
        scores.loss = s.add(scores.loss, counted(s, valid, s.fma(weight, d, s.max(s.sub(zero, d), zero))));
        let sum = s.add(counted(s, valid, e), s.splat(1.0));
        scores.product = s.split(s.mul(scores.product, sum), &mut scores.exponents);
        scores.wrong += s.signs_differ(counted(s, valid, s.sub(logits[0], logits[1])), counted(s, valid, label));
    }

    /// The gradient of the weights over all tiles of the batch, and the optimizer.
    #[inline(always)]
    fn descend(&mut self, tiles: usize, rate: f32) {
        let Self { s, p, velocity, tiles: all, .. } = self;
        let (s, tiles) = (*s, &all[..tiles]);
        let gradients = [
            products(s, tiles, |t, k| t.x[k / 4], |t, k| t.d0[k % 4]),
            products(s, tiles, |t, k| t.h0[k / 4], |t, k| t.d1[k % 4]),
            products(s, tiles, |t, k| t.h0[2 + k / 4], |t, k| t.d1[k % 4]),
            products(s, tiles, |t, k| t.h1[k / 2], |t, k| t.d2[k % 2]),
        ];
        let biases = total(s, tiles, |t, k| if k < 4 { t.d0[k] } else { t.d1[k - 4] });
        let bias2 = total(s, tiles, |t, k| t.d2[k % 2]);
        let [kernel0, first, second, kernel2] = gradients;
        s.descend(&mut p.kernel0, &mut velocity[0], kernel0, MOMENTUM, rate);
        s.descend(&mut p.kernel1[0], &mut velocity[1], first, MOMENTUM, rate);
        s.descend(&mut p.kernel1[1], &mut velocity[2], second, MOMENTUM, rate);
        s.descend(&mut p.kernel2, &mut velocity[3], kernel2, MOMENTUM, rate);
        s.descend(&mut p.biases, &mut velocity[4], biases, MOMENTUM, rate);
        s.descend(&mut p.bias2, &mut velocity[5], bias2, MOMENTUM, rate);
    }
}

/// `x` where there is a sample, else 0.
#[inline(always)]
fn counted<L: Lanes>(s: L, valid: Option<L::Vector>, x: L::Vector) -> L::Vector {
    match valid {
        Some(valid) => s.where_positive(valid, x),
        None => x,
    }
}

/// The sums over all samples of eight products.
#[inline(always)]
fn products<L: Lanes>(
    s: L,
    tiles: &[Tile<L::Vector>],
    x: impl Fn(&Tile<L::Vector>, usize) -> L::Vector,
    d: impl Fn(&Tile<L::Vector>, usize) -> L::Vector,
) -> __m256 {
    let mut sums = [s.splat(0.0); 8];
    for tile in tiles {
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum = s.fma(x(tile, k), d(tile, k), *sum);
        }
    }
    s.sums(sums)
}

/// The sums over all samples of eight numbers.
#[inline(always)]
fn total<L: Lanes>(s: L, tiles: &[Tile<L::Vector>], d: impl Fn(&Tile<L::Vector>, usize) -> L::Vector) -> __m256 {
    let mut sums = [s.splat(0.0); 8];
    for tile in tiles {
        for (k, sum) in sums.iter_mut().enumerate() {
            *sum = s.add(d(tile, k), *sum);
        }
    }
    s.sums(sums)
}

/// `e^x` for `x` up to 0.
#[inline(always)]
fn exp<L: Lanes>(s: L, x: L::Vector) -> L::Vector {
    let x = s.mul(s.max(x, s.splat(-87.0)), s.splat(core::f32::consts::LOG2_E));
    let n = s.add(x, s.splat(MAGIC));
    let fraction = s.sub(x, s.sub(n, s.splat(MAGIC)));
    let mut power = s.splat(EXP2[0]);
    for coefficient in &EXP2[1..] {
        power = s.fma(power, fraction, s.splat(*coefficient));
    }
    s.scale(power, n)
}

impl<V: Copy> Scores<V> {
    #[inline(always)]
    fn new<L: Lanes<Vector = V>>(s: L) -> Self {
        Self { loss: s.splat(0.0), product: s.splat(1.0), exponents: [0; 16], wrong: 0 }
    }

    /// Loss and accuracy.
    fn finish<L: Lanes<Vector = V>>(&self, s: L, samples: usize) -> (f64, f64) {
        let loss: f64 = s.to_array(self.loss, 0.0).into_iter().map(f64::from).sum();
        let mantissas: f64 = s.to_array(self.product, 1.0).into_iter().map(|x| f64::from(x).ln()).sum();
        // each tile of each batch has added the bias of an exponent to every lane
        let bias = 127 * BATCH.div_ceil(L::COUNT) * (samples / BATCH) * L::COUNT;
        let exponents = self.exponents.iter().map(|&n| f64::from(n)).sum::<f64>() - bias as f64;
        let loss = loss + mantissas + exponents * core::f64::consts::LN_2;
        (loss / samples as f64, 1.0 - f64::from(self.wrong) / samples as f64)
    }
}
