use dfdx::optim::{Momentum, Sgd, SgdConfig};
use dfdx::prelude::*;

// for each network
type {name} = {modules};
// end

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Cpu::seed_from_u64({number});
    let config = SgdConfig { lr: 0.01, momentum: Some(Momentum::Classic(0.9)), weight_decay: None };
    // for each network
    let mut net = device.build_module::<{name}, f32>();
    let (x, y) = (device.tensor([[0.5; {inputs}]; 100]), device.tensor([[0.1; {outputs}]; 100]));
    let mut sgd = Sgd::new(&net, config);
    let logits = net.forward_mut(x.clone().trace(net.alloc_grads()));
    let gradients = cross_entropy_with_logits_loss(logits, y).backward();
    sgd.update(&mut net, &gradients).map_err(|error| format!("{error:?}"))?;
    println!("{:?}", net.forward(x).softmax::<Axis<1>>().array()[0]);
    // end
    Ok(())
}
