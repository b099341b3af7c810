//! By hand on nalgebra's static matrices, a sample at a time: what one writes for a small network.

use nalgebra::{SMatrix, SVector};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

struct Dense<const IN: usize, const OUT: usize> {
    kernel: SMatrix<f32, OUT, IN>,
    bias: SVector<f32, OUT>,
    d_kernel: SMatrix<f32, OUT, IN>,
    d_bias: SVector<f32, OUT>,
    kernel_velocity: SMatrix<f32, OUT, IN>,
    bias_velocity: SVector<f32, OUT>,
}

impl<const IN: usize, const OUT: usize> Dense<IN, OUT> {
    fn new(rng: &mut impl Rng) -> Self {
        let limit = (6.0 / (IN + OUT) as f32).sqrt();
        Self {
            kernel: SMatrix::from_fn(|_, _| rng.random_range(-limit..limit)),
            bias: SVector::zeros(),
            d_kernel: SMatrix::zeros(),
            d_bias: SVector::zeros(),
            kernel_velocity: SMatrix::zeros(),
            bias_velocity: SVector::zeros(),
        }
    }

    fn forward(&self, x: &SVector<f32, IN>) -> SVector<f32, OUT> {
        self.kernel * x + self.bias
    }

    fn backward(&mut self, x: &SVector<f32, IN>, d_y: &SVector<f32, OUT>) -> SVector<f32, IN> {
        self.d_kernel += d_y * x.transpose();
        self.d_bias += d_y;
        self.kernel.tr_mul(d_y)
    }

    fn step(&mut self, rate: f32, momentum: f32) {
        self.kernel_velocity = self.kernel_velocity * momentum - self.d_kernel * rate;
        self.bias_velocity = self.bias_velocity * momentum - self.d_bias * rate;
        self.kernel += self.kernel_velocity;
        self.bias += self.bias_velocity;
        self.d_kernel.fill(0.0);
        self.d_bias.fill(0.0);
    }
}

fn relu<const N: usize>(z: &SVector<f32, N>) -> SVector<f32, N> {
    z.map(|z| z.max(0.0))
}

fn d_relu<const N: usize>(y: &SVector<f32, N>, d_y: &SVector<f32, N>) -> SVector<f32, N> {
    y.zip_map(d_y, |y, d_y| if y > 0.0 { d_y } else { 0.0 })
}

fn softmax<const N: usize>(z: &SVector<f32, N>) -> SVector<f32, N> {
    let most = z.max();
    let exponentials = z.map(|z| (z - most).exp());
    exponentials / exponentials.sum()
}

struct Net<const IN: usize, const ONE: usize, const TWO: usize, const OUT: usize> {
    dense_1: Dense<IN, ONE>,
    dense_2: Dense<ONE, TWO>,
    dense_3: Dense<TWO, OUT>,
}

impl<const IN: usize, const ONE: usize, const TWO: usize, const OUT: usize> Net<IN, ONE, TWO, OUT> {
    fn new(rng: &mut impl Rng) -> Self {
        Self { dense_1: Dense::new(rng), dense_2: Dense::new(rng), dense_3: Dense::new(rng) }
    }

    fn predict(&self, x: &SVector<f32, IN>) -> SVector<f32, OUT> {
        let y_1 = relu(&self.dense_1.forward(x));
        let y_2 = relu(&self.dense_2.forward(&y_1));
        softmax(&self.dense_3.forward(&y_2))
    }

    fn train_on_batch(&mut self, x: &[SVector<f32, IN>], y: &[SVector<f32, OUT>], rate: f32, momentum: f32) -> f32 {
        let mut loss = 0.0;
        for (x, y) in x.iter().zip(y) {
            let y_1 = relu(&self.dense_1.forward(x));
            let y_2 = relu(&self.dense_2.forward(&y_1));
            let output = softmax(&self.dense_3.forward(&y_2));
            loss -= y.dot(&output.map(|p| p.max(1e-7).ln()));
            let d_2 = self.dense_3.backward(&y_2, &(output - y));
            let d_1 = self.dense_2.backward(&y_1, &d_relu(&y_2, &d_2));
            self.dense_1.backward(x, &d_relu(&y_1, &d_1));
        }
        let rate = rate / x.len() as f32;
        self.dense_1.step(rate, momentum);
        self.dense_2.step(rate, momentum);
        self.dense_3.step(rate, momentum);
        loss / x.len() as f32
    }
}

fn main() {
    let rng = &mut StdRng::seed_from_u64({number});
    // for each network
    let mut net = Net::<{sizes}>::new(rng);
    let (x, y) = (vec![SVector::repeat(0.5); 100], vec![SVector::repeat(0.1); 100]);
    for (x, y) in x.chunks(32).zip(y.chunks(32)) {
        println!("{}", net.train_on_batch(x, y, 0.01, 0.9));
    }
    println!("{}", net.predict(&x[0]));
    // end
}
