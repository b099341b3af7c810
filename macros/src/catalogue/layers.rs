//! The layers.

use super::{Layer, LayerOption, Limits, OptionKind, ShapeRule, Term};

pub const LAYERS: &[Layer] = &[
    Layer {
        name: "Dense",
        item: "Dense",
        alias: &["Linear", "FullyConnected", "Fc", "Affine"],
        shape: ShapeRule::Free,
        options: &[
            activation(Some("linear")),
            initializer("kernel_initializer", "glorot_uniform"),
            initializer("bias_initializer", "zeros"),
            flag("bias", "true", "without_bias"),
            regularizer("kernel_regularizer", KERNEL),
            regularizer("bias_regularizer", "bias"),
            constraint("kernel_constraint", KERNEL),
            constraint("bias_constraint", "bias"),
            TRAINABLE,
        ],
        parameters: &[&[Term::Inputs, Term::Flag("bias")], &[Term::Outputs]],
    },
    Layer {
        name: ACTIVATION,
        item: "ActivationLayer",
        alias: &["ActivationLayer"],
        shape: ShapeRule::Same,
        options: &[activation(None)],
        parameters: &[&[]],
    },
    Layer {
        name: NEVER_TRAINED,
        item: "Normalization",
        alias: &["Normalizer", "Standardization", "StandardScaler"],
        shape: ShapeRule::Same,
        options: &[flag("invert", "false", "inverted")],
        parameters: &[&[Term::Number(2)], &[Term::Inputs]],
    },
    Layer {
        name: BATCH_NORMALIZATION,
        item: "BatchNormalization",
        alias: &["BatchNorm", "BN", "BatchNorm1d"],
        shape: ShapeRule::Same,
        options: &[
            number("momentum", Some("0.99")),
            number("epsilon", Some("1e-3")),
            flag("center", "true", "without_center"),
            flag("scale", "true", "without_scale"),
            initializer("beta_initializer", "zeros"),
            initializer("gamma_initializer", "ones"),
            initializer("moving_mean_initializer", "zeros"),
            initializer("moving_variance_initializer", "ones"),
            regularizer("beta_regularizer", "beta"),
            regularizer("gamma_regularizer", "gamma"),
            constraint("beta_constraint", "beta"),
            constraint("gamma_constraint", "gamma"),
            TRAINABLE,
        ],
        parameters: &[&[Term::Flag("center"), Term::Flag("scale"), Term::Number(2)], &[Term::Inputs]],
    },
    Layer {
        name: "LayerNormalization",
        item: "LayerNormalization",
        alias: &["LayerNorm", "LN"],
        shape: ShapeRule::Same,
        options: &[
            number("epsilon", Some("1e-3")),
            flag("center", "true", "without_center"),
            flag("scale", "true", "without_scale"),
            initializer("beta_initializer", "zeros"),
            initializer("gamma_initializer", "ones"),
            regularizer("beta_regularizer", "beta"),
            regularizer("gamma_regularizer", "gamma"),
            constraint("beta_constraint", "beta"),
            constraint("gamma_constraint", "gamma"),
            TRAINABLE,
        ],
        parameters: &[&[Term::Flag("center"), Term::Flag("scale")], &[Term::Inputs]],
    },
    Layer {
        name: "GroupNormalization",
        item: "GroupNormalization",
        alias: &["GroupNorm", "GN"],
        shape: ShapeRule::Same,
        options: &[
            LayerOption { name: GROUPS, value: OptionKind::Size, default: None, method: "" },
            number("epsilon", Some("1e-3")),
            flag("center", "true", "without_center"),
            flag("scale", "true", "without_scale"),
            initializer("beta_initializer", "zeros"),
            initializer("gamma_initializer", "ones"),
            regularizer("beta_regularizer", "beta"),
            regularizer("gamma_regularizer", "gamma"),
            constraint("beta_constraint", "beta"),
            constraint("gamma_constraint", "gamma"),
            TRAINABLE,
        ],
        parameters: &[&[Term::Flag("center"), Term::Flag("scale")], &[Term::Inputs]],
    },
    Layer {
        name: "RMSNormalization",
        item: "RmsNormalization",
        alias: &["RMSNorm"],
        shape: ShapeRule::Same,
        options: &[number("epsilon", Some("1e-6")), TRAINABLE],
        parameters: &[&[Term::Inputs]],
    },
    Layer {
        name: "UnitNormalization",
        item: "UnitNormalization",
        alias: &["UnitNorm", "L2Normalize"],
        shape: ShapeRule::Same,
        options: &[],
        parameters: &[&[]],
    },
    Layer {
        name: "PReLU",
        item: "PRelu",
        alias: &["ParametricReLU"],
        shape: ShapeRule::Same,
        options: &[
            initializer("alpha_initializer", "zeros"),
            regularizer("alpha_regularizer", WHOLE),
            constraint("alpha_constraint", WHOLE),
            TRAINABLE,
        ],
        parameters: &[&[Term::Inputs]],
    },
    Layer {
        name: "Rescaling",
        item: "Rescaling",
        alias: &["Rescale"],
        shape: ShapeRule::Same,
        options: &[number("scale", None), number("offset", Some("0.0"))],
        parameters: &[&[]],
    },
    halves("Glu", &["GatedLinearUnit"]),
    halves("Add", &["Sum"]),
    halves("Subtract", &["Sub", "Difference"]),
    halves("Multiply", &["Mul", "Product"]),
    halves("Average", &["Mean"]),
    halves("Maximum", &["Max"]),
    halves("Minimum", &["Min"]),
    Layer {
        name: "Dot",
        item: "Dot",
        alias: &["DotProduct", "CosineSimilarity", "InnerProduct"],
        shape: ShapeRule::OfHalves,
        options: &[flag("normalize", "false", "normalized")],
        parameters: &[&[]],
    },
    Layer {
        name: "RepeatVector",
        item: "RepeatVector",
        alias: &["Tile"],
        shape: ShapeRule::Multiple,
        options: &[],
        parameters: &[&[]],
    },
    part("First", &["Take", "Head", "Cropping1D", "Slice"]),
    part("Last", &["Tail"]),
    Layer {
        name: "Embedding",
        item: "Embedding",
        alias: &["Lookup", "EmbeddingBag"],
        shape: ShapeRule::Rows,
        options: &[
            LayerOption { name: "input_dim", value: OptionKind::Size, default: None, method: "" },
            initializer("embeddings_initializer", "random_uniform"),
            regularizer("embeddings_regularizer", WHOLE),
            constraint("embeddings_constraint", WHOLE),
            TRAINABLE,
        ],
        parameters: &[&[Term::Size("input_dim")], &[Term::Each]],
    },
    Layer {
        name: "Dropout",
        item: "Dropout",
        alias: &["DropOut", "dropout"],
        shape: ShapeRule::Same,
        options: &[alone("rate", Limits::Rate)],
        parameters: &[&[]],
    },
    Layer {
        name: "GaussianDropout",
        item: "GaussianDropout",
        alias: &["MultiplicativeNoise"],
        shape: ShapeRule::Same,
        options: &[alone("rate", Limits::Rate)],
        parameters: &[&[]],
    },
    Layer {
        name: "AlphaDropout",
        item: "AlphaDropout",
        alias: &["SeluDropout"],
        shape: ShapeRule::Same,
        options: &[alone("rate", Limits::Rate)],
        parameters: &[&[]],
    },
    Layer {
        name: "GaussianNoise",
        item: "GaussianNoise",
        alias: &["Noise"],
        shape: ShapeRule::Same,
        options: &[alone("stddev", Limits::NotNegative)],
        parameters: &[&[]],
    },
    Layer {
        name: COSTLY,
        item: "ActivityRegularization",
        alias: &["ActivityRegularizer", "activity_regularizer"],
        shape: ShapeRule::Same,
        options: &[number("l1", Some("0.0")), number("l2", Some("0.0"))],
        parameters: &[&[]],
    },
    Layer {
        name: "Concatenate",
        item: "Concatenate",
        alias: &["Concat", "Cat", "Parallel", "Branches"],
        shape: ShapeRule::Branches,
        options: &[],
        parameters: &[],
    },
    Layer {
        name: "Residual",
        item: "Residual",
        alias: &["Skip", "Shortcut", "ResidualBlock"],
        shape: ShapeRule::Around,
        options: &[],
        parameters: &[],
    },
];

