//! What a plan computes, by the definitions, number by number in `f64`: no tiles, no kernels, and slopes that go
//! forward with the numbers.

use std::cmp::Ordering;

use crate::dual::{Dual, EACH, sum};
use crate::layer::{Activation, Kind, Layer};

/// One sample after an activation.
fn activate(activation: Activation, x: &[Dual]) -> Vec<Dual> {
    let largest = || x.iter().map(|x| x.value).fold(f64::NEG_INFINITY, f64::max);
    let shifted = |largest: f64| x.iter().map(move |x| *x - largest.into());
    match activation {
        Activation::Each(index) => x.iter().map(|x| EACH[index].1(*x)).collect(),
        Activation::Softmax => {
            let exponentials: Vec<_> = shifted(largest()).map(Dual::exp).collect();
            let total = sum(exponentials.iter().copied());
            exponentials.iter().map(|e| *e / total).collect()
        }
        Activation::LogSoftmax => {
            let total = sum(shifted(largest()).map(Dual::exp)).ln();
            shifted(largest()).map(|x| x - total).collect()
        }
        Activation::Sparsemax => {
            let mut sorted = x.to_vec();
            sorted.sort_by(|a, b| b.value.partial_cmp(&a.value).unwrap_or(Ordering::Equal));
            let tau = |count: usize| (sum(sorted[..count].iter().copied()) - 1.0.into()) * (1.0 / count as f64);
            // the most numbers of which the least is still above what is subtracted
            let most = (1..=x.len()).rev().find(|&count| sorted[count - 1].value > tau(count).value);
            let tau = tau(most.unwrap_or(1));
            x.iter().map(|x| (*x - tau).above(0.0, 0.0.into())).collect()
        }
    }
}

/// A way through a network.
pub struct Walk<'a> {
    /// All parameters.
    pub parameters: &'a [Dual],
    /// How many have been used.
    pub used: usize,
    /// Whether normalisations are those of the batch, where they are trained.
    pub training: bool,
    /// Whether what is met is trained.
    trained: bool,
    /// What the parameters cost.
    pub penalty: Dual,
    /// What the outputs of layers cost, the mean over the samples.
    pub cost: Dual,
    /// The numbers that follow a batch, with their places.
    pub moved: Vec<(usize, f64)>,
}

impl<'a> Walk<'a> {
    pub fn new(parameters: &'a [Dual], training: bool) -> Self {
        Self { parameters, used: 0, training, trained: true, penalty: 0.0.into(), cost: 0.0.into(), moved: Vec::new() }
    }

