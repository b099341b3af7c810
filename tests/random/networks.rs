//! Written by `main.rs`.

use crate::check;

typenet::network! {
    N0 = Dense(5 -> 16, squareplus, bias = false, kernel_regularizer = l1_l2(0.01, 0.02)), Residual(Dense(17,
        log_sigmoid, bias = false), Dense(17 -> 16, softsign));
    N1: f64 = Concatenate(Residual(Minimum(4 -> 2), Dense(4, softplus, kernel_regularizer = l1_l2(0, 0.02))), Dense(4
        -> 2, hard_tanh, bias = false), Activation(4 -> 4, log_softmax)), Normalization(10 -> 10, invert = true),
        [Dense(10 -> 2, elu), Dense(5, softmax, bias = false, kernel_regularizer = l1_l2(0.01, 0.1)), Dense(10, silu);
        2];
    N2: f64 = Embedding(2 -> 2, input_dim = 1), [Dropout(rate = 0); 2], Residual(Dense(40, hard_tanh), Dense(2,
        log_sigmoid)), Concatenate(Dropout(rate = 0), ActivityRegularization(l1 = 0, l2 = 0.1)),
        ActivityRegularization(4 -> 4, l1 = 0, l2 = 0.1), Residual([Maximum, Dense(4, softmax, bias = false); 1]);
    N3 = [Dense(9 -> 33, log_sigmoid), Rescaling(scale = 2, offset = 0), Dense(33 -> 9, squareplus(1)); 3], Dense(4,
        leaky_relu(0.05)), Residual(Concatenate(Dense(4 -> 6, log_softmax), GroupNormalization(groups = 4, epsilon =
        0.1, center = false)), ActivityRegularization(l1 = 0, l2 = 0.03), Dense(4, hard_silu)), Residual(Dense(17,
        relu6, trainable = false), Dense(4, elu)), Dense(4 -> 2, hard_sigmoid, trainable = false);
    N4 = UnitNormalization(8 -> 8), Rescaling(8 -> 8, scale = -1.5, offset = 0.25), Dense(4, log_sigmoid), Dense(24,
        sparsemax), Residual(Dense(40, sparsemax), Dense(24, selu)), GaussianNoise(stddev = 0);
    N5 = Dense(3 -> 2, exponential, bias = false), BatchNormalization(momentum = 1, epsilon = 0.02);
    N6 = Rescaling(5 -> 5, scale = 2, offset = 0.25), PReLU, Dense(16, silu);
    N7: f64 = RMSNormalization(12 -> 12, epsilon = 0.5), BatchNormalization(momentum = 0, epsilon = 0.5), Dense(12 ->
        8, squareplus), Dense(6, softplus, kernel_regularizer = l1_l2(0.01, 0.1)), Dense(8, tanh),
        [[Normalization(invert = true); 3]; 3];
    N8 = Dense(7 -> 15, soft_shrink(0.25)), Concatenate((Dense(15 -> 4, mish), Dense(4 -> 17, sparse_sigmoid)),
        (Normalization(invert = true), [[RMSNormalization(epsilon = 0.5); 2]; 1])),
        Concatenate(Concatenate(UnitNormalization(32 -> 32), Dense(32 -> 7, sparsemax)), (PReLU(32 -> 32),
        LayerNormalization(epsilon = 0.02, scale = false))), Dense(2, sigmoid, kernel_regularizer = l1_l2(0.01, 0.02)),
        Dense(2 -> 4, log_softmax);
    N9 = Concatenate(([Rescaling(4 -> 4, scale = 2, offset = 0.25); 3], Residual(log_softmax)), RepeatVector(4 -> 12)),
        Dense(7, hard_shrink), silu, LayerNormalization(epsilon = 0.02, scale = false), N8(trainable = false),
        Normalization(4 -> 4, invert = true);
    N10 = RepeatVector(8 -> 24), Concatenate(Glu, (RMSNormalization(epsilon = 0.02), PReLU(24 -> 24))), Dense(36 -> 8,
        softsign, bias = false), Rescaling(8 -> 8, scale = 2, offset = 0.25), Dense(8 -> 12, hard_tanh, bias = false);
    N11 = LayerNormalization(6 -> 6, epsilon = 0.1), Normalization(invert = true), Subtract;
    N12: f64 = Dense(3 -> 24, hard_sigmoid), Dense(24 -> 3, relu, bias = false), [Dense(3, sparse_sigmoid); 1],
        Concatenate((Residual(Rescaling(3 -> 3, scale = -1.5, offset = -1)), [Dense(3 -> 1, relu6, bias = false),
        Dense(1 -> 3, squareplus, bias = false); 3]), Dense(15, softplus, bias = false, kernel_regularizer = l1_l2(0,
        0.02)), (ActivityRegularization(l1 = 0, l2 = 0.1), ActivityRegularization(l1 = 0.02, l2 = 0.03))), Dense(40,
        sparsemax, bias = false), Concatenate((UnitNormalization, Dot(normalize = true)), (Residual(Dense(40 -> 2,
        sparsemax), Dense(2 -> 8, gelu_tanh, kernel_regularizer = l1_l2(0, 0.1)), Dense(40, leaky_relu(0.05), bias =
        false)), Activation(40 -> 40, exponential)), LayerNormalization(40 -> 40, epsilon = 0.02, center = false, scale
        = false));
    N13 = Normalization(12 -> 12), UnitNormalization, sparse_plus, Residual(Dense(40, squareplus(1), bias = false),
        Dense(12, hard_shrink, kernel_regularizer = l1_l2(0, 0.02))), Multiply;
    N14 = Embedding(8 -> 8, input_dim = 4), N10, Average;
    N15 = Dense(33 -> 15, sparse_sigmoid), [log_softmax; 3], Concatenate((Dense(15 -> 3, log_softmax),
        Residual(Dense(4, gelu), Dense(3, softmax, bias = false))), Residual([Activation(15 -> 15, leaky_relu),
        BatchNormalization(15 -> 15, momentum = 0.5, epsilon = 0.02, center = false); 3]), (log_softmax,
        Concatenate((Residual(Dense(31, softsign, trainable = false), Dense(31 -> 15, hard_shrink)), Dense(15 -> 16,
        relu)), RMSNormalization(epsilon = 0.02), (Concatenate((Dense(2, mish), Dense(2 -> 12, sparse_plus)), Dense(15
        -> 2, tanh, kernel_regularizer = l1_l2(0.01, 0.02))), Residual(Dot(normalize = true), Dense(3, hard_tanh,
        kernel_regularizer = l1_l2(0.01, 0.1)), Dense(14, linear, bias = false)))))), Dense(5, leaky_relu(0.05)), [N0,
        Dense(5, silu); 1];
    N16: f64 = Concatenate(Glu(4 -> 2), Add(4 -> 2), (Concatenate((Dense(4 -> 12, hard_shrink, bias = false), elu),
        (Dense(4 -> 16, softsign), Residual(Dense(24, squareplus), Dense(4, log_sigmoid), Dense(16, softsign,
        kernel_regularizer = l1_l2(0.01, 0.02)))), UnitNormalization(4 -> 4)), [Dot, Dense(32, sparsemax,
        kernel_regularizer = l1_l2(0, 0.02)); 3])), Dense(4, elu, bias = false), [N1, Dense(4, relu6); 2], PReLU, N1;
    N17: f64 = Activation(8 -> 8, linear), Dot, RMSNormalization(1 -> 1, epsilon = 0.1), [Dense(1 -> 40, linear),
        Dense(40 -> 1, silu, kernel_regularizer = l1_l2(0, 0.02)); 2], Dense(3, leaky_relu(0.05));
    N18: f64 = Concatenate((Dense(1 -> 9, hard_silu), BatchNormalization(momentum = 1, epsilon = 0.02, center =
        false)), (Residual(AlphaDropout(1 -> 1, rate = 0), BatchNormalization(momentum = 0.5, epsilon = 0.5)),
        Residual(Dense(31, softmax, bias = false, kernel_regularizer = l1_l2(0, 0.1)), sparsemax, Dense(1, mish, bias =
        false, kernel_regularizer = l1_l2(0.01, 0.1)))), (Dense(1 -> 40, hard_sigmoid, kernel_regularizer = l1_l2(0.01,
        0.02), trainable = false), Residual(Dense(3, sparsemax, kernel_regularizer = l1_l2(0.01, 0.1)), Normalization,
        Dense(40, elu(0.5))))), Dense(50 -> 8, leaky_relu, kernel_regularizer = l1_l2(0.01, 0.1)), Dense(12, sparsemax);
    N19 = Dense(24 -> 31, sparsemax, kernel_regularizer = l1_l2(0.01, 0.1)), Residual(Dense(2, gelu_tanh), Dense(31,
        soft_shrink(0.25), bias = false)), Concatenate(Dense(4, mish, bias = false), Dense(2, relu, bias = false));
    N20 = Embedding(9 -> 9, input_dim = 4), Dense(9 -> 24, leaky_relu), Concatenate(Dense(8, exponential), Dense(33,
        softmax), N19), Dense(7, relu6), gelu, Concatenate((Dense(24, silu, trainable = false), Add), (Dense(4,
        softmax), BatchNormalization(momentum = 0, epsilon = 0.5, center = false)));
    N21 = Concatenate((Dense(4 -> 12, hard_sigmoid, bias = false), Maximum), (Dense(4 -> 2, selu), Dense(2, softplus,
        bias = false))), RepeatVector(8), Dense(8 -> 4, hard_silu, bias = false), N9, N9, ActivityRegularization(l1 =
        0.02, l2 = 0.03);
    N22 = Dense(4 -> 4, squareplus, kernel_regularizer = l1_l2(0, 0.02)), Concatenate(BatchNormalization(4 -> 4,
        momentum = 0.75, epsilon = 0.02, center = false, scale = false), Activation(4 -> 4, squareplus),
        (Concatenate(threshold(0.25, -1), (Dense(4 -> 33, relu), BatchNormalization(momentum = 1, epsilon = 0.5, center
        = false))), LayerNormalization(epsilon = 0.02))), Dense(6, exponential);
    N23 = N9(4 -> 4), Dense(9, sparse_plus, kernel_regularizer = l1_l2(0.01, 0.1))
}

