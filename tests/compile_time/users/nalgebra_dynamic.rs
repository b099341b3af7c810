//! By hand on nalgebra's dynamic matrices, a sample in each column: what one writes for a large or deep network.

use nalgebra::{DMatrix, DVector};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

struct Dense {
    kernel: DMatrix<f32>,
    bias: DVector<f32>,
    kernel_velocity: DMatrix<f32>,
    bias_velocity: DVector<f32>,
}

impl Dense {
    fn new(inputs: usize, outputs: usize, rng: &mut impl Rng) -> Self {
        let limit = (6.0 / (inputs + outputs) as f32).sqrt();
        Self {
            kernel: DMatrix::from_fn(outputs, inputs, |_, _| rng.random_range(-limit..limit)),
            bias: DVector::zeros(outputs),
            kernel_velocity: DMatrix::zeros(outputs, inputs),
            bias_velocity: DVector::zeros(outputs),
        }
    }

    fn forward(&self, x: &DMatrix<f32>) -> DMatrix<f32> {
        let mut y = &self.kernel * x;
        for mut column in y.column_iter_mut() {
            column += &self.bias;
        }
        y
    }

    fn step(&mut self, d_kernel: &DMatrix<f32>, d_bias: &DVector<f32>, rate: f32, momentum: f32) {
        self.kernel_velocity = &self.kernel_velocity * momentum - d_kernel * rate;
        self.bias_velocity = &self.bias_velocity * momentum - d_bias * rate;
        self.kernel += &self.kernel_velocity;
        self.bias += &self.bias_velocity;
    }
}

fn softmax(z: &mut DMatrix<f32>) {
    for mut column in z.column_iter_mut() {
        let most = column.max();
        column.apply(|z| *z = (*z - most).exp());
        let sum = column.sum();
        column /= sum;
    }
}

struct Net {
    layers: Vec<Dense>,
}

impl Net {
    fn new(sizes: &[usize], rng: &mut impl Rng) -> Self {
        Self { layers: sizes.windows(2).map(|size| Dense::new(size[0], size[1], rng)).collect() }
    }

    /// The outputs of all layers: relu within, softmax at the end.
    fn forward(&self, x: &DMatrix<f32>) -> Vec<DMatrix<f32>> {
        let mut outputs: Vec<DMatrix<f32>> = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let mut y = layer.forward(outputs.last().unwrap_or(x));
            if index + 1 < self.layers.len() {
                y.apply(|y| *y = y.max(0.0));
            } else {
                softmax(&mut y);
            }
            outputs.push(y);
        }
        outputs
    }

    fn predict(&self, x: &DMatrix<f32>) -> DMatrix<f32> {
        self.forward(x).pop().unwrap_or_else(|| x.clone())
    }

    fn train_on_batch(&mut self, x: &DMatrix<f32>, y: &DMatrix<f32>, rate: f32, momentum: f32) -> f32 {
        let outputs = self.forward(x);
        let Some(output) = outputs.last() else { return 0.0 };
        let samples = x.ncols() as f32;
        let loss = -y.dot(&output.map(|p| p.max(1e-7).ln())) / samples;
        let mut d_y = (output - y) / samples;
        for (index, layer) in self.layers.iter_mut().enumerate().rev() {
            let input = index.checked_sub(1).map_or(x, |before| &outputs[before]);
            let (d_kernel, d_bias) = (&d_y * input.transpose(), d_y.column_sum());
            if index > 0 {
                d_y = layer.kernel.tr_mul(&d_y);
                d_y.zip_apply(input, |d, input| if input <= 0.0 { *d = 0.0 });
            }
            layer.step(&d_kernel, &d_bias, rate, momentum);
        }
        loss
    }
}

fn main() {
    let rng = &mut StdRng::seed_from_u64({number});
    // for each network
    let mut net = Net::new(&[{sizes}], rng);
    let (x, y) = (DMatrix::repeat({inputs}, 100, 0.5), DMatrix::repeat({outputs}, 100, 0.1));
    for start in (0..100).step_by(32) {
        let count = 32.min(100 - start);
        let (x, y) = (x.columns(start, count).into_owned(), y.columns(start, count).into_owned());
        println!("{}", net.train_on_batch(&x, &y, 0.01, 0.9));
    }
    println!("{}", net.predict(&x.columns(0, 1).into_owned()));
    // end
}
