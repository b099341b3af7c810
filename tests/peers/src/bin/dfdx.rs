//! dfdx, its own SGD with momentum; layers are of a type, batches of a size at run time.

use dfdx::losses::cross_entropy_with_logits_loss;
use dfdx::nn::modules::{BuildModule, Linear, Module, ReLU, Repeated, Tanh, ZeroGrads};
use dfdx::nn::tensor_collection::{RecursiveWalker, TensorCollection, TensorOptions, TensorVisitor, ViewTensorMut};
use dfdx::optim::{Momentum, Optimizer, Sgd, SgdConfig};
use dfdx::shapes::{Axis, Const, HasShape, Shape};
use dfdx::tensor::{AsArray, Cpu, CpuError, Gradients, NoneTape, OwnedTape, Tensor, TensorFromVec, Trace};
use dfdx::tensor_ops::Backward;
use peers::{Data, Epoch, Peer, Request, Workload};

type Dense<const I: usize, const O: usize> = Linear<I, O, f32, Cpu>;
type Xor = ((Dense<2, 4>, ReLU), (Dense<4, 4>, ReLU), Dense<4, 2>);
type Mlp = ((Dense<784, 128>, ReLU), Dense<128, 10>);
type Large = ((Dense<784, 512>, ReLU), (Dense<512, 512>, ReLU), Dense<512, 10>);
type Deep = (Repeated<(Dense<32, 32>, Tanh), 50>, Dense<32, 2>);

type Batch<const N: usize, T> = Tensor<(usize, Const<N>), f32, Cpu, T>;
type Traced = OwnedTape<f32, Cpu>;

struct Dfdx<M, const I: usize, const O: usize> {
    workload: Workload,
    batch: usize,
    device: Cpu,
    model: M,
    optimizer: Sgd<M, f32, Cpu>,
    /// Its memory, from step to step.
    gradients: Option<Gradients<f32, Cpu>>,
    x: Vec<f32>,
    /// A one in the place of the class.
    probabilities: Vec<f32>,
    steps: f64,
}

impl<M, const I: usize, const O: usize> Dfdx<M, I, O>
where
    M: TensorCollection<f32, Cpu> + Module<Batch<I, Traced>, Output = Batch<O, Traced>>,
{
    /// The rows of these samples.
    fn gather<const N: usize>(&self, rows: &[f32], samples: &[u32]) -> Batch<N, NoneTape> {
        let mut gathered = Vec::with_capacity(samples.len() * N);
        for &sample in samples {
            gathered.extend_from_slice(&rows[sample as usize * N..][..N]);
        }
        self.device.tensor_from_vec(gathered, (samples.len(), Const))
    }

    fn step(&mut self, samples: &[u32]) -> f64 {
        let (x, probabilities) = (self.gather(&self.x, samples), self.gather(&self.probabilities, samples));
        let gradients = self.gradients.take().unwrap_or_else(|| self.model.alloc_grads());
        let loss = cross_entropy_with_logits_loss(self.model.forward(x.traced(gradients)), probabilities);
        let value = loss.array();
        let mut gradients = loss.backward();
        self.optimizer.cfg.lr = self.workload.rate / (1.0 + self.workload.decay * self.steps);
        self.steps += 1.0;
        self.optimizer.update(&mut self.model, &gradients).expect("a gradient for each parameter");
        self.model.zero_grads(&mut gradients);
        self.gradients = Some(gradients);
        value.into()
    }
}

impl<M, const I: usize, const O: usize> Peer for Dfdx<M, I, O>
where
    M: TensorCollection<f32, Cpu>
        + BuildModule<Cpu, f32>
        + Module<Batch<I, Traced>, Output = Batch<O, Traced>>
        + Module<Batch<I, NoneTape>, Output = Batch<O, NoneTape>>,
{
    fn new(workload: &Workload, data: &Data, parameters: &[f32], batch: usize) -> Self {
        let device = Cpu::default();
        let mut model = M::build(&device);
        M::iter_tensors(&mut RecursiveWalker { m: &mut model, f: &mut Load(parameters) }).expect("memory");
        let config = SgdConfig {
            lr: workload.rate,
            momentum: Some(Momentum::Classic(workload.momentum)),
            weight_decay: None,
        };
        Self {
            workload: workload.clone(),
            batch,
            optimizer: Sgd::new(&model, config),
            device,
            model,
            gradients: None,
            x: data.x.clone(),
            probabilities: data.classes.iter().flat_map(|&class| one_hot::<O>(class)).collect(),
            steps: 0.0,
        }
    }

    fn fit(&mut self, epochs: usize) -> Vec<Epoch> {
        let samples = self.workload.samples;
        peers::fit(samples, epochs, |order| {
            let losses = order.chunks_exact(self.batch).map(|batch| self.step(batch));
            losses.sum::<f64>() * self.batch as f64 / samples as f64
        })
    }

    fn predict(&mut self, x: &[f32], probabilities: &mut [f32]) {
        let x: Batch<I, NoneTape> = self.device.tensor_from_vec(x.to_vec(), (self.batch, Const));
        self.model.forward(x).softmax::<Axis<1>>().copy_into(probabilities);
    }
}

fn one_hot<const O: usize>(class: u8) -> [f32; O] {
    std::array::from_fn(|output| f32::from(output == usize::from(class)))
}

/// Puts the first weights into a model: what is left of them.
struct Load<'a>(&'a [f32]);

impl TensorVisitor<f32, Cpu> for Load<'_> {
    type Viewer = ViewTensorMut;
    type Err = CpuError;
    type E2 = f32;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        _: TensorOptions<S, f32, Cpu>,
        tensor: &mut Tensor<S, f32, Cpu>,
    ) -> Result<Option<Tensor<S, f32, Cpu>>, CpuError> {
        let shape = tensor.shape().concrete().into_iter().collect::<Vec<_>>();
        let (values, rest) = self.0.split_at(shape.iter().product());
        self.0 = rest;
        match shape[..] {
            // its kernels are (outputs, inputs)
            [outputs, _] => {
                let kernel = (0..outputs).flat_map(|output| values.iter().skip(output).step_by(outputs));
                tensor.copy_from(&kernel.copied().collect::<Vec<_>>());
            }
            _ => tensor.copy_from(values),
        }
        Ok(None)
    }
}

fn main() {
    dfdx::flush_denormals_to_zero();
    let request = Request::from_command_line();
    match request.workload.name {
        "xor" => request.run::<Dfdx<Xor, 2, 2>>(),
        "mlp" => request.run::<Dfdx<Mlp, 784, 10>>(),
        "large" => request.run::<Dfdx<Large, 784, 10>>(),
        _ => request.run::<Dfdx<Deep, 32, 2>>(),
    }
}
