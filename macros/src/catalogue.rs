//! What there is: one row for each layer, activation, initialiser and option. A new one costs one row here.

use crate::errors::similar;

/// A built-in layer: a type in `typenet::layers`.
///
/// The type's parameters are its sizes and then its options, in the order of [`options`](Self::options). A value of it
/// is `Type::new(ACTIVATION)`, followed by one builder call for each option that differs from its default.
pub struct Layer {
    /// The name in a declaration.
    pub name: &'static str,
    /// The name of the type.
    pub item: &'static str,
    /// What people who come from elsewhere call it.
    pub alias: &'static [&'static str],
    pub shape: ShapeRule,
    pub options: &'static [LayerOption],
    /// How many numbers it trains, as a product of sums.
    pub parameters: &'static [&'static [Term]],
}

/// What comes out of a layer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ShapeRule {
    /// What the layers that stand in its parentheses give back, which must be what they take: `Type<LAYER>`.
    Around,
    /// What the branches that stand in its parentheses give together: `Type<FIRST, SECOND, A, B, OUT>`.
    Branches,
    /// As many numbers as the layer's output says: `Type<IN, OUT>`.
    Free,
    /// As many as go in; the sizes need not be written: `Type<N>`.
    Same,
    /// Half as many as go in; the sizes need not be written: `Type<IN, OUT>`.
    Half,
    /// Several for each that goes in: `Type<IN, OUT>`.
    Multiple,
    /// A row of a table for each that goes in: `Type<IN, OUT, WIDTH>`.
    Rows,
}

/// A summand in a layer's number of parameters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Term {
    Inputs,
    Outputs,
    /// How many numbers come out for each that goes in.
    Each,
    /// The size that this option gives.
    Size(&'static str),
    /// 1 if this flag is on.
    Flag(&'static str),
    Number(u8),
}

/// An option of a layer. Its value may be written alone if it is an activation or the layer's only number.
pub struct LayerOption {
    pub name: &'static str,
    pub value: OptionKind,
    /// As it would be written; `None` if the option must be given.
    pub default: Option<&'static str>,
    /// The builder's method; of a flag, the one that turns it off. The activation goes to `new`. Of a regularizer or a
    /// constraint, the field that it is for.
    pub method: &'static str,
}

/// What an option takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    Activation,
    Initializer,
    /// Nothing by default. The layer's type and value do not tell.
    Regularizer,
    /// As a regularizer.
    Constraint,
    /// `true` or `false`: a `usize` of 1 or 0 among the type's parameters.
    Flag,
    /// `true` or `false`, which is the network's matter: the layer's type and value do not tell.
    Trainable,
    /// A number, which the type does not tell.
    Number,
    /// A size, which must be given, among the type's parameters.
    Size,
    /// A number within limits, which must be given; its name need not.
    Alone(Limits),
}

/// What a number may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// At least 0 and less than 1.
    Rate,
    /// At least 0.
    NotNegative,
}

impl Limits {
    /// Whether a number is one, and what it has to be.
    pub fn check(self, number: f64) -> Result<(), &'static str> {
        match self {
            Self::Rate if !(0.0..1.0).contains(&number) => Err("is at least 0 and less than 1"),
            Self::NotNegative if number < 0.0 => Err("is not negative"),
            Self::Rate | Self::NotNegative => Ok(()),
        }
    }
}

/// A built-in activation, initialiser, regularizer or constraint: a unit struct, or one around numbers.
pub struct Named {
    /// The name in a declaration.
    pub name: &'static str,
    /// The name of the struct.
    pub item: &'static str,
    /// What people who come from elsewhere call it.
    pub alias: &'static [&'static str],
    pub number: Number,
}

/// The numbers that a name takes, as `constant(0.1)`: what each is, by Keras's name, with an example or its default.
#[derive(Clone, Copy, PartialEq)]
pub enum Number {
    No,
    /// As these, for instance.
    Must(&'static [(&'static str, &'static str)]),
    /// They are these if none is written.
    May(&'static [(&'static str, f64)]),
}

impl Named {
    /// What its numbers are called.
    pub fn numbers(&self) -> Vec<&'static str> {
        match self.number {
            Number::No => Vec::new(),
            Number::Must(numbers) => numbers.iter().map(|(name, _)| *name).collect(),
            Number::May(numbers) => numbers.iter().map(|(name, _)| *name).collect(),
        }
    }

    /// How to write it.
    pub fn example(&self) -> String {
        let numbers: Vec<String> = match self.number {
            Number::No => return self.name.to_owned(),
            Number::Must(numbers) => numbers.iter().map(|(_, example)| (*example).to_owned()).collect(),
            Number::May(numbers) => numbers.iter().map(|(_, default)| format!("{default:?}")).collect(),
        };
        format!("{}({})", self.name, numbers.join(", "))
    }
}

