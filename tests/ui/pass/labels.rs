//! Labels name fields and tensors; without one, a layer is called as Keras calls it.

use crate::{labels, rng};

typenet::network! {
    Default = Dense(2 -> 4), Activation(relu), Dense(4), relu, leaky_relu, Dense(2), relu, Activation(tanh);
    Own = input: Dense(2 -> 4), squashed: tanh, r#type: Dense(3), Dense(2), newer: Dense(2), prediction: Activation(softmax);
    Path = my::Gate(2 -> 2), self::my::Gate(2)
}

use crate::own::my;

#[test]
fn labels_are_fields() {
    assert_eq!(
        labels::<Default>(),
        ["dense", "activation", "dense_1", "relu", "leaky_relu", "dense_2", "relu_1", "activation_1"]
    );
    assert_eq!(labels::<Own>(), ["input", "squashed", "type", "dense", "newer", "prediction"]);
    assert_eq!(labels::<Path>(), ["gate", "gate_1"]);
    let mut own = Own::new(&mut rng());
    own.r#type.bias[2] = 7.0;
    own.newer.kernel[(1, 0)] = 8.0;
    assert!(own.predict(&[0.0, 0.0])[0] > 0.0);
}