    fn take(&mut self, count: usize) -> &'a [Dual] {
        let taken = &self.parameters[self.used..][..count];
        self.used += count;
        taken
    }

    /// `count` numbers, or as many that change nothing.
    fn take_if(&mut self, there: bool, count: usize, otherwise: f64) -> Vec<Dual> {
        if there { self.take(count).to_vec() } else { vec![otherwise.into(); count] }
    }

    pub fn layers(&mut self, layers: &[Layer], batch: Vec<Vec<Dual>>) -> Vec<Vec<Dual>> {
        layers.iter().fold(batch, |batch, layer| {
            let trained = self.trained;
            self.trained &= layer.trainable;
            let batch = self.layer(layer, batch);
            self.trained = trained;
            batch
        })
    }

    #[allow(clippy::too_many_lines, reason = "one arm for each layer")]
    fn layer(&mut self, layer: &Layer, batch: Vec<Vec<Dual>>) -> Vec<Vec<Dual>> {
        let n = layer.inputs;
        match &layer.kind {
            Kind::Dense { activation, bias, l1, l2 } => {
                let kernel = self.take(n * layer.outputs);
                let bias = self.take_if(*bias, layer.outputs, 0.0);
                let cost = |number: &Dual| number.abs() * *l1 + *number * *number * *l2;
                // what does not move costs nothing, as in Keras
                if self.trained {
                    self.penalty = self.penalty + sum(kernel.iter().map(cost));
                }
                each(&batch, |x| {
                    let weighted = |o: usize| sum((0..n).map(|i| x[i] * kernel[i * layer.outputs + o]));
                    let logits: Vec<_> = (0..layer.outputs).map(|o| weighted(o) + bias[o]).collect();
                    activate(*activation, &logits)
                })
            }
            Kind::Activation(activation) => each(&batch, |x| activate(*activation, x)),
            Kind::Normalization { invert } => {
                let (mean, variance) = (self.take(n), self.take(n));
                each(&batch, |x| {
                    let one = |i: usize| match invert {
                        true => mean[i] + x[i] * variance[i].sqrt(),
                        false => (x[i] - mean[i]) / variance[i].sqrt(),
                    };
                    (0..n).map(one).collect()
                })
            }
            Kind::BatchNormalization { center, scale, momentum, epsilon } => {
                let (gamma, beta) = (self.take_if(*scale, n, 1.0), self.take_if(*center, n, 0.0));
                let start = self.used;
                let (mut mean, mut variance) = (self.take(n).to_vec(), self.take(n).to_vec());
                if self.training && self.trained {
                    let share = 1.0 / batch.len() as f64;
                    for i in 0..n {
                        let old = [mean[i], variance[i]];
                        mean[i] = sum(batch.iter().map(|x| x[i])) * share;
                        variance[i] = sum(batch.iter().map(|x| (x[i] - mean[i]) * (x[i] - mean[i]))) * share;
                        for (at, old, new) in [(start + i, old[0], mean[i]), (start + n + i, old[1], variance[i])] {
                            self.moved.push((at, momentum * old.value + (1.0 - momentum) * new.value));
                        }
                    }
                }
                each(&batch, |x| {
                    let one =
                        |i: usize| (x[i] - mean[i]) / (variance[i] + (*epsilon).into()).sqrt() * gamma[i] + beta[i];
                    (0..n).map(one).collect()
                })
            }
            Kind::GroupNormalization { groups, center, scale, epsilon } => {
                let (gamma, beta) = (self.take_if(*scale, n, 1.0), self.take_if(*center, n, 0.0));
                each(&batch, |x| {
                    let normal = x.chunks(n / groups).flat_map(|x| {
                        let mean = sum(x.iter().copied()) * (1.0 / x.len() as f64);
                        let variance = sum(x.iter().map(|x| (*x - mean) * (*x - mean))) * (1.0 / x.len() as f64);
                        x.iter().map(move |x| (*x - mean) / (variance + (*epsilon).into()).sqrt())
                    });
                    normal.zip(gamma.iter().zip(&beta)).map(|(x, (gamma, beta))| x * *gamma + *beta).collect()
                })
            }
            Kind::RmsNormalization { epsilon } => {
                let scale = self.take(n);
                each(&batch, |x| {
                    let square = sum(x.iter().map(|x| *x * *x)) * (1.0 / n as f64);
                    (0..n).map(|i| x[i] / (square + (*epsilon).into()).sqrt() * scale[i]).collect()
                })
            }
            Kind::UnitNormalization => each(&batch, |x| {
                let inverse = inverse_length(x, 1e12);
                x.iter().map(|x| *x * inverse).collect()
            }),
            Kind::PRelu => {
                let alpha = self.take(n);
                each(&batch, |x| (0..n).map(|i| x[i].above(0.0, x[i] * alpha[i])).collect())
            }
            Kind::Rescaling { scale, offset } => {
                each(&batch, |x| x.iter().map(|x| *x * *scale + (*offset).into()).collect())
            }
            Kind::Halves(kind) => each(&batch, |x| {
                let (first, second) = x.split_at(n / 2);
                let pairs = first.iter().copied().zip(second.iter().copied());
                pairs.map(|(a, b)| halves(kind, a, b)).collect()
            }),
            Kind::Dot { normalize } => each(&batch, |x| {
                let (a, b) = x.split_at(n / 2);
                let product = sum(a.iter().zip(b).map(|(a, b)| *a * *b));
                vec![if *normalize { product * inverse_length(a, 1e7) * inverse_length(b, 1e7) } else { product }]
            }),
            Kind::RepeatVector => each(&batch, |x| x.repeat(layer.outputs / n)),
            Kind::Embedding { rows } => {
                let (table, width) = (self.take(rows * layer.outputs / n), layer.outputs / n);
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a row is a small number")]
                let row = |x: &Dual| table[x.value as usize * width..][..width].to_vec();
                each(&batch, |x| x.iter().flat_map(row).collect())
            }
            // of a rate or a deviation of 0
            Kind::Noise(_) => batch,
            Kind::ActivityRegularization { l1, l2 } => {
                let cost = |x: &Dual| x.abs() * *l1 + *x * *x * *l2;
                self.cost = self.cost + sum(batch.iter().flatten().map(cost)) * (1.0 / batch.len() as f64);
                batch
            }
            Kind::Residual(layers) => {
                let inner = self.layers(layers, batch.clone());
                batch.iter().zip(inner).map(|(x, y)| x.iter().zip(y).map(|(x, y)| *x + y).collect()).collect()
            }
            Kind::Concatenate(branches) => {
                let outputs: Vec<_> = branches.iter().map(|layers| self.layers(layers, batch.clone())).collect();
                (0..batch.len())
                    .map(|sample| outputs.iter().flat_map(|branch| branch[sample].clone()).collect())
                    .collect()
            }
            Kind::Repeat(layers, times) => (0..*times).fold(batch, |batch, _| self.layers(layers, batch)),
            Kind::Block(_, layers) => self.layers(layers, batch),
        }
    }
}

/// What makes the length of `x` 1. At its limit it is a constant, so that zeros stay zeros.
fn inverse_length(x: &[Dual], limit: f64) -> Dual {
    let squares = sum(x.iter().map(|x| *x * *x));
    if squares.value.sqrt() < 1.0 / limit { limit.into() } else { Dual::from(1.0) / squares.sqrt() }
}

fn each(batch: &[Vec<Dual>], f: impl Fn(&[Dual]) -> Vec<Dual>) -> Vec<Vec<Dual>> {
    batch.iter().map(|x| f(x)).collect()
}

fn halves(kind: &str, a: Dual, b: Dual) -> Dual {
    match kind {
        "Glu" => a * b.sigmoid(),
        "Add" => a + b,
        "Subtract" => a - b,
        "Multiply" => a * b,
        "Average" => (a + b) * 0.5,
        // of two that are the same, each has half of the slope
        _ if a.value.total_cmp(&b.value).is_eq() => (a + b) * 0.5,
        "Maximum" => {
            if a.value > b.value {
                a
            } else {
                b
            }
        }
        _ => {
            if a.value < b.value {
                a
            } else {
                b
            }
        }
    }
}
