//! burn on Flex, its backend for processors.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::activation::{relu, softmax, tanh};
use burn::tensor::{Device, Int, Tensor, TensorData};
use peers::{Data, Epoch, Hidden, Peer, Request, Workload};

#[derive(Module, Debug)]
struct Network {
    layers: Vec<Linear>,
}

struct Burn {
    workload: Workload,
    batch: usize,
    /// What is trained, and what predicts: without a graph of its operations.
    network: Network,
    predictor: Network,
    optimizer: ModuleOptimizer,
    loss: CrossEntropyLoss,
    x: Tensor<2>,
    classes: Tensor<1, Int>,
    steps: f64,
}

impl Network {
    fn new(workload: &Workload, mut parameters: &[f32], device: &Device) -> Self {
        let mut layer = |(inputs, outputs): (usize, usize)| {
            let (kernel, rest) = parameters.split_at(inputs * outputs);
            let (bias, rest) = rest.split_at(outputs);
            parameters = rest;
            let kernel = TensorData::new(kernel.to_vec(), [inputs, outputs]);
            Linear { weight: Param::from_data(kernel, device), bias: Some(Param::from_data(bias, device)) }
        };
        Self { layers: workload.layers().map(&mut layer).collect() }
    }

    /// The logits.
    fn forward(&self, mut x: Tensor<2>, hidden: Hidden) -> Tensor<2> {
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            x = match hidden {
                _ if index + 1 == self.layers.len() => x,
                Hidden::Relu => relu(x),
                Hidden::Tanh => tanh(x),
            };
        }
        x
    }
}

impl Peer for Burn {
    fn new(workload: &Workload, data: &Data, parameters: &[f32], batch: usize) -> Self {
        let (device, differentiated) = (Device::flex(), Device::flex().autodiff());
        let classes: Vec<i64> = data.classes.iter().copied().map(i64::from).collect();
        let momentum = MomentumConfig::new().with_momentum(workload.momentum).with_dampening(0.0);
        let x = TensorData::new(data.x.clone(), [workload.samples, workload.inputs()]);
        Self {
            workload: workload.clone(),
            batch,
            network: Network::new(workload, parameters, &differentiated),
            predictor: Network::new(workload, parameters, &device),
            optimizer: SgdConfig::new().with_momentum(Some(momentum)).init(),
            loss: CrossEntropyLossConfig::new().init(&differentiated),
            x: Tensor::from_data(x, &differentiated),
            classes: Tensor::from_data(&*classes, &differentiated),
            steps: 0.0,
        }
    }

    fn fit(&mut self, epochs: usize) -> Vec<Epoch> {
        let samples = self.workload.samples;
        peers::fit(samples, epochs, |order| {
            let batches = order.chunks_exact(self.batch);
            batches.map(|batch| self.step(batch) * batch.len() as f64).sum::<f64>() / samples as f64
        })
    }

    fn predict(&mut self, x: &[f32], probabilities: &mut [f32]) {
        let inputs = self.workload.inputs();
        let x = Tensor::from_data(TensorData::new(x.to_vec(), [x.len() / inputs, inputs]), &Device::flex());
        let outputs = softmax(self.predictor.forward(x, self.workload.hidden), 1).into_data();
        probabilities.copy_from_slice(outputs.as_slice().expect("f32"));
    }
}

impl Burn {
    fn step(&mut self, samples: &[u32]) -> f64 {
        let samples: Vec<i64> = samples.iter().copied().map(i64::from).collect();
        let samples = Tensor::from_data(&*samples, &self.x.device());
        let x = self.x.clone().select(0, samples.clone());
        let classes = self.classes.clone().select(0, samples);
        let loss = self.loss.forward(self.network.forward(x, self.workload.hidden), classes);
        let gradients = GradientsParams::from_grads(loss.backward(), &self.network);
        let rate = self.workload.rate / (1.0 + self.workload.decay * self.steps);
        self.steps += 1.0;
        self.network = self.optimizer.step(rate, self.network.clone(), gradients);
        loss.into_scalar::<f32>().into()
    }
}

fn main() {
    Request::from_command_line().run::<Burn>();
}
