//! Layers drawn at random from the grammar.

use crate::draw::Random;
use crate::dual::EACH;
use crate::plan::Plan;

#[derive(Clone, Copy)]
pub enum Activation {
    /// The number of one in [`EACH`].
    Each(usize),
    Softmax,
    LogSoftmax,
    Sparsemax,
}

impl Activation {
    fn random(rng: &mut Random, width: usize) -> Self {
        match rng.below(12) {
            0 if width > 1 => Self::Softmax,
            1 if width > 1 => Self::LogSoftmax,
            2 if width > 1 => Self::Sparsemax,
            _ => Self::Each(rng.below(EACH.len())),
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::Each(index) => EACH[index].0,
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
            Self::Sparsemax => "sparsemax",
        }
    }
}

#[derive(Clone)]
pub enum Kind {
    Dense {
        activation: Activation,
        bias: bool,
        l1: f64,
        l2: f64,
    },
    Activation(Activation),
    Normalization {
        invert: bool,
    },
    BatchNormalization {
        center: bool,
        scale: bool,
        momentum: f64,
        epsilon: f64,
    },
    /// With one group it is written as a `LayerNormalization`.
    GroupNormalization {
        groups: usize,
        center: bool,
        scale: bool,
        epsilon: f64,
    },
    RmsNormalization {
        epsilon: f64,
    },
    UnitNormalization,
    PRelu,
    Rescaling {
        scale: f64,
        offset: f64,
    },
    Halves(&'static str),
    Dot {
        normalize: bool,
    },
    RepeatVector,
    Embedding {
        rows: usize,
    },
    /// That of a rate or a deviation of 0, which changes nothing.
    Noise(&'static str),
    ActivityRegularization {
        l1: f64,
        l2: f64,
    },
    Residual(Vec<Layer>),
    Concatenate(Vec<Vec<Layer>>),
    Repeat(Vec<Layer>, usize),
    /// Another network, by its name.
    Block(String, Vec<Layer>),
}

#[derive(Clone)]
pub struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    pub trainable: bool,
    pub kind: Kind,
    /// Whether what goes in is written where it need not be.
    pub stated: bool,
}

/// What a parameter starts with, so that it makes sense.
#[derive(Clone, Copy, PartialEq)]
pub enum Start {
    Weight(usize),
    Small,
    AboutOne,
}

pub const WIDTHS: &[usize] = &[1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 8, 9, 12, 15, 16, 17, 24, 31, 33, 40];

/// `count` layers that take `width` numbers, which becomes what they give.
pub fn several(rng: &mut Random, width: &mut usize, count: usize, depth: usize, blocks: &[&Plan]) -> Vec<Layer> {
    let mut layers = Vec::new();
    for _ in 0..count {
        let layer = Layer::random(rng, *width, depth, blocks);
        *width = layer.outputs;
        layers.push(layer);
    }
    layers
}

/// Some layers that give as many numbers as they take.
fn same(rng: &mut Random, width: usize, depth: usize, blocks: &[&Plan]) -> Vec<Layer> {
    let (mut now, count) = (width, 1 + rng.below(2));
    let mut layers = several(rng, &mut now, count, depth, blocks);
    if now != width {
        layers.push(Layer::dense(rng, now, width));
    }
    layers
}

impl Layer {
    pub fn new(inputs: usize, outputs: usize, kind: Kind, rng: &mut Random) -> Self {
        Self { inputs, outputs, trainable: true, kind, stated: rng.one_in(4) }
    }

    fn dense(rng: &mut Random, inputs: usize, outputs: usize) -> Self {
        let (l1, l2) = if rng.one_in(5) { (rng.of(&[0.0, 0.01]), rng.of(&[0.02, 0.1])) } else { (0.0, 0.0) };
        let kind = Kind::Dense { activation: Activation::random(rng, outputs), bias: !rng.one_in(4), l1, l2 };
        Self { trainable: !rng.one_in(10), ..Self::new(inputs, outputs, kind, rng) }
    }