#[test]
fn network_0() {
    check::<N0, f32, 5, 16>(0);
}

#[test]
fn network_1() {
    check::<N1, f64, 4, 10>(1);
}

#[test]
fn network_2() {
    check::<N2, f64, 2, 4>(2);
}

#[test]
fn network_3() {
    check::<N3, f32, 9, 2>(3);
}

#[test]
fn network_4() {
    check::<N4, f32, 8, 24>(4);
}

#[test]
fn network_5() {
    check::<N5, f32, 3, 2>(5);
}

#[test]
fn network_6() {
    check::<N6, f32, 5, 16>(6);
}

#[test]
fn network_7() {
    check::<N7, f64, 12, 8>(7);
}

#[test]
fn network_8() {
    check::<N8, f32, 7, 4>(8);
}

#[test]
fn network_9() {
    check::<N9, f32, 4, 4>(9);
}

#[test]
fn network_10() {
    check::<N10, f32, 8, 12>(10);
}

#[test]
fn network_11() {
    check::<N11, f32, 6, 3>(11);
}

#[test]
fn network_12() {
    check::<N12, f64, 3, 81>(12);
}

#[test]
fn network_13() {
    check::<N13, f32, 12, 6>(13);
}

#[test]
fn network_14() {
    check::<N14, f32, 8, 6>(14);
}

#[test]
fn network_15() {
    check::<N15, f32, 33, 5>(15);
}

#[test]
fn network_16() {
    check::<N16, f64, 4, 10>(16);
}

#[test]
fn network_17() {
    check::<N17, f64, 8, 3>(17);
}

#[test]
fn network_18() {
    check::<N18, f64, 1, 12>(18);
}

#[test]
fn network_19() {
    check::<N19, f32, 24, 6>(19);
}

#[test]
fn network_20() {
    check::<N20, f32, 9, 16>(20);
}

#[test]
fn network_21() {
    check::<N21, f32, 4, 4>(21);
}

#[test]
fn network_22() {
    check::<N22, f32, 4, 6>(22);
}

#[test]
fn network_23() {
    check::<N23, f32, 4, 9>(23);
}
