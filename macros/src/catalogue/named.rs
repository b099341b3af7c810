//! The activations, initialisers, regularizers and constraints.

use super::{Named, Number};

pub const ACTIVATIONS: &[Named] = &[
    named("linear", "Linear", &["identity", "none"]),
    named("relu", "Relu", &["rectifier"]),
    with("leaky_relu", "LeakyRelu", &["lrelu"], Number::May(&[("negative_slope", 0.2)])),
    named("relu6", "Relu6", &[]),
    with("elu", "Elu", &[], Number::May(&[("alpha", 1.0)])),
    named("selu", "Selu", &[]),
    with("celu", "Celu", &[], Number::May(&[("alpha", 1.0)])),
    named("gelu", "Gelu", &[]),
    named("gelu_tanh", "GeluTanh", &["gelu_approximate", "gelu_new"]),
    named("silu", "Silu", &["swish"]),
    named("mish", "Mish", &[]),
    named("sigmoid", "Sigmoid", &["logistic"]),
    named("log_sigmoid", "LogSigmoid", &[]),
    named("hard_sigmoid", "HardSigmoid", &[]),
    named("hard_silu", "HardSilu", &["hard_swish"]),
    named("sparse_sigmoid", "SparseSigmoid", &[]),
    named("tanh", "Tanh", &["hyperbolic_tangent"]),
    named("hard_tanh", "HardTanh", &[]),
    named("softsign", "Softsign", &[]),
    named("softplus", "Softplus", &[]),
    with("squareplus", "Squareplus", &[], Number::May(&[("b", 4.0)])),
    named("sparse_plus", "SparsePlus", &[]),
    named("exponential", "Exponential", &["exp"]),
    with("hard_shrink", "HardShrink", &[], Number::May(&[("threshold", 0.5)])),
    with("soft_shrink", "SoftShrink", &[], Number::May(&[("threshold", 0.5)])),
    named("tanh_shrink", "TanhShrink", &[]),
    with("threshold", "Threshold", &[], Number::Must(&[("threshold", "0.5"), ("default_value", "0.0")])),
    named("softmax", "Softmax", &[]),
    named("log_softmax", "LogSoftmax", &[]),
    named("sparsemax", "Sparsemax", &[]),
];

/// Activations that are always the same number over one output: the number, and what is most likely meant instead.
pub const LONELY: &[(&str, u8, &str, &str)] = &[
    ("softmax", 1, "sigmoid", "one probability"),
    ("sparsemax", 1, "sigmoid", "one probability"),
    ("log_softmax", 0, "log_sigmoid", "the logarithm of one probability"),
];

pub const INITIALIZERS: &[Named] = &[
    named("zeros", "Zeros", &["zero"]),
    named("ones", "Ones", &["one"]),
    with("constant", "Constant", &["fill"], Number::Must(&[("value", "0.1")])),
    named("glorot_uniform", "GlorotUniform", &["xavier_uniform", "xavier"]),
    named("glorot_normal", "GlorotNormal", &["xavier_normal"]),
    named("he_uniform", "HeUniform", &["kaiming_uniform", "kaiming"]),
    named("he_normal", "HeNormal", &["kaiming_normal"]),
    named("lecun_uniform", "LecunUniform", &[]),
    named("lecun_normal", "LecunNormal", &[]),
    with(
        "variance_scaling",
        "VarianceScaling",
        &[],
        Number::Must(&[
            ("scale", "2.0"),
            ("mode", "initializers::Mode::FanIn"),
            ("distribution", "initializers::Distribution::Uniform"),
        ]),
    ),
    with("random_normal", "RandomNormal", &["normal", "randn"], Number::May(&[("mean", 0.0), ("stddev", 0.05)])),
    with("random_uniform", "RandomUniform", &["uniform"], Number::May(&[("minval", -0.05), ("maxval", 0.05)])),
    with("truncated_normal", "TruncatedNormal", &["trunc_normal"], Number::May(&[("mean", 0.0), ("stddev", 0.05)])),
    with("orthogonal", "Orthogonal", &[], Number::May(&[("gain", 1.0)])),
    with("identity", "Identity", &["eye"], Number::May(&[("gain", 1.0)])),
];

pub const REGULARIZERS: &[Named] = &[
    with("l1", "L1", &["lasso"], Number::May(&[("l1", 0.01)])),
    with("l2", "L2", &["ridge"], Number::May(&[("l2", 0.01)])),
    with("l1_l2", "L1L2", &["l1l2", "elastic_net"], Number::May(&[("l1", 0.01), ("l2", 0.01)])),
    with("orthogonal_regularizer", "OrthogonalRegularizer", &["orthogonal"], Number::May(&[("factor", 0.01)])),
    with("orthogonal_columns", "OrthogonalColumns", &[], Number::May(&[("factor", 0.01)])),
];

pub const CONSTRAINTS: &[Named] = &[
    with("max_norm", "MaxNorm", &["maxnorm"], Number::May(&[("max_value", 2.0)])),
    with(
        "min_max_norm",
        "MinMaxNorm",
        &["minmaxnorm"],
        Number::May(&[("min_value", 0.0), ("max_value", 1.0), ("rate", 1.0)]),
    ),
    named("non_neg", "NonNeg", &["nonneg", "non_negative", "positive"]),
    named("unit_norm", "UnitNorm", &["unitnorm"]),
];

/// Numbers called so are never negative, as in Keras.
pub const NEVER_NEGATIVE: &[&str] = &["negative_slope", "l1", "l2", "factor", "stddev", "scale"];

/// What takes numbers called so has a constant function `checked`, which judges those that only the compiler knows.
pub const CHECKED: &[&str] = &["stddev", "scale"];

const fn named(name: &'static str, item: &'static str, alias: &'static [&'static str]) -> Named {
    with(name, item, alias, Number::No)
}

const fn with(name: &'static str, item: &'static str, alias: &'static [&'static str], number: Number) -> Named {
    Named { name, item, alias, number }
}