    fn random(rng: &mut Random, n: usize, depth: usize, blocks: &[&Plan]) -> Self {
        let epsilon = rng.of(&[0.5, 0.1, 0.02]);
        let (center, scale) = (!rng.one_in(4), !rng.one_in(4));
        let choice = rng.below(if depth == 0 { 26 } else { 42 });
        let kind = match choice {
            8..11 => Kind::Activation(Activation::random(rng, n)),
            11 => Kind::Normalization { invert: rng.one_in(2) },
            12 | 13 => Kind::BatchNormalization { center, scale, momentum: rng.of(&[0.0, 0.5, 0.75, 1.0]), epsilon },
            14 => Kind::GroupNormalization { groups: 1, center, scale, epsilon },
            15 => {
                let groups: Vec<usize> = (1..=n).filter(|groups| n.is_multiple_of(*groups)).collect();
                Kind::GroupNormalization { groups: rng.of(&groups), center, scale, epsilon }
            }
            16 => Kind::RmsNormalization { epsilon },
            17 if n > 2 => Kind::UnitNormalization,
            18 => Kind::PRelu,
            19 => Kind::Rescaling { scale: rng.of(&[0.5, -1.5, 2.0]), offset: rng.of(&[0.0, 0.25, -1.0]) },
            20 | 21 if n.is_multiple_of(2) => {
                let kind = rng.of(&["Glu", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]);
                return Self::new(n, n / 2, Kind::Halves(kind), rng);
            }
            22 if n.is_multiple_of(2) && n > 4 => {
                return Self::new(n, 1, Kind::Dot { normalize: rng.one_in(2) }, rng);
            }
            23 if n < 12 => return Self::new(n, n * (1 + rng.below(3)), Kind::RepeatVector, rng),
            24 => Kind::Noise(rng.of(&["Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"])),
            25 => Kind::ActivityRegularization { l1: rng.of(&[0.0, 0.02]), l2: rng.of(&[0.03, 0.1]) },
            26..30 => Kind::Residual(same(rng, n, depth - 1, blocks)),
            30..33 => Kind::Repeat(same(rng, n, depth - 1, blocks), 1 + rng.below(3)),
            33..37 => {
                let (count, mut outputs) = (2 + rng.below(2), 0);
                let branch = |outputs: &mut usize, rng: &mut Random| {
                    let (mut width, count) = (n, 1 + rng.below(2));
                    let layers = several(rng, &mut width, count, depth - 1, blocks);
                    *outputs += width;
                    layers
                };
                let branches = (0..count).map(|_| branch(&mut outputs, rng)).collect();
                return Self::new(n, outputs, Kind::Concatenate(branches), rng);
            }
            37.. if blocks.iter().any(|plan| plan.inputs == n) => {
                let fitting: Vec<&&Plan> = blocks.iter().filter(|plan| plan.inputs == n).collect();
                let plan = rng.of(&fitting);
                let block = Self::new(n, plan.outputs, Kind::Block(plan.name.clone(), plan.layers.clone()), rng);
                return Self { trainable: !rng.one_in(6), ..block };
            }
            _ => {
                let outputs = rng.of(WIDTHS);
                return Self::dense(rng, n, outputs);
            }
        };
        Self::new(n, n, kind, rng)
    }

    /// Of each parameter what it starts with, and whether it is trained, in the order of memory.
    fn starts(&self, trained: bool, starts: &mut Vec<(Start, bool)>) {
        let (n, trained) = (self.inputs, trained && self.trainable);
        let mut add = |start, count: usize, trained| starts.extend(vec![(start, trained); count]);
        match &self.kind {
            Kind::Dense { bias, .. } => {
                add(Start::Weight(n), n * self.outputs, trained);
                add(Start::Small, if *bias { self.outputs } else { 0 }, trained);
            }
            Kind::Normalization { .. } => {
                add(Start::Small, n, false);
                add(Start::AboutOne, n, false);
            }
            Kind::BatchNormalization { center, scale, .. } | Kind::GroupNormalization { center, scale, .. } => {
                add(Start::AboutOne, if *scale { n } else { 0 }, trained);
                add(Start::Small, if *center { n } else { 0 }, trained);
                if matches!(self.kind, Kind::BatchNormalization { .. }) {
                    add(Start::Small, n, false);
                    add(Start::AboutOne, n, false);
                }
            }
            Kind::RmsNormalization { .. } => add(Start::AboutOne, n, trained),
            Kind::PRelu => add(Start::Small, n, trained),
            Kind::Embedding { rows } => add(Start::Weight(1), rows * self.outputs / n, trained),
            Kind::Residual(layers) | Kind::Block(_, layers) => all_starts(layers, trained, starts),
            Kind::Concatenate(branches) => branches.iter().for_each(|layers| all_starts(layers, trained, starts)),
            Kind::Repeat(layers, times) => (0..*times).for_each(|_| all_starts(layers, trained, starts)),
            _ => {}
        }
    }
}

pub fn all_starts(layers: &[Layer], trained: bool, starts: &mut Vec<(Start, bool)>) {
    for layer in layers {
        layer.starts(trained, starts);
    }
}
