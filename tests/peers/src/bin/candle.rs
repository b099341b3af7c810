//! candle; its `SGD` has no momentum, so that is written here with its tensors.

use candle_core::{Device, Error, Tensor, Var};
use candle_nn::loss::cross_entropy;
use candle_nn::ops::softmax_last_dim;
use candle_nn::{Linear, Module};
use peers::{Data, Epoch, Hidden, Peer, Request, Workload};

struct Candle {
    workload: Workload,
    batch: usize,
    layers: Vec<Linear>,
    /// The same with no graph of their operations.
    predictors: Vec<Linear>,
    variables: Vec<Var>,
    velocities: Vec<Tensor>,
    x: Tensor,
    classes: Tensor,
    steps: f64,
}

impl Candle {
    fn try_new(workload: &Workload, data: &Data, mut parameters: &[f32], batch: usize) -> Result<Self, Error> {
        let device = &Device::Cpu;
        let (mut layers, mut predictors, mut variables, mut velocities) = (vec![], vec![], vec![], vec![]);
        for (inputs, outputs) in workload.layers() {
            let (kernel, rest) = parameters.split_at(inputs * outputs);
            let (bias, rest) = rest.split_at(outputs);
            parameters = rest;
            let kernel = Tensor::from_slice(kernel, (inputs, outputs), device)?.t()?.contiguous()?;
            let bias = Tensor::from_slice(bias, outputs, device)?;
            predictors.push(Linear::new(kernel.clone(), Some(bias.clone())));
            velocities.extend([kernel.zeros_like()?, bias.zeros_like()?]);
            let (kernel, bias) = (Var::from_tensor(&kernel)?, Var::from_tensor(&bias)?);
            layers.push(Linear::new(kernel.as_tensor().clone(), Some(bias.as_tensor().clone())));
            variables.extend([kernel, bias]);
        }
        let classes: Vec<u32> = data.classes.iter().copied().map(u32::from).collect();
        Ok(Self {
            workload: workload.clone(),
            batch,
            layers,
            predictors,
            variables,
            velocities,
            x: Tensor::from_slice(&data.x, (workload.samples, workload.inputs()), device)?,
            classes: Tensor::from_vec(classes, workload.samples, device)?,
            steps: 0.0,
        })
    }

    /// The logits.
    fn forward(&self, layers: &[Linear], mut x: Tensor) -> Result<Tensor, Error> {
        for (index, layer) in layers.iter().enumerate() {
            x = layer.forward(&x)?;
            x = match self.workload.hidden {
                _ if index + 1 == layers.len() => x,
                Hidden::Relu => x.relu()?,
                Hidden::Tanh => x.tanh()?,
            };
        }
        Ok(x)
    }

    fn step(&mut self, samples: &[u32]) -> Result<f64, Error> {
        let samples = Tensor::from_slice(samples, samples.len(), &Device::Cpu)?;
        let (x, classes) = (self.x.index_select(&samples, 0)?, self.classes.index_select(&samples, 0)?);
        let loss = cross_entropy(&self.forward(&self.layers, x)?, &classes)?;
        let gradients = loss.backward()?;
        let Workload { rate, momentum, decay, .. } = self.workload;
        let rate = rate / (1.0 + decay * self.steps);
        self.steps += 1.0;
        for (variable, velocity) in self.variables.iter().zip(&mut self.velocities) {
            let Some(gradient) = gradients.get(variable) else { continue };
            *velocity = (velocity.affine(momentum, 0.0)? - gradient.affine(rate, 0.0)?)?;
            variable.set(&variable.add(velocity)?)?;
        }
        Ok(loss.to_scalar::<f32>()?.into())
    }
}

impl Peer for Candle {
    fn new(workload: &Workload, data: &Data, parameters: &[f32], batch: usize) -> Self {
        Self::try_new(workload, data, parameters, batch).expect("good shapes")
    }

    fn fit(&mut self, epochs: usize) -> Vec<Epoch> {
        let samples = self.workload.samples;
        peers::fit(samples, epochs, |order| {
            let losses = order.chunks_exact(self.batch).map(|batch| self.step(batch).expect("good shapes"));
            losses.sum::<f64>() * self.batch as f64 / samples as f64
        })
    }

    fn predict(&mut self, x: &[f32], probabilities: &mut [f32]) {
        let inputs = self.workload.inputs();
        let outputs = Tensor::from_slice(x, (x.len() / inputs, inputs), &Device::Cpu)
            .and_then(|x| softmax_last_dim(&self.forward(&self.predictors, x)?)?.flatten_all()?.to_vec1())
            .expect("good shapes");
        probabilities.copy_from_slice(&outputs);
    }
}

fn main() {
    Request::from_command_line().run::<Candle>();
}
