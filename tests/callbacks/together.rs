//! Several callbacks, and callbacks in wrappers.

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::Error;
use typenet::callbacks::{Callback, EarlyStopping, LambdaCallback, Training};
use typenet::prelude::*;

use super::{Constant, Play, Stay};

/// What fails at the end of a training.
#[derive(Debug)]
struct Fails;

impl Callback<Constant> for Fails {
    fn on_train_end(&mut self, _: &mut Training<'_, Constant>) -> Result<(), Error> {
        Err(Error::NoSamples)
    }
}

/// Each callback hears of the end, also where another fails: what it holds is put back.
#[test]
fn all_hear_of_the_end() {
    let rng = &mut StdRng::seed_from_u64(0);
    let mut network = Constant::new(rng);
    let mut trainer = Trainer::new(MeanAbsoluteError, Stay(0.5))
        .epochs(2)
        .callback(Play(&[0.25, 0.75]))
        .callback(Fails)
        .callback(EarlyStopping::new("loss").patience(5).restore_best_weights());
    let result = trainer.fit(&mut network, (&[0.0], &[0.0]), rng);
    assert!(matches!(result, Err(Error::NoSamples)), "{result:?}");
    assert_eq!(network.dense.bias[0], 0.25);
}

typenet::network! {
    // so large that its parameters move in the trainer's memory, unless a callback looks at them
    Large = Dense(1 -> 40, tanh), Dense(40 -> 40, tanh), Dense(40 -> 1)
}

/// What looks at a network while it is trained.
type Look<'a> = Box<dyn FnMut(&mut Training<'_, Large>) + 'a>;

/// What looks at each batch sees its step, in whatever it is wrapped.
#[test]
fn a_step_is_seen_through_what_wraps_a_callback() {
    let fit = |wrap: &dyn Fn(Look<'_>, &mut Large)| {
        let start = Large::new(&mut StdRng::seed_from_u64(0));
        let (mut network, mut seen) = (start.clone(), Vec::new());
        let look = |training: &mut Training<'_, Large>| seen.push(training.network.clone());
        wrap(Box::new(look), &mut network);
        assert!(seen.len() == 3 && seen[0] != start && seen[2] == network);
    };
    let data = (&[0.5, 1.0, 1.5], &[1.0, 0.5, 0.0]);
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.01)).batch_size(1);
    let rng = || StdRng::seed_from_u64(1);
    fit(&|look, network| {
        let callback = LambdaCallback::on_batch_end(look);
        trainer().callback(Some(callback)).fit(network, data, &mut rng()).unwrap();
    });
    fit(&|look, network| {
        let callback = LambdaCallback::on_batch_end(look);
        trainer().callback(EarlyStopping::new("loss")).callback(callback).fit(network, data, &mut rng()).unwrap();
    });
    fit(&|look, network| {
        let mut callback = LambdaCallback::on_batch_end(look);
        trainer().callback(&mut callback).callback(()).fit(network, data, &mut rng()).unwrap();
    });
}
