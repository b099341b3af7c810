//! The workloads, and the weights that every peer starts from.

use crate::data::uniform;

/// The activation of all layers but the last, whose is softmax.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hidden {
    Relu,
    Tanh,
}

/// A network and how it is trained: stochastic gradient descent with momentum, on the cross-entropy.
#[derive(Clone, Debug)]
pub struct Workload {
    pub name: &'static str,
    /// Numbers between the layers, the inputs first.
    pub sizes: Vec<usize>,
    pub hidden: Hidden,
    pub rate: f64,
    pub momentum: f64,
    /// In step `n`, from 0, the rate is `rate / (1 + decay * n)`.
    pub decay: f64,
    /// In an epoch.
    pub samples: usize,
    pub epochs: usize,
    /// The standard deviation of the inputs, whose mean is zero.
    pub deviation: f64,
}

impl Workload {
    /// The workload of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let large = Self {
            name: "large",
            sizes: vec![784, 512, 512, 10],
            hidden: Hidden::Relu,
            rate: 0.1,
            momentum: 0.9,
            decay: 0.0,
            samples: 12_800,
            epochs: 5,
            deviation: 0.3,
        };
        Some(match name {
            "large" => large,
            "mlp" => Self { name: "mlp", sizes: vec![784, 128, 10], ..large },
            "deep" => Self {
                name: "deep",
                sizes: [vec![32; 51], vec![2]].concat(),
                hidden: Hidden::Tanh,
                rate: 0.003,
                deviation: 1.0,
                ..large
            },
            "xor" => Self {
                name: "xor",
                sizes: vec![2, 4, 4, 2],
                rate: 0.01,
                momentum: 0.99,
                decay: 0.001,
                samples: 10_000,
                epochs: 200,
                deviation: 1.0,
                ..large
            },
            _ => return None,
        })
    }

    #[must_use]
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    #[must_use]
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// Inputs and outputs of each layer.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.sizes.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// Kernel and bias of each layer in turn: Glorot-uniform and zero.
    #[must_use]
    pub fn parameters(&self) -> Vec<f32> {
        let mut parameters = Vec::new();
        for (inputs, outputs) in self.layers() {
            let limit = (6.0 / (inputs + outputs) as f64).sqrt();
            let first = parameters.len() as u64;
            let kernel = (0..(inputs * outputs) as u64).map(|index| limit * (2.0 * uniform(3, first + index) - 1.0));
            parameters.extend(kernel.map(|weight| weight as f32));
            parameters.resize(parameters.len() + outputs, 0.0);
        }
        parameters
    }
}
