//! Networks drawn at random from the grammar, against a slow way through them that anyone can read: predictions,
//! gradients, steps. `UPDATE_EXPECT=1` writes `networks.rs`, when the plans have changed.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::cast_possible_truncation, reason = "numbers that both kinds of floats hold")]

mod draw;
mod dual;
mod layer;
mod networks;
mod plan;
mod reference;
#[path = "../support/mod.rs"]
mod support;
mod text;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use typenet::data::{Samples, Targets};
use typenet::losses::Loss;
use typenet::prelude::*;

use crate::draw::Random;
use crate::dual::{Dual, sum};
use crate::layer::{Kind, Layer};
use crate::plan::{COUNT, Plan, plans};
use crate::reference::Walk;
use crate::support::levels;

/// The plan of a network.
fn plan(number: usize) -> &'static Plan {
    static PLANS: OnceLock<Vec<Plan>> = OnceLock::new();
    &PLANS.get_or_init(plans)[number]
}

#[test]
fn the_networks_are_those_of_the_plans() {
    let mut text = "//! Written by `main.rs`.\n\nuse crate::check;\n\ntypenet::network! {\n".to_owned();
    for number in 0..COUNT {
        let mut line = "   ".to_owned();
        for word in plan(number).declaration().split(' ') {
            if line.len() + word.len() > 118 {
                writeln!(text, "{line}").unwrap();
                line = "       ".to_owned();
            }
            write!(line, " {word}").unwrap();
        }
        writeln!(text, "{line}{}", if number + 1 < COUNT { ";" } else { "" }).unwrap();
    }
    text += "}\n";
    for number in 0..COUNT {
        let Plan { name, double, inputs, outputs, .. } = plan(number);
        let scalar = if *double { "f64" } else { "f32" };
        let call = format!("check::<{name}, {scalar}, {inputs}, {outputs}>({number});");
        write!(text, "\n#[test]\nfn network_{number}() {{\n    {call}\n}}\n").unwrap();
    }
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "random", "networks.rs"].iter().collect();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, text).unwrap();
    } else {
        assert_eq!(std::fs::read_to_string(path).unwrap(), text, "`UPDATE_EXPECT=1` writes it anew");
    }
}

#[test]
fn the_reference_keeps_zeros() {
    let zeros = vec![Dual { value: 0.0, slope: 1.0 }; 4];
    for (kind, outputs) in [(Kind::UnitNormalization, 4), (Kind::Dot { normalize: true }, 1)] {
        let layer = Layer { inputs: 4, outputs, trainable: true, kind, stated: true };
        let batch = Walk::new(&[], false).layers(&[layer], vec![zeros.clone()]);
        assert!(batch.iter().flatten().all(|y| y.value.abs() < 1e-300 && y.slope.is_finite()), "{batch:?}");
    }
}

/// The numbers, each with the slope that it has in a direction.
fn duals(values: &[f64], direction: impl Fn(usize) -> f64) -> Vec<Dual> {
    values.iter().enumerate().map(|(index, &value)| Dual { value, slope: direction(index) }).collect()
}

/// The mean of the squares, with what parameters and outputs cost.
fn loss(walk: &Walk<'_>, outputs: &[Vec<Dual>], targets: &[Vec<f64>]) -> Dual {
    let pairs = outputs.iter().flatten().zip(targets.iter().flatten());
    let squares = pairs.map(|(y, t)| (*y - Dual::from(*t)) * (*y - Dual::from(*t)));
    sum(squares) * (1.0 / (targets.len() * targets[0].len()) as f64) + walk.penalty + walk.cost
}

