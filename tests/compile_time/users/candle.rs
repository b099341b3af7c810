use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{Linear, Module, Optimizer, SGD, VarBuilder, VarMap, linear, loss, ops};

struct Net {
    layers: Vec<Linear>,
}

impl Net {
    fn new(sizes: &[usize], vb: VarBuilder) -> Result<Self> {
        let layer = |(index, size): (usize, &[usize])| linear(size[0], size[1], vb.pp(format!("dense_{index}")));
        Ok(Self { layers: sizes.windows(2).enumerate().map(layer).collect::<Result<_>>()? })
    }
}

impl Module for Net {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for (index, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x)?;
            if index + 1 < self.layers.len() {
                x = x.relu()?;
            }
        }
        Ok(x)
    }
}

fn main() -> Result<()> {
    let device = Device::Cpu;
    device.set_seed({number}).ok();
    // for each network
    let variables = VarMap::new();
    let net = Net::new(&[{sizes}], VarBuilder::from_varmap(&variables, DType::F32, &device))?;
    let x = Tensor::full(0.5f32, (100, {inputs}), &device)?;
    let y = Tensor::zeros(100, DType::U32, &device)?;
    let mut optimizer = SGD::new(variables.all_vars(), 0.01)?;
    for start in (0..100).step_by(32) {
        let count = 32.min(100 - start);
        let logits = net.forward(&x.narrow(0, start, count)?)?;
        optimizer.backward_step(&loss::cross_entropy(&logits, &y.narrow(0, start, count)?)?)?;
    }
    println!("{}", ops::softmax(&net.forward(&x.narrow(0, 0, 1)?)?, 1)?);
    // end
    Ok(())
}
