//! What is no checkpoint of this training is refused, and nothing changes.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::callbacks::{EarlyStopping, ReduceLrOnPlateau};
use typenet::prelude::*;
use typenet::{Error, network};

network! {
    Net = Dense(2 -> 3, tanh), Dense(3 -> 1);
    Wider = Dense(2 -> 4, tanh), Dense(4 -> 1);
    Other = Dense(2 -> 3, relu), Dense(3 -> 1);
    Double: f64 = Dense(2 -> 3, tanh), Dense(3 -> 1);
    Noisy = Dense(2 -> 3, tanh), Dropout(0.5), Dense(1)
}

const X: [[f32; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
const Y: [f32; 4] = [0.0, 1.0, 1.0, 0.0];

/// A macro, since each trainer has another type.
macro_rules! refused {
    ($path:expr, $expected:expr, $network:ident, $trainer:expr) => {
        refused!($path, $expected, $network, $trainer, (&X, &Y), 1)
    };
    ($path:expr, $expected:expr, $network:ident, $trainer:expr, $data:expr, $seed:expr) => {{
        let rng = &mut StdRng::seed_from_u64($seed);
        let mut network = $network::new(rng);
        let before = network.clone();
        let mut trainer = $trainer.epochs(4).checkpoint($path);
        let error = trainer.fit(&mut network, $data, rng).unwrap_err();
        assert_eq!(network, before, "{error}");
        assert_eq!(trainer.iteration(), 0, "{error}");
        let error = error.to_string();
        assert!(error.contains($expected), "{error}");
    }};
}

fn sgd() -> Sgd {
    Sgd::new(0.1).momentum(0.9)
}

fn trainer<N: Network>() -> Trainer<N, MeanSquaredError, Sgd> {
    Trainer::new(MeanSquaredError, sgd())
}

fn write(path: &Path) {
    let rng = &mut StdRng::seed_from_u64(1);
    let mut network = Net::new(rng);
    let callback = EarlyStopping::new("loss").patience(9).restore_best_weights();
    let trainer = trainer().epochs(3).checkpoint(path);
    trainer.callback(callback).fit(&mut network, (&X, &Y), rng).unwrap();
}

fn fit(path: &Path, epochs: usize) -> (Net, Net, Result<History, Error>) {
    let rng = &mut StdRng::seed_from_u64(1);
    let mut network = Net::new(rng);
    let before = network.clone();
    let callback = EarlyStopping::new("loss").patience(9).restore_best_weights();
    let trainer = trainer().epochs(epochs).checkpoint(path);
    let result = trainer.callback(callback).fit(&mut network, (&X, &Y), rng);
    (network, before, result)
}

#[test]
fn another_training() {
    let directory = tempfile::tempdir().unwrap();
    let path = &directory.path().join("checkpoint");
    write(path);
    let bytes = fs::read(path).unwrap();
    let (x, y) = (X.map(|x| x.map(f64::from)), Y.map(f64::from));
    let layers = "the network in it is `Net: f32 = Dense(2 -> 3, tanh), Dense(3 -> 1, linear)`, but this one is `";
    refused!(path, layers, Wider, trainer());
    refused!(path, layers, Other, trainer());
    let tensor = "tensor `parameters.dense.kernel` should be F64 [2, 3]";
    refused!(path, tensor, Double, trainer(), (&x, &y), 1);
    let momentum = Trainer::new(MeanSquaredError, sgd().nesterov());
    refused!(path, "its optimizer is `Sgd {", Net, momentum);
    refused!(path, "but here it is `Adam {", Net, Trainer::new(MeanSquaredError, Adam::new(0.1)));
    refused!(path, "but here it is `Extended {", Net, Trainer::new(MeanSquaredError, sgd().clipvalue(1.0)));
    let absolute = Trainer::new(MeanAbsoluteError, sgd());
    refused!(path, "its loss is `MeanSquaredError`, but here it is `MeanAbsoluteError`", Net, absolute);
    refused!(path, "its seed is `", Net, trainer(), (&X, &Y), 2);
    let order = "its order of samples is `shuffled`, but here it is `as given`";
    refused!(path, order, Net, trainer().shuffle(false));
    refused!(path, "learning_rate: 0.2, ", Net, Trainer::new(MeanSquaredError, Sgd::new(0.2).momentum(0.9)));
    refused!(path, "its batch size is `32`, but here it is `2`", Net, trainer().batch_size(2));
    refused!(path, "its number of steps per epoch is `all`, but here it is `1`", Net, trainer().steps_per_epoch(1));
    refused!(path, "its number of samples is `4`, but here it is `3`", Net, trainer(), (&X[..3], &Y[..3]), 1);
    refused!(path, "its number of samples is `4`, but here it is `3`", Net, trainer().validation_split(0.25));
    let scores =
        "its table of scores is `epoch,loss,learning_rate,seconds`, but here it is `epoch,loss,root_mean_squared_error";
    refused!(path, scores, Net, trainer().metric(RootMeanSquaredError));
    refused!(path, "the callbacks are others", Net, trainer());
    let two = trainer().callback(EarlyStopping::new("loss").restore_best_weights());
    refused!(path, "the callbacks are others", Net, two.callback(ReduceLrOnPlateau::new("loss")));
    let (network, before, result) = fit(path, 2);
    assert!(result.unwrap_err().to_string().contains("it has 3 epochs, but here are 2 in total"));
    assert_eq!(network, before);
    assert_eq!(fs::read(path).unwrap(), bytes, "the file stays as it was");
}

#[test]
fn another_order_where_layers_draw_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = &directory.path().join("checkpoint");
    let rng = &mut StdRng::seed_from_u64(1);
    let mut noisy = Noisy::new(rng);
    trainer().epochs(3).checkpoint(path).fit(&mut noisy, (&X, &Y), rng).unwrap();
    let order = "its order of samples is `shuffled`, but here it is `as given`";
    refused!(path, order, Noisy, trainer().shuffle(false));
}

#[test]
fn another_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = &directory.path().join("checkpoint");
    refused!(directory.path(), "cannot read `", Net, trainer());
    Net::new(&mut StdRng::seed_from_u64(1)).save(path).unwrap();
    refused!(path, "it is no checkpoint: there is no tensor `callbacks`", Net, trainer());
    fs::write(path, b"").unwrap();
    refused!(path, "it is no safetensors file: it ends after 0 bytes", Net, trainer());
}

#[test]
fn a_damaged_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = &directory.path().join("checkpoint");
    write(path);
    let bytes = fs::read(path).unwrap();
    let refuse = |bytes: &[u8], what: &str| {
        fs::write(path, bytes).unwrap();
        let (network, before, result) = fit(path, 4);
        assert!(matches!(result, Err(Error::Checkpoint { .. })), "{what}: {result:?}");
        assert_eq!(network, before, "{what}");
    };
    for length in 0..bytes.len() {
        refuse(&bytes[..length], &format!("the first {length} bytes"));
    }
    for place in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1 << (place % 8);
        refuse(&bytes, &format!("another bit in byte {place}"));
    }
    let rng = &mut StdRng::seed_from_u64(6);
    for _ in 0..1000 {
        let mut bytes = bytes.clone();
        for _ in 0..rng.random_range(1..20) {
            let place = rng.random_range(0..bytes.len());
            bytes[place] = bytes[place].wrapping_add(rng.random_range(1..=255));
        }
        refuse(&bytes, "other bytes");
    }
    fs::write(path, &bytes).unwrap();
    assert_eq!(fit(path, 4).2.unwrap().epochs.len(), 4);
}
