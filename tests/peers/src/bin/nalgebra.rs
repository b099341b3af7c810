//! nalgebra by hand: dynamic matrices, a sample in each column, every product one `gemm` into memory that is kept.

use nalgebra::{DMatrix, DVector};
use peers::{Data, Epoch, Hidden, Peer, Request, Workload};

struct Layer {
    kernel: DMatrix<f32>,
    bias: DVector<f32>,
    kernel_velocity: DMatrix<f32>,
    bias_velocity: DVector<f32>,
}

/// What a step keeps of one layer: `gemm` is fast only without a transposed operand, so transposes are written out.
struct Tape {
    input_transposed: DMatrix<f32>,
    kernel_transposed: DMatrix<f32>,
    output: DMatrix<f32>,
    d_output: DMatrix<f32>,
    d_kernel: DMatrix<f32>,
    d_bias: DVector<f32>,
}

struct Nalgebra {
    workload: Workload,
    layers: Vec<Layer>,
    tapes: Vec<Tape>,
    x: DMatrix<f32>,
    classes: Vec<u8>,
    input: DMatrix<f32>,
    batch_classes: Vec<u8>,
    steps: f64,
}

impl Peer for Nalgebra {
    fn new(workload: &Workload, data: &Data, mut parameters: &[f32], batch: usize) -> Self {
        let (mut layers, mut tapes) = (Vec::new(), Vec::new());
        for (inputs, outputs) in workload.layers() {
            let (kernel, rest) = parameters.split_at(inputs * outputs);
            let (bias, rest) = rest.split_at(outputs);
            parameters = rest;
            layers.push(Layer {
                kernel: DMatrix::from_column_slice(outputs, inputs, kernel),
                bias: DVector::from_column_slice(bias),
                kernel_velocity: DMatrix::zeros(outputs, inputs),
                bias_velocity: DVector::zeros(outputs),
            });
            tapes.push(Tape {
                input_transposed: DMatrix::zeros(batch, inputs),
                kernel_transposed: DMatrix::zeros(inputs, outputs),
                output: DMatrix::zeros(outputs, batch),
                d_output: DMatrix::zeros(outputs, batch),
                d_kernel: DMatrix::zeros(outputs, inputs),
                d_bias: DVector::zeros(outputs),
            });
        }
        Self {
            workload: workload.clone(),
            layers,
            tapes,
            x: DMatrix::from_column_slice(workload.inputs(), workload.samples, &data.x),
            classes: data.classes.clone(),
            input: DMatrix::zeros(workload.inputs(), batch),
            batch_classes: vec![0; batch],
            steps: 0.0,
        }
    }

    fn fit(&mut self, epochs: usize) -> Vec<Epoch> {
        peers::fit(self.workload.samples, epochs, |order| {
            let batches = order.chunks_exact(self.batch_classes.len());
            batches.map(|batch| self.step(batch)).sum::<f64>() / order.len() as f64
        })
    }

    fn predict(&mut self, x: &[f32], probabilities: &mut [f32]) {
        self.input.as_mut_slice().copy_from_slice(x);
        self.forward();
        probabilities.copy_from_slice(self.tapes[self.tapes.len() - 1].output.as_slice());
    }
}

impl Nalgebra {
    fn forward(&mut self) {
        let last = self.layers.len() - 1;
        for (index, layer) in self.layers.iter().enumerate() {
            let (before, rest) = self.tapes.split_at_mut(index);
            let input = before.last().map_or(&self.input, |tape| &tape.output);
            let output = &mut rest[0].output;
            output.column_iter_mut().for_each(|mut column| column.copy_from(&layer.bias));
            output.gemm(1.0, &layer.kernel, input, 1.0);
            match self.workload.hidden {
                _ if index == last => output.column_iter_mut().for_each(|mut column| {
                    let most = column.max();
                    column.apply(|value| *value = (*value - most).exp());
                    column /= column.sum();
                }),
                Hidden::Relu => output.apply(|value| *value = value.max(0.0)),
                Hidden::Tanh => output.apply(|value| *value = value.tanh()),
            }
        }
    }

    /// A step of gradient descent on these samples; the sum of their losses.
    fn step(&mut self, samples: &[u32]) -> f64 {
        for (place, &sample) in samples.iter().enumerate() {
            self.input.column_mut(place).copy_from(&self.x.column(sample as usize));
            self.batch_classes[place] = self.classes[sample as usize];
        }
        self.forward();
        let Workload { rate, momentum, decay, hidden, .. } = self.workload;
        let (rate, momentum) = ((rate / (1.0 + decay * self.steps)) as f32, momentum as f32);
        self.steps += 1.0;
        let last = self.layers.len() - 1;
        let Tape { output, d_output, .. } = &mut self.tapes[last];
        d_output.copy_from(output);
        let mut loss = 0.0;
        for (place, &class) in self.batch_classes.iter().enumerate() {
            let class = usize::from(class);
            loss -= f64::from(output[(class, place)].max(1e-7).ln());
            d_output[(class, place)] -= 1.0;
        }
        *d_output /= samples.len() as f32;
        for index in (0..=last).rev() {
            let (before, rest) = self.tapes.split_at_mut(index);
            let (tape, layer) = (&mut rest[0], &mut self.layers[index]);
            before.last().map_or(&self.input, |tape| &tape.output).transpose_to(&mut tape.input_transposed);
            tape.d_kernel.gemm(1.0, &tape.d_output, &tape.input_transposed, 0.0);
            tape.d_bias.fill(0.0);
            tape.d_output.column_iter().for_each(|column| tape.d_bias += column);
            if let Some(before) = before.last_mut() {
                layer.kernel.transpose_to(&mut tape.kernel_transposed);
                before.d_output.gemm(1.0, &tape.kernel_transposed, &tape.d_output, 0.0);
                before.d_output.zip_apply(&before.output, |d, output| {
                    *d *= match hidden {
                        Hidden::Relu => f32::from(output > 0.0),
                        Hidden::Tanh => 1.0 - output * output,
                    }
                });
            }
            let kernel = (layer.kernel.as_mut_slice(), layer.kernel_velocity.as_mut_slice(), tape.d_kernel.as_slice());
            let bias = (layer.bias.as_mut_slice(), layer.bias_velocity.as_mut_slice(), tape.d_bias.as_slice());
            for (parameters, velocity, gradient) in [kernel, bias] {
                for ((parameter, velocity), gradient) in parameters.iter_mut().zip(velocity).zip(gradient) {
                    *velocity = momentum * *velocity - rate * gradient;
                    *parameter += *velocity;
                }
            }
        }
        loss
    }
}

fn main() {
    Request::from_command_line().run::<Nalgebra>();
}
