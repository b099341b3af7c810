//! The checked network: what is left to write once every mistake is mended.

mod size;

use core::fmt;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, Path, Visibility};

pub use self::size::{Count, Size, located_at};
use crate::catalogue::{self, BATCH_NORMALIZATION, COSTLY, LayerOption, NEVER_TRAINED, Named, OptionKind, Term};
use crate::errors::Mistake;
use crate::syntax::text;

pub struct Network {
    pub attributes: Vec<Attribute>,
    pub visibility: Visibility,
    pub name: Ident,
    /// `f32` or `f64`.
    pub scalar: Ident,
    /// At least one.
    pub layers: Vec<Layer>,
    /// What only the compiler can compare.
    pub meetings: Vec<Meeting>,
}

/// Two sizes that must be the same: a stated input, and what the layer before produces.
pub struct Meeting {
    /// What goes into a layer.
    pub taken: Size,
    /// What comes out of the layer before it.
    pub produced: Size,
}

pub struct Layer {
    /// The name of the field.
    pub label: Ident,
    pub kind: Kind,
    pub inputs: Size,
    pub outputs: Size,
    /// As the user would write it, with both sizes.
    pub written: String,
}

pub enum Kind {
    BuiltIn {
        row: &'static catalogue::Layer,
        /// Where its name stands.
        span: Span,
        /// In the order of the row's options.
        settings: Vec<Setting>,
        /// The names of options where they are written.
        names: Vec<Ident>,
    },
    /// A user's layer, and the builder calls that its options are.
    Own { path: Path, calls: Vec<(Ident, TokenStream)>, trainable: bool },
    /// Another network.
    Network {
        path: Path,
        /// Its type: the path, after the check that a network is what stands there.
        network: TokenStream,
        /// That of its last layer, as documentation shows it.
        activation: String,
        parameters: Count,
        trainable: bool,
        /// What a layer of it may do that few do.
        may: Vec<Special>,
    },
    /// A way around a layer.
    Residual { span: Span, inner: Box<Layer> },
    /// Two branches side by side, of which the second may be two again.
    Concatenate { span: Span, first: Box<Layer>, second: Box<Layer> },
    /// The same layer several times in a row.
    Repeat { inner: Box<Layer>, copies: Size },
}

/// What few layers do. Of networks without such a layer nothing of it is written; of other people's layers and networks
/// only the compiler knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// It sees all tiles of a batch at once.
    Meets,
    /// Its outputs cost something.
    Costs,
    /// Its parameters cost something.
    Regularized,
    /// Its parameters must be something.
    Constrained,
}

impl Special {
    pub const ALL: [Self; 4] = [Self::Meets, Self::Costs, Self::Regularized, Self::Constrained];
}

/// The value of an option.
#[derive(Clone)]
pub enum Setting {
    Item(Item),
    Flag(bool),
    /// No regularizer, or no constraint.
    Nothing,
    /// As it is written; `None` for the default.
    Number(Option<TokenStream>),
    Size(Size),
}

/// An activation, an initialiser, a regularizer or a constraint.
#[derive(Clone)]
pub enum Item {
    BuiltIn {
        row: &'static Named,
        span: Span,
        number: Option<TokenStream>,
    },
    Own(Path),
    /// The activation of another network's last layer, and how documentation shows it.
    HeadOf(TokenStream, String),
    /// After a mistake.
    Unknown(Mistake),
}

impl Network {
    /// How many of its first layers have nothing to train, and so need no backward pass.
    pub fn untrained(&self) -> usize {
        let untrained = |layer: &&Layer| !layer.trainable() || layer.parameters() == Count::Number(0);
        self.layers.iter().take_while(untrained).count()
    }

    /// Whether a layer of it may do this.
    pub fn may(&self, special: Special) -> bool {
        self.layers.iter().any(|layer| layer.may(special))
    }
}

impl Layer {
    /// The activation, if the layer ends in one.
    pub fn activation(&self) -> Option<Item> {
        match &self.kind {
            Kind::BuiltIn { row, settings, .. } => {
                row.options.iter().zip(settings).find_map(|(option, setting)| match setting {
                    Setting::Item(item) if option.value == OptionKind::Activation => Some(item.clone()),
                    _ => None,
                })
            }
            Kind::Network { network, activation, .. } => Some(Item::HeadOf(network.clone(), activation.clone())),
            Kind::Own { .. } | Kind::Residual { .. } | Kind::Concatenate { .. } | Kind::Repeat { .. } => None,
        }
    }

    /// The activation, as documentation and summaries show it.
    pub fn activation_shown(&self) -> String {
        match &self.kind {
            Kind::Repeat { inner, .. } => inner.activation_shown(),
            _ => self.activation().map_or_else(|| "linear".to_owned(), |item| item.to_string()),
        }
    }

