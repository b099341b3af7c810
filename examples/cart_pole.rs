//! Learns to balance a pole on a cart by trying: reinforcement learning, with one network that acts and one that judges.
//!
//! ```text
//! cargo run --release --example cart_pole
//! ```
//!
//! The cart is that of Barto, Sutton and Anderson, *Neuronlike adaptive elements that can solve difficult learning control
//! problems*, 1983, with the numbers of Gymnasium's `CartPole-v1`, where it counts as solved when the last 100 episodes
//! have lasted 475 steps of 500 on average. The algorithm is REINFORCE with a baseline (Williams, 1992; Sutton and Barto,
//! *Reinforcement Learning*, second edition, section 13.4).

use std::cmp::Ordering;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::activations::{Activation as _, Softmax};
use typenet::prelude::*;

network! {
    /// What the cart observes in; logits of pushing to the left and to the right out.
    Actor = Dense(4 -> 32, tanh), Dense(32 -> 2);
    /// What the cart observes in; the return to be expected out.
    Critic = Dense(4 -> 32, tanh), Dense(32 -> 1)
}

const SEEDS: u64 = 30;
/// The steps that an episode has at most.
const LIMIT: usize = 500;
/// How many episodes both networks learn from at once.
const EPISODES: usize = 10;
/// How many are tried before a seed is given up.
const MOST: usize = 3000;
/// What a reward is worth one step later.
const DISCOUNT: f32 = 0.99;

/// Place and speed of the cart in metres, angle and speed of the pole in radians.
#[derive(Clone, Copy)]
struct Cart {
    x: f32,
    speed: f32,
    angle: f32,
    turning: f32,
}

impl Cart {
    fn new(rng: &mut StdRng) -> Self {
        let [x, speed, angle, turning] = std::array::from_fn(|_| rng.random_range(-0.05..0.05));
        Self { x, speed, angle, turning }
    }

    fn observe(&self) -> [f32; 4] {
        [self.x, self.speed, self.angle, self.turning]
    }

    /// A fiftieth of a second later, pushed with ten newtons to the left (0) or to the right (1).
    fn push(&mut self, side: usize) {
        const GRAVITY: f32 = 9.8;
        const POLE: f32 = 0.1; // kilograms
        const BOTH: f32 = 1.1;
        const HALF: f32 = 0.5; // metres
        const SECONDS: f32 = 0.02;
        let force = if side == 1 { 10.0 } else { -10.0 };
        let (sin, cos) = self.angle.sin_cos();
        let push = (force + POLE * HALF * self.turning.powi(2) * sin) / BOTH;
        let tilt = (GRAVITY * sin - cos * push) / (HALF * (4.0 / 3.0 - POLE * cos.powi(2) / BOTH));
        let pull = push - POLE * HALF * tilt * cos / BOTH;
        self.x += SECONDS * self.speed;
        self.speed += SECONDS * pull;
        self.angle += SECONDS * self.turning;
        self.turning += SECONDS * tilt;
    }

    /// Whether the pole leans by more than 12 degrees, or the cart has left the track.
    fn has_failed(&self) -> bool {
        self.x.abs() > 2.4 || self.angle.abs() > 12_f32.to_radians()
    }
}

/// What was seen and done, step by step, of some episodes.
#[derive(Default)]
struct Experience {
    observations: Vec<[f32; 4]>,
    sides: Vec<usize>,
    /// The discounted rewards from each step on.
    returns: Vec<f32>,
}

impl Experience {
    /// Adds an episode, and gives the steps it lasted. The reward of each is 1.
    fn episode(&mut self, actor: &Actor, critic: &Critic, rng: &mut StdRng) -> usize {
        let mut cart = Cart::new(rng);
        let start = self.observations.len();
        while !cart.has_failed() && self.observations.len() - start < LIMIT {
            let observation = cart.observe();
            let [left, _] = Softmax.apply(actor.predict(&observation));
            let side = usize::from(rng.random::<f32>() >= left);
            cart.push(side);
            self.observations.push(observation);
            self.sides.push(side);
        }
        // one that the limit has ended would have gone on
        let mut later = if cart.has_failed() { 0.0 } else { critic.predict(&cart.observe())[0] };
        let steps = self.observations.len() - start;
        self.returns.resize(start + steps, 0.0);
        for reward in self.returns[start..].iter_mut().rev() {
            later = 1.0 + DISCOUNT * later;
            *reward = later;
        }
        steps
    }
}

