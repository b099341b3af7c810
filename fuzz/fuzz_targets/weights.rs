//! Files of weights.
#![no_main]

use libfuzzer_sys::fuzz_target;
use typenet::prelude::*;
use typenet::quantized::Quantized;
use typenet_fuzz::{check, file, rng};

network! {
    Linear = Dense(2 -> 4), Dense(4 -> 4), Dense(4 -> 2);
    Double: f64 = Dense(2 -> 4), Dense(4 -> 4), Dense(4 -> 2)
}

fuzz_target!(|bytes: &[u8]| {
    let path = file(bytes);
    check(&mut Linear::new(&mut rng()), |network| network.load(&path));
    check(&mut Linear::new(&mut rng()), |network| network.load_cast(&path));
    check(&mut Double::new(&mut rng()), |network| network.load_cast(&path));
    if let Ok(network) = Quantized::<Linear>::load(&path) {
        let _ = network.predict(&[0.5, -1e30]);
    }
    if let Ok(summary) = typenet::weights::summary(&path) {
        let text = summary.to_string();
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
});