    /// The layer's name in summaries.
    pub fn kind(&self) -> String {
        match &self.kind {
            Kind::BuiltIn { row, .. } => row.name.to_owned(),
            Kind::Own { path, .. } | Kind::Network { path, .. } => {
                path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
            }
            Kind::Residual { .. } => "Residual".to_owned(),
            Kind::Concatenate { .. } => "Concatenate".to_owned(),
            Kind::Repeat { inner, .. } => inner.kind(),
        }
    }

    /// Whether an optimizer may move it: it is not told to stay as it is, nor does so by its nature.
    pub fn trainable(&self) -> bool {
        match &self.kind {
            Kind::BuiltIn { row, settings, .. } => {
                let mut options = row.options.iter().zip(settings);
                let frozen = |(option, on): (&LayerOption, &Setting)| {
                    option.value == OptionKind::Trainable && matches!(on, Setting::Flag(false))
                };
                row.name != NEVER_TRAINED && !options.any(frozen)
            }
            Kind::Own { trainable, .. } | Kind::Network { trainable, .. } => *trainable,
            Kind::Residual { inner, .. } | Kind::Repeat { inner, .. } => inner.trainable(),
            Kind::Concatenate { first, second, .. } => first.trainable() || second.trainable(),
        }
    }

    /// Whether it may do this. As in Keras, what is not trained works as in prediction, costs nothing by its
    /// parameters, which stay as they are, and something by its outputs.
    pub fn may(&self, special: Special) -> bool {
        if !self.trainable() && special != Special::Costs {
            return false;
        }
        match &self.kind {
            Kind::BuiltIn { row, settings, .. } => {
                let has = |kind| {
                    let mut options = row.options.iter().zip(settings);
                    options.any(|(option, setting)| option.value == kind && matches!(setting, Setting::Item(_)))
                };
                match special {
                    Special::Meets => row.name == BATCH_NORMALIZATION,
                    Special::Costs => row.name == COSTLY,
                    Special::Regularized => has(OptionKind::Regularizer),
                    Special::Constrained => has(OptionKind::Constraint),
                }
            }
            Kind::Own { .. } => matches!(special, Special::Meets | Special::Costs),
            Kind::Network { may, .. } => may.contains(&special),
            Kind::Residual { inner, .. } | Kind::Repeat { inner, .. } => inner.may(special),
            Kind::Concatenate { first, second, .. } => first.may(special) || second.may(special),
        }
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> Count {
        let (row, settings) = match &self.kind {
            Kind::BuiltIn { row, settings, .. } => (row, settings),
            Kind::Own { .. } => return Count::Unknown,
            Kind::Network { parameters, .. } => return parameters.clone(),
            Kind::Residual { inner, .. } => return inner.parameters(),
            Kind::Concatenate { first, second, .. } => return first.parameters().plus(second.parameters()),
            Kind::Repeat { inner, copies } => return Count::of(copies).times(inner.parameters()),
        };
        let is_on = |flag: &str| {
            let options = row.options.iter().zip(settings);
            options.filter(|(option, _)| option.name == flag).any(|(_, on)| matches!(on, Setting::Flag(true)))
        };
        let size_of = |name: &str| {
            let options = row.options.iter().zip(settings).filter(|(option, _)| option.name == name);
            let sizes =
                options.filter_map(|(_, setting)| if let Setting::Size(size) = setting { Some(size) } else { None });
            sizes.map(Count::of).next().unwrap_or(Count::Unknown)
        };
        let sum = |terms: &[Term]| {
            terms.iter().fold(Count::Number(0), |sum, term| match term {
                Term::Inputs => sum.plus(Count::of(&self.inputs)),
                Term::Outputs => sum.plus(Count::of(&self.outputs)),
                Term::Each => sum.plus(Count::of(&self.outputs).each(&Count::of(&self.inputs))),
                Term::Size(option) => sum.plus(size_of(option)),
                Term::Number(number) => sum.plus(Count::Number(u128::from(*number))),
                Term::Flag(flag) => sum.plus(Count::Number(u128::from(is_on(flag)))),
            })
        };
        row.parameters.iter().fold(Count::Number(1), |product, terms| product.times(sum(terms)))
    }
}

impl Setting {
    /// Whether it is what the catalogue calls `default`.
    pub fn is(&self, default: &str) -> bool {
        match self {
            Self::Item(Item::BuiltIn { row, .. }) => row.name == default,
            Self::Item(_) | Self::Size(_) => false,
            Self::Flag(on) => default == if *on { "true" } else { "false" },
            Self::Number(written) => written.is_none(),
            Self::Nothing => true,
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn { row, number: None, .. } => f.write_str(row.name),
            Self::BuiltIn { row, number: Some(number), .. } => write!(f, "{}({})", row.name, text(number)),
            Self::Own(path) => f.write_str(&text(path)),
            Self::HeadOf(_, shown) => f.write_str(shown),
            Self::Unknown(_) => f.write_str("_"),
        }
    }
}

/// `dense_1` as a type is written: `Dense1`.
pub fn camel(label: &str) -> String {
    let words = label.trim_start_matches("r#").split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<String>()
        })
        .collect()
}
