//! Every activation, initialiser and option by its name.

use crate::{activations, rng};

typenet::network! {
    Inside =
        Dense(2 -> 2, linear), Dense(2, relu), Dense(2, leaky_relu), Dense(2, elu), Dense(2, gelu), Dense(2, silu),
        Dense(2, sigmoid), Dense(2, tanh), Dense(2, softplus), Dense(2, activation = softmax);
    OnTheirOwn =
        Dense(2 -> 2), linear, relu, leaky_relu, elu, gelu, silu, sigmoid, tanh, softplus, softmax, Activation(relu),
        Activation(2 -> 2, relu), Activation(_ -> 2, activation = tanh);
    First = Activation(2 -> 2, relu), Dense(1);
    Numbers = Dense(2 -> 2, bias_initializer = constant(1)), leaky_relu(0.5), Dense(2, elu(1)), threshold(1, -1);
    Initializers =
        Dense(2 -> 2, kernel_initializer = zeros, bias_initializer = ones),
        Dense(2, bias_initializer = constant(-0.5), kernel_initializer = glorot_uniform),
        Dense(2, kernel_initializer = glorot_normal, activation = relu),
        Dense(2, kernel_initializer = he_uniform, bias = true),
        Dense(2, kernel_initializer = he_normal, bias = false),
        Dense(2, kernel_initializer = lecun_uniform, bias_initializer = constant(HALF)),
        Dense(2, bias = false, softmax, kernel_initializer = lecun_normal)
}

const HALF: f64 = 0.5;

const NAMES: [&str; 10] =
    ["linear", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "softmax"];

#[test]
fn activations_by_name() {
    assert_eq!(activations::<Inside>(), NAMES);
    assert_eq!(activations::<OnTheirOwn>()[1..11], NAMES);
    assert_eq!(activations::<OnTheirOwn>()[11..], ["relu", "relu", "tanh"]);
    assert_eq!(activations::<First>(), ["relu", "linear"]);
}

#[test]
fn numbers_may_be_integers() {
    assert_eq!(activations::<Numbers>(), ["linear", "leaky_relu(0.5)", "elu(1.0)", "threshold(1.0, -1.0)"]);
    assert_eq!(Numbers::new(&mut rng()).dense.bias.as_slice(), [1.0, 1.0]);
}

#[test]
fn options_do_what_they_say() {
    let network = Initializers::new(&mut rng());
    assert!(network.dense.kernel.iter().all(|w| *w == 0.0) && network.dense.bias.iter().all(|b| *b == 1.0));
    assert!(network.dense_1.bias.iter().all(|b| *b == -0.5));
    assert!(network.dense_5.bias.iter().all(|b| *b == 0.5));
    assert_eq!((network.dense_4.bias.len(), network.dense_6.bias.len()), (0, 0));
    assert!(network.dense_6.kernel.iter().all(|w| *w != 0.0));
    assert_eq!(Initializers::PARAMETERS, 5 * 6 + 2 * 4);
}