/// What every layer with parameters can be told, one's own and networks too.
pub const TRAINABLE: LayerOption =
    LayerOption { name: "trainable", value: OptionKind::Trainable, default: Some("true"), method: "" };

/// The tensor that is a matrix; all others are vectors.
pub const KERNEL: &str = "kernel";

/// The layer that sees all tiles of a batch at once.
pub const BATCH_NORMALIZATION: &str = "BatchNormalization";

/// The layer whose parameters no optimizer moves.
pub const NEVER_TRAINED: &str = "Normalization";

/// How many groups of inputs there are, as large as each other.
pub const GROUPS: &str = "groups";

/// The layer whose outputs cost something.
pub const COSTLY: &str = "ActivityRegularization";

/// The only tensor of a layer, where it stands in no field of its own.
pub const WHOLE: &str = "";

/// The layer that a bare activation is.
pub const ACTIVATION: &str = "Activation";

const fn activation(default: Option<&'static str>) -> LayerOption {
    LayerOption { name: "activation", value: OptionKind::Activation, default, method: "" }
}

const fn initializer(name: &'static str, default: &'static str) -> LayerOption {
    LayerOption { name, value: OptionKind::Initializer, default: Some(default), method: name }
}

const fn flag(name: &'static str, default: &'static str, method: &'static str) -> LayerOption {
    LayerOption { name, value: OptionKind::Flag, default: Some(default), method }
}

const fn regularizer(name: &'static str, field: &'static str) -> LayerOption {
    LayerOption { name, value: OptionKind::Regularizer, default: Some(""), method: field }
}

const fn constraint(name: &'static str, field: &'static str) -> LayerOption {
    LayerOption { name, value: OptionKind::Constraint, default: Some(""), method: field }
}

const fn number(name: &'static str, default: Option<&'static str>) -> LayerOption {
    LayerOption { name, value: OptionKind::Number, default, method: name }
}

const fn alone(name: &'static str, limits: Limits) -> LayerOption {
    LayerOption { name, value: OptionKind::Alone(limits), default: None, method: name }
}

/// A layer without options that gives some of the numbers that it takes.
const fn part(name: &'static str, alias: &'static [&'static str]) -> Layer {
    Layer { name, item: name, alias, shape: ShapeRule::Part, options: &[], parameters: &[&[]] }
}

/// A layer without options that gives half as many numbers as it takes.
const fn halves(name: &'static str, alias: &'static [&'static str]) -> Layer {
    Layer { name, item: name, alias, shape: ShapeRule::Half, options: &[], parameters: &[&[]] }
}
