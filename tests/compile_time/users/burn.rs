use burn::module::Module;
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Int, Tensor};

#[derive(Module, Debug)]
struct Net {
    layers: Vec<Linear>,
}

impl Net {
    fn new(sizes: &[usize], device: &Device) -> Self {
        let layer = |size: &[usize]| LinearConfig::new(size[0], size[1]).init(device);
        Self { layers: sizes.windows(2).map(layer).collect() }
    }

    fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            if index + 1 < self.layers.len() {
                x = relu(x);
            }
        }
        x
    }
}

fn main() {
    let device = Device::flex().autodiff();
    device.seed({number});
    // for each network
    let mut net = Net::new(&[{sizes}], &device);
    let x = Tensor::<2>::full([100, {inputs}], 0.5, &device);
    let classes = Tensor::<1, Int>::zeros([100], &device);
    let momentum = MomentumConfig::new().with_momentum(0.9);
    let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
    let loss = CrossEntropyLossConfig::new().init(&device);
    for start in (0..100).step_by(32) {
        let end = 100.min(start + 32);
        let (x, classes) = (x.clone().slice([start..end]), classes.clone().slice([start..end]));
        let gradients = GradientsParams::from_grads(loss.forward(net.forward(x), classes).backward(), &net);
        net = optimizer.step(0.01, net, gradients);
    }
    println!("{}", softmax(net.forward(x.slice([0..1])), 1));
    // end
}
