//! Declarations drawn at random from the grammar, with numbers for their parameters.

use crate::draw::Random;
use crate::dual::Dual;
use crate::layer::{Kind, Layer, Start, WIDTHS, all_starts, several};
use crate::reference::Walk;
use crate::text::list;

/// A declaration.
pub struct Plan {
    pub name: String,
    pub double: bool,
    pub inputs: usize,
    pub outputs: usize,
    pub layers: Vec<Layer>,
    /// What each parameter starts with.
    pub parameters: Vec<f64>,
    /// Whether each is trained.
    pub trained: Vec<bool>,
    /// How many rows the table has that the inputs are numbers of, if they are.
    pub rows: Option<usize>,
}

/// The networks of the test.
pub const COUNT: usize = 24;

/// What may be a layer inside another one gets smaller the deeper it stands.
const DEPTH: usize = 3;

const SEED: u64 = 1;

/// Written somewhere in the networks, each of these; of what is not named here there are other tests.
#[rustfmt::skip]
const CONSTRUCTS: &[&str] = &[
    "Dense(", "Activation(", " Normalization", "invert = true", "BatchNormalization", "LayerNormalization",
    "GroupNormalization", "RMSNormalization", "UnitNormalization", "PReLU", "Rescaling", "Glu", "Add", "Subtract", "Multiply",
    "Average", "Maximum", "Minimum", "Dot", "normalize = true", "RepeatVector", "Embedding", "rate = 0", "stddev = 0",
    "ActivityRegularization", "Residual", "Concatenate", "; 3]", "N0", "bias = false", "trainable = false",
];

pub fn plans() -> Vec<Plan> {
    let (mut rng, mut missing) = (Random(SEED), CONSTRUCTS.to_vec());
    let mut plans: Vec<Plan> = Vec::new();
    while plans.len() < COUNT {
        let plan = Plan::random(&mut rng, &plans);
        let (body, before) = (list(&plan.layers, true), missing.len());
        if plan.makes_sense(&mut rng) && (before == 0 || missing.iter().any(|construct| body.contains(construct))) {
            missing.retain(|construct| !body.contains(construct));
            plans.push(plan);
        }
    }
    assert!(missing.is_empty(), "there are no {missing:?} in so few networks");
    plans
}

impl Plan {
    fn random(rng: &mut Random, earlier: &[Self]) -> Self {
        let (double, inputs, count) = (rng.one_in(3), rng.of(WIDTHS), 2 + rng.below(5));
        let blocks: Vec<&Self> = earlier.iter().filter(|plan| plan.double == double && plan.rows.is_none()).collect();
        let mut layers = Vec::new();
        let rows = rng.one_in(8).then(|| 1 + rng.below(9));
        let mut width = inputs;
        if let Some(rows) = rows {
            width = inputs * (1 + rng.below(4));
            layers.push(Layer::new(inputs, width, Kind::Embedding { rows }, rng));
        }
        layers.extend(several(rng, &mut width, count, DEPTH, &blocks));
        let mut starts = Vec::new();
        all_starts(&layers, true, &mut starts);
        let number = |rng: &mut Random, start| match start {
            Start::Weight(inputs) => rng.between(-1.8, 1.8) / (inputs as f64).sqrt(),
            Start::Small => rng.between(-0.5, 0.5),
            Start::AboutOne => rng.between(0.5, 1.5),
        };
        // what both kinds of floats hold exactly
        let parameters = starts.iter().map(|(start, _)| f64::from(number(rng, *start) as f32)).collect();
        let trained = starts.iter().map(|(_, trained)| *trained).collect();
        let name = format!("N{}", earlier.len());
        Self { name, double, inputs, outputs: width, layers, parameters, trained, rows }
    }

    /// Inputs for so many samples.
    pub fn samples(&self, count: usize, rng: &mut Random) -> Vec<Vec<f64>> {
        let one = |rng: &mut Random| match self.rows {
            Some(rows) => rng.below(rows) as f64,
            None => f64::from(rng.between(-1.5, 1.5) as f32),
        };
        (0..count).map(|_| (0..self.inputs).map(|_| one(rng)).collect()).collect()
    }

    /// Whether it is neither large nor gives large numbers or steep ones, which would be compared badly.
    fn makes_sense(&self, rng: &mut Random) -> bool {
        if self.parameters.len() > 4000 || self.parameters.is_empty() {
            return false;
        }
        let parameters: Vec<Dual> =
            self.parameters.iter().map(|&value| Dual { value, slope: rng.between(-1.0, 1.0) }).collect();
        let duals = |x: Vec<f64>| x.into_iter().map(Dual::from).collect();
        let batch: Vec<Vec<Dual>> = self.samples(20, rng).into_iter().map(duals).collect();
        [false, true].into_iter().all(|training| {
            let outputs = Walk::new(&parameters, training).layers(&self.layers, batch.clone());
            outputs.iter().flatten().all(|y| y.value.abs() < 50.0 && y.slope.abs() < 500.0)
        })
    }

    pub fn declaration(&self) -> String {
        let scalar = if self.double { ": f64" } else { "" };
        format!("{}{scalar} = {}", self.name, list(&self.layers, true))
    }
}
