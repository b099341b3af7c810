//! What there is: one row for each layer, activation, initialiser and option. A new one costs one row here.

mod layers;
mod named;

pub use self::layers::{
    ACTIVATION, BATCH_NORMALIZATION, COSTLY, GROUPS, KERNEL, LAYERS, NEVER_TRAINED, TRAINABLE, WHOLE,
};
pub use self::named::{ACTIVATIONS, CHECKED, CONSTRAINTS, INITIALIZERS, LONELY, NEVER_NEGATIVE, REGULARIZERS};
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
    /// One of two halves; the sizes need not be written: `Type<IN, OUT>`.
    OfHalves,
    /// Some of those that go in: `Type<IN, OUT>`.
    Part,
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
    /// The builder's method; of a flag, the one that makes it what it is not by default. The activation goes to `new`.
    /// Of a regularizer or a constraint, the field that it is for.
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

/// Whether layers stand in this layer's parentheses.
pub fn goes_around(name: &str) -> bool {
    find(LAYERS, name).is_some_and(|row| row.shape == ShapeRule::Around)
}

/// Whether branches stand in this layer's parentheses.
pub fn has_branches(name: &str) -> bool {
    find(LAYERS, name).is_some_and(|row| row.shape == ShapeRule::Branches)
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

/// What to write in place of a layer of Keras that has no place here.
pub fn needless(name: &str) -> Option<&'static str> {
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    Some(match name {
        "Input" | "InputLayer" => "leave it out: the first layer states its inputs, as `Dense(2 -> 4)`",
        "Flatten" | "Reshape" | "Permute" => "leave it out: a sample is one row of numbers already",
        "Sequential" | "Model" => "leave it out: layers in a row are a list, as `Dense(2 -> 4, relu), Dense(1)`",
        _ if has(&["Conv", "Pool", "LSTM", "GRU", "RNN", "Attention"]) => {
            "there are no layers of pictures and sequences: a sample is one row of numbers"
        }
        _ => return None,
    })
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