/// Learns until the last 100 episodes have lasted 475 steps on average; gives how many that took.
fn learn(rng: &mut StdRng) -> Result<(Actor, Option<usize>), typenet::Error> {
    let (mut actor, mut critic) = (Actor::new(rng), Critic::new(rng));
    let mut pass = Pass::new();
    let mut actors = Trainer::new((), Adam::new(0.01)); // of no loss: the gradient comes from below
    let mut critics = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(4).batch_size(128);
    let mut lasted = Vec::new();
    while lasted.len() < MOST {
        let mut seen = Experience::default();
        for _ in 0..EPISODES {
            lasted.push(seen.episode(&actor, &critic, rng));
        }
        let last = &lasted[lasted.len().saturating_sub(100)..];
        if last.len() == 100 && last.iter().sum::<usize>() >= 475 * last.len() {
            return Ok((actor, Some(lasted.len())));
        }
        let Experience { observations, sides, returns } = &seen;
        let values = critic.predict_many(observations);
        let mut advantages: Vec<f32> = returns.iter().zip(&values).map(|(given, [value])| given - value).collect();
        standardize(&mut advantages);
        // what shall become small is the mean of -advantage ln softmax(logits)_side
        let logits = actor.predict_many(observations);
        let d_logits: Vec<[f32; 2]> = (logits.into_iter().zip(sides).zip(&advantages))
            .map(|((logits, &side), advantage)| {
                let mut d_logits = Softmax.apply(logits);
                d_logits[side] -= 1.0;
                d_logits.map(|d_logit| advantage * d_logit / observations.len() as f32)
            })
            .collect();
        pass.backward(&actor, observations, &d_logits, &mut [])?;
        actors.apply_gradient(&mut actor, &mut pass);
        critics.fit(&mut critic, (observations, returns), rng)?;
    }
    Ok((actor, None))
}

/// Takes the mean from the numbers and makes their standard deviation 1.
fn standardize(numbers: &mut [f32]) {
    let count = numbers.len() as f32;
    let mean = numbers.iter().sum::<f32>() / count;
    let variance = numbers.iter().map(|number| (number - mean).powi(2)).sum::<f32>() / count;
    for number in numbers {
        *number = (*number - mean) / (variance.sqrt() + 1e-8);
    }
}

/// How long the pole stays up when the side is chosen that is likelier.
fn balance(actor: &Actor, rng: &mut StdRng) -> usize {
    let mut cart = Cart::new(rng);
    let mut steps = 0;
    while !cart.has_failed() && steps < LIMIT {
        let [left, right] = actor.predict(&cart.observe());
        cart.push(usize::from(right > left));
        steps += 1;
    }
    steps
}

fn main() -> Result<(), typenet::Error> {
    println!("{}\n", Actor::summary());
    println!("seed  episodes  milliseconds  then, mean of 100 episodes");
    let mut all = Vec::new();
    for seed in 0..SEEDS {
        let rng = &mut StdRng::seed_from_u64(seed);
        let start = Instant::now();
        let (actor, solved) = learn(rng)?;
        let milliseconds = 1e3 * start.elapsed().as_secs_f64();
        let steps = (0..100).map(|_| balance(&actor, rng)).sum::<usize>() as f64 / 100.0;
        let episodes = solved.map_or_else(|| "unsolved".into(), |episodes| episodes.to_string());
        println!("{seed:>4}  {episodes:>8}  {milliseconds:>12.1}  {steps:>5.1} of {LIMIT} steps");
        all.extend(solved.map(|episodes| (episodes, milliseconds)));
    }
    let solved = all.len();
    let (episodes, milliseconds): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    println!(
        "{solved} of {SEEDS} solved it, with {} episodes and in {:.0} ms at the median",
        median(episodes),
        median(milliseconds)
    );
    Ok(())
}

/// The middle one of them, if there is any.
fn median<T: PartialOrd + Copy + Default>(mut numbers: Vec<T>) -> T {
    numbers.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