/// Numbers called so are never negative, as in Keras.
pub const NEVER_NEGATIVE: &[&str] = &["negative_slope", "l1", "l2", "factor"];

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
    Layer {
        name: "Glu",
        item: "Glu",
        alias: &["GatedLinearUnit"],
        shape: ShapeRule::Half,
        options: &[],
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
        alias: &["Skip", "Shortcut", "Add", "ResidualBlock"],
        shape: ShapeRule::Around,
        options: &[],
        parameters: &[],
    },
];

impl Layer {
    /// Whether its only option may be written without its name.
    pub fn takes_number(&self) -> bool {
        self.options.iter().any(|option| matches!(option.value, OptionKind::Alone(_)))
    }

    /// Whether layers stand in its parentheses.
    pub fn holds_layers(&self) -> bool {
        matches!(self.shape, ShapeRule::Around | ShapeRule::Branches)
    }

    /// Whether it ends in an activation.
    pub fn takes_activation(&self) -> bool {
        self.options.iter().any(|option| option.value == OptionKind::Activation)
    }
}

/// Whether layers stand in this layer's parentheses.
pub fn goes_around(name: &str) -> bool {
    find(LAYERS, name).is_some_and(|row| row.shape == ShapeRule::Around)
}

/// Whether branches stand in this layer's parentheses.
pub fn has_branches(name: &str) -> bool {
    find(LAYERS, name).is_some_and(|row| row.shape == ShapeRule::Branches)
}

/// What every layer with parameters can be told, one's own and networks too.
pub const TRAINABLE: LayerOption =
    LayerOption { name: "trainable", value: OptionKind::Trainable, default: Some("true"), method: "" };

/// The tensor that is a matrix; all others are vectors.
pub const KERNEL: &str = "kernel";

/// The layer that sees all tiles of a batch at once.
pub const BATCH_NORMALIZATION: &str = "BatchNormalization";

/// The layer whose outputs cost something.
pub const COSTLY: &str = "ActivityRegularization";

/// The only tensor of a layer, where it stands in no field of its own.
pub const WHOLE: &str = "";

/// The layer that a bare activation is.
pub const ACTIVATION: &str = "Activation";

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

const fn named(name: &'static str, item: &'static str, alias: &'static [&'static str]) -> Named {
    with(name, item, alias, Number::No)
}

const fn with(name: &'static str, item: &'static str, alias: &'static [&'static str], number: Number) -> Named {
    Named { name, item, alias, number }
}

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

/// What has a name in a declaration.
pub trait Entry: 'static {
    fn name(&self) -> &'static str;
    fn alias(&self) -> &'static [&'static str];
}

impl Entry for Layer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn alias(&self) -> &'static [&'static str] {
        self.alias
    }
}

impl Entry for Named {
    fn name(&self) -> &'static str {
        self.name
    }

    fn alias(&self) -> &'static [&'static str] {
        self.alias
    }
}

/// The row of this name.
pub fn find<E: Entry>(rows: &'static [E], name: &str) -> Option<&'static E> {
    rows.iter().find(|row| row.name() == name)
}

/// How to write what was meant by `name`.
pub fn suggestion<E: Entry>(what: &str, known: &'static E, name: &str) -> String {
    if known.alias().iter().any(|alias| alias.eq_ignore_ascii_case(name)) {
        format!("`{name}` is called `{}` here", known.name())
    } else {
        format!("{what} with a similar name exists: `{}`", known.name())
    }
}

/// The names of all rows.
pub fn names<E: Entry>(rows: &'static [E]) -> impl Iterator<Item = &'static str> {
    rows.iter().map(Entry::name)
}

/// The row that somebody most likely meant: by a similar name, or by what it is called elsewhere.
pub fn meant<E: Entry>(rows: &'static [E], name: &str) -> Option<&'static E> {
    let elsewhere = || rows.iter().find(|row| row.alias().iter().any(|alias| alias.eq_ignore_ascii_case(name)));
    similar(name, names(rows)).and_then(|known| find(rows, known)).or_else(elsewhere)
}