/// Directions in which slopes are compared: each of some parameters alone, and all at once.
fn directions(count: usize, rng: &mut Random) -> Vec<Vec<f64>> {
    let mut directions: Vec<Vec<f64>> = (0..3).map(|_| (0..count).map(|_| rng.between(-1.0, 1.0)).collect()).collect();
    for _ in 0..20.min(2 * count) {
        let mut alone = vec![0.0; count];
        alone[rng.below(count)] = 1.0;
        directions.push(alone);
    }
    directions
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// One network.
fn check<N, T: Scalar, const IN: usize, const OUT: usize>(number: usize)
where
    N: Network<Scalar = T, Input = Tile<T, IN>, Output = Tile<T, OUT>>,
    MeanSquaredError: Loss<T, N::Head, Tile<T, OUT>, Tile<T, OUT>>,
    Vec<[T; IN]>: Samples<T, Tile<T, IN>>,
    Vec<[T; OUT]>: Samples<T, Tile<T, OUT>> + Targets<T, Tile<T, OUT>, Tile = Tile<T, OUT>>,
{
    let plan = plan(number);
    let rng = &mut Random(number as u64);
    let tolerance = if plan.double { 1e-10 } else { 1e-4 };
    let near = |what: &str, ours: f64, reference: f64, scale: f64| {
        let apart = (ours - reference).abs();
        assert!(apart <= tolerance * scale.max(1.0), "{what} of {}: {ours:e}, not {reference:e}", plan.declaration());
    };
    assert_eq!(N::PARAMETERS, plan.parameters.len());
    assert_eq!(N::TRAINED, plan.trained.iter().filter(|trained| **trained).count());
    let mut start = N::zeroed();
    let set = |network: &mut N| {
        network.as_flat_mut().iter_mut().zip(&plan.parameters).for_each(|(ours, number)| *ours = T::from_f64(*number));
    };
    set(&mut start);
    let doubles = |numbers: &[T]| numbers.iter().map(|number| number.to_f64()).collect::<Vec<f64>>();
    let still = duals(&plan.parameters, |_| 0.0);

    // less than a tile, some tiles, and more than are remembered at once
    for count in [1, 5, 37, 300] {
        let samples = plan.samples(count, rng);
        let given: Vec<Vec<f64>> =
            (0..count).map(|_| (0..OUT).map(|_| f64::from(rng.between(-1.0, 1.0) as f32)).collect()).collect();
        let x: Vec<[T; IN]> = samples.iter().map(|x| std::array::from_fn(|i| T::from_f64(x[i]))).collect();
        let t: Vec<[T; OUT]> = given.iter().map(|t| std::array::from_fn(|i| T::from_f64(t[i]))).collect();
        let batch: Vec<Vec<Dual>> = samples.iter().map(|x| duals(x, |_| 0.0)).collect();

        let mut walk = Walk::new(&still, false);
        let outputs = walk.layers(&plan.layers, batch.clone());
        let expected = loss(&walk, &outputs, &given).value;
        for (x, y) in x.iter().zip(&outputs).take(20) {
            let one = typenet::__private::predict(&start, x);
            one.iter().zip(y).for_each(|(ours, y)| near("one output", ours.to_f64(), y.value, y.value.abs()));
        }
        for level in levels() {
            let mut pass = Pass::new().with_level(level).threads(1 + rng.below(3));
            let mut many = vec![[T::ZERO; OUT]; count];
            pass.predict(&start, &x, &mut many).unwrap();
            for (ours, y) in many.as_flattened().iter().zip(outputs.iter().flatten()) {
                near("an output", ours.to_f64(), y.value, y.value.abs());
            }
            let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).level(level).threads(1 + rng.below(3));
            let told = trainer.evaluate(&start, (&x, &t)).unwrap().loss;
            near("the loss", told, expected, expected);
        }

        // the gradients of what is given from outside
        let level = rng.of(&levels());
        let mut pass = Pass::new().with_level(level);
        let mut d_x = vec![[T::ZERO; IN]; count];
        pass.backward(&start, &x, &t, &mut d_x).unwrap();
        let gradient = doubles(pass.gradient().as_flat());
        let length = dot(&gradient, &gradient).sqrt();
        let few = if count == 300 { 4 } else { usize::MAX };
        for direction in directions(gradient.len(), rng).iter().take(few) {
            let moving = duals(&plan.parameters, |i| if plan.trained[i] { direction[i] } else { 0.0 });
            let outputs = Walk::new(&moving, false).layers(&plan.layers, batch.clone());
            let pairs = outputs.iter().flatten().zip(given.iter().flatten());
            let expected = pairs.map(|(y, d)| y.slope * d).sum();
            near("the gradient", dot(&gradient, direction), expected, length);
        }
        if plan.rows.is_none() {
            for direction in directions(IN, rng).iter().take(few) {
                let moving: Vec<Vec<Dual>> = samples.iter().map(|x| duals(x, |i| direction[i])).collect();
                let outputs = Walk::new(&still, false).layers(&plan.layers, moving);
                for ((y, d), ours) in outputs.iter().zip(&given).zip(&d_x) {
                    let expected = y.iter().zip(d).map(|(y, d)| y.slope * d).sum();
                    let ours = doubles(ours);
                    near("that of the inputs", dot(&ours, direction), expected, dot(&ours, &ours).sqrt());
                }
            }
        }

        // a step of plain descent, by each way to make one
        for level in levels() {
            let mut network = start.clone();
            let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0)).level(level).threads(1 + rng.below(3));
            let told = trainer.train_on_batch(&mut network, (&x, &t)).unwrap();
            let after = doubles(network.as_flat());
            let step: Vec<f64> = plan.parameters.iter().zip(&after).map(|(before, after)| before - after).collect();
            let length = dot(&step, &step).sqrt();
            for direction in directions(step.len(), rng).iter().take(few) {
                let moving = duals(&plan.parameters, |i| if plan.trained[i] { direction[i] } else { 0.0 });
                let mut walk = Walk::new(&moving, true);
                let outputs = walk.layers(&plan.layers, batch.clone());
                let expected = loss(&walk, &outputs, &given);
                near("the loss of a step", told, expected.value, expected.value);
                let moved = |i: usize| walk.moved.iter().rev().find(|(at, _)| *at == i).map(|(_, number)| *number);
                let follows: f64 = (0..step.len())
                    .filter(|i| !plan.trained[*i])
                    .map(|i| direction[i] * moved(i).map_or(0.0, |number| plan.parameters[i] - number))
                    .sum();
                near("a step", dot(&step, direction), expected.slope + follows, length);
            }
        }
        one_way_or_another(&start, (&x, &t), plan);
    }
}

