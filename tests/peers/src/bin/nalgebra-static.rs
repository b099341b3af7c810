//! nalgebra by hand, as one would write XOR: matrices whose sizes the compiler knows, a batch in the columns of one.

use nalgebra::{SMatrix, SVector};
use peers::{Data, Epoch, Peer, Request, Workload};

/// Samples in a batch.
const BATCH: usize = 100;

type Batch<const N: usize> = SMatrix<f32, N, BATCH>;

#[derive(Clone, Copy)]
struct Layer<const I: usize, const O: usize> {
    kernel: SMatrix<f32, O, I>,
    bias: SVector<f32, O>,
    kernel_velocity: SMatrix<f32, O, I>,
    bias_velocity: SVector<f32, O>,
}

struct Xor {
    workload: Workload,
    hidden: Layer<2, 4>,
    hidden_1: Layer<4, 4>,
    output: Layer<4, 2>,
    x: Vec<SVector<f32, 2>>,
    classes: Vec<u8>,
    steps: f64,
}

impl<const I: usize, const O: usize> Layer<I, O> {
    /// Takes its parameters from the front of all.
    fn new(parameters: &mut &[f32]) -> Self {
        let (kernel, rest) = parameters.split_at(I * O);
        let (bias, rest) = rest.split_at(O);
        *parameters = rest;
        Self {
            kernel: SMatrix::from_column_slice(kernel),
            bias: SVector::from_column_slice(bias),
            kernel_velocity: SMatrix::zeros(),
            bias_velocity: SVector::zeros(),
        }
    }

    fn forward<const N: usize>(&self, input: &SMatrix<f32, I, N>) -> SMatrix<f32, O, N> {
        let mut output = self.kernel * input;
        output.column_iter_mut().for_each(|mut column| column += self.bias);
        output
    }

    /// Moves the parameters; the gradient with respect to the input.
    fn backward(&mut self, input: &Batch<I>, d_output: &Batch<O>, rate: f32, momentum: f32) -> Batch<I> {
        let d_input = self.kernel.tr_mul(d_output);
        self.kernel_velocity = self.kernel_velocity * momentum - d_output * input.transpose() * rate;
        self.bias_velocity = self.bias_velocity * momentum - d_output.column_sum() * rate;
        self.kernel += self.kernel_velocity;
        self.bias += self.bias_velocity;
        d_input
    }
}

fn relu<const R: usize, const C: usize>(x: SMatrix<f32, R, C>) -> SMatrix<f32, R, C> {
    x.map(|x| x.max(0.0))
}

fn relu_backward<const N: usize>(output: &Batch<N>, d_output: &Batch<N>) -> Batch<N> {
    output.zip_map(d_output, |output, d_output| if output > 0.0 { d_output } else { 0.0 })
}

/// The probability of the second of two classes.
fn second(logits: [f32; 2]) -> f32 {
    1.0 / (1.0 + (logits[0] - logits[1]).exp())
}

impl Peer for Xor {
    fn new(workload: &Workload, data: &Data, mut parameters: &[f32], _: usize) -> Self {
        Self {
            workload: workload.clone(),
            hidden: Layer::new(&mut parameters),
            hidden_1: Layer::new(&mut parameters),
            output: Layer::new(&mut parameters),
            x: data.x.as_chunks().0.iter().map(|&[x0, x1]| SVector::<f32, 2>::new(x0, x1)).collect(),
            classes: data.classes.clone(),
            steps: 0.0,
        }
    }

    fn fit(&mut self, epochs: usize) -> Vec<Epoch> {
        peers::fit(self.x.len(), epochs, |order| {
            order.as_chunks().0.iter().map(|batch| self.step(batch)).sum::<f64>() / order.len() as f64
        })
    }

    fn predict(&mut self, x: &[f32], probabilities: &mut [f32]) {
        for (&[x0, x1], probabilities) in x.as_chunks().0.iter().zip(probabilities.as_chunks_mut().0) {
            let hidden = relu(self.hidden.forward(&SVector::<f32, 2>::new(x0, x1)));
            let logits = self.output.forward(&relu(self.hidden_1.forward(&hidden)));
            let second = second([logits[0], logits[1]]);
            *probabilities = [1.0 - second, second];
        }
    }
}

impl Xor {
    /// A step of gradient descent on these samples; the sum of their losses.
    fn step(&mut self, samples: &[u32; BATCH]) -> f64 {
        let input = Batch::<2>::from_fn(|feature, place| self.x[samples[place] as usize][feature]);
        let hidden = relu(self.hidden.forward(&input));
        let hidden_1 = relu(self.hidden_1.forward(&hidden));
        let mut d_logits = self.output.forward(&hidden_1);
        let mut loss = 0.0;
        for (mut logits, &sample) in d_logits.column_iter_mut().zip(samples) {
            let class = f32::from(self.classes[sample as usize]);
            let second = second([logits[0], logits[1]]);
            let right = if class > 0.0 { second } else { 1.0 - second };
            loss -= right.max(1e-7).ln();
            logits[1] = (second - class) / BATCH as f32;
            logits[0] = -logits[1];
        }
        let Workload { rate, momentum, decay, .. } = self.workload;
        let (rate, momentum) = ((rate / (1.0 + decay * self.steps)) as f32, momentum as f32);
        self.steps += 1.0;
        let d_hidden_1 = self.output.backward(&hidden_1, &d_logits, rate, momentum);
        let d_hidden = self.hidden_1.backward(&hidden, &relu_backward(&hidden_1, &d_hidden_1), rate, momentum);
        self.hidden.backward(&input, &relu_backward(&hidden, &d_hidden), rate, momentum);
        f64::from(loss)
    }
}

fn main() {
    Request::from_command_line().run::<Xor>();
}
