//! typenet, through its public API: the default target, for it chooses its instructions at run time.

use std::thread::available_parallelism;

use peers::{Data, Epoch, Peer, Workload};
use typenet::bytemuck::zeroed_box;
use typenet::prelude::*;

network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);

    Mlp = Dense(784 -> 128, relu), Dense(128 -> 10, softmax);

    Large = Dense(784 -> 512, relu), Dense(512 -> 512, relu), Dense(512 -> 10, softmax);

    Deep = [Dense(32 -> 32, tanh); 50], Dense(32 -> 2, softmax)
}

/// As many as there are cores to run on, of which `run` gives one or two.
fn threads() -> usize {
    available_parallelism().map_or(1, usize::from)
}

struct Typenet<N: Network, const I: usize> {
    network: Box<N>,
    pass: Pass<N>,
    workload: Workload,
    batch: usize,
    x: Vec<[f32; I]>,
    classes: Vec<u8>,
}

macro_rules! peer {
    ($network:ident, $inputs:literal) => {
        impl Peer for Typenet<$network, $inputs> {
            fn new(workload: &Workload, data: &Data, parameters: &[f32], batch: usize) -> Self {
                let mut network: Box<$network> = zeroed_box();
                network.as_flat_mut().copy_from_slice(parameters);
                let (x, classes) = (data.x.as_chunks().0.to_vec(), data.classes.clone());
                Self { network, pass: Pass::new().threads(threads()), workload: workload.clone(), batch, x, classes }
            }

            fn fit(&mut self, epochs: usize) -> Vec<Epoch> {
                let Workload { rate, momentum, decay, .. } = self.workload;
                let optimizer = Sgd::new(rate).momentum(momentum).decay(decay);
                let mut trainer = Trainer::new(SparseCategoricalCrossEntropy, optimizer)
                    .epochs(epochs)
                    .batch_size(self.batch)
                    .threads(threads());
                let data = (&self.x, &self.classes);
                let history = trainer.fit(&mut *self.network, data, &mut peers::generator()).expect("good data");
                let epoch = |epoch: &typenet::Epoch| Epoch { loss: epoch.training.loss, seconds: epoch.seconds };
                history.epochs.iter().map(epoch).collect()
            }

            fn predict(&mut self, x: &[f32], probabilities: &mut [f32]) {
                let (x, probabilities) = (x.as_chunks().0, probabilities.as_chunks_mut().0);
                match (x, &mut *probabilities) {
                    ([x], [one]) => *one = self.network.predict(x),
                    _ => self.pass.predict(&*self.network, x, probabilities).expect("a place for each sample"),
                }
            }
        }
    };
}

peer!(Xor, 2);
peer!(Mlp, 784);
peer!(Large, 784);
peer!(Deep, 32);

fn main() {
    let request = peers::Request::from_command_line();
    match request.workload.name {
        "xor" => request.run::<Typenet<Xor, 2>>(),
        "mlp" => request.run::<Typenet<Mlp, 784>>(),
        "large" => request.run::<Typenet<Large, 784>>(),
        _ => request.run::<Typenet<Deep, 32>>(),
    }
}