/// However batches come and whoever works, a training has the same bits.
fn one_way_or_another<N, X, Y>(start: &N, (x, y): (&Vec<X>, &Vec<Y>), plan: &Plan)
where
    N: Network,
    MeanSquaredError: Loss<N::Scalar, N::Head, N::Output, <Vec<Y> as Targets<N::Scalar, N::Output>>::Tile>,
    Vec<X>: Samples<N::Scalar, N::Input>,
    Vec<Y>: Targets<N::Scalar, N::Output>,
    X: Clone,
    Y: Clone,
{
    const BATCH: usize = 27;
    let bits = |network: &N| network.as_flat().iter().map(|number| number.to_f64().to_bits()).collect::<Vec<_>>();
    let fit = |threads: usize| {
        let mut network = start.clone();
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01).momentum(0.5));
        let mut trainer = trainer.shuffle(false).epochs(1).batch_size(BATCH).threads(threads);
        trainer.fit(&mut network, (x, y), &mut rand::SeedableRng::seed_from_u64(0) as &mut rand::rngs::StdRng).unwrap();
        bits(&network)
    };
    let mut network = start.clone();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01).momentum(0.5));
    for (x, y) in x.chunks(BATCH).zip(y.chunks(BATCH)) {
        trainer.train_on_batch(&mut network, (&x.to_vec(), &y.to_vec())).unwrap();
    }
    let expected = bits(&network);
    for threads in [1, 3] {
        assert!(fit(threads) == expected, "{threads} threads do not leave what steps leave: {}", plan.declaration());
    }
}
