//! The checked network: what is left to write once every mistake is mended.

use core::fmt;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::{Attribute, Path, Visibility};

use crate::catalogue::{self, BATCH_NORMALIZATION, Named, OptionKind, Term};
use crate::checked::located_at;
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
        /// Whether a layer of it may see all tiles of a batch at once.
        meets: bool,
    },
    /// A way around a layer.
    Residual { span: Span, inner: Box<Layer> },
    /// Two branches side by side, of which the second may be two again.
    Concatenate { span: Span, first: Box<Layer>, second: Box<Layer> },
    /// The same layer several times in a row.
    Repeat { inner: Box<Layer>, copies: Size },
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

/// How many numbers go into a layer, or come out.
#[derive(Clone)]
pub enum Size {
    Literal {
        value: u32,
        span: Span,
    },
    /// A constant's path, or what stood in braces.
    Expression {
        tokens: TokenStream,
        span: Span,
    },
    /// A constant of a network that is declared elsewhere, as documentation shows it.
    Constant {
        shown: String,
        tokens: TokenStream,
        span: Span,
    },
    /// After a mistake.
    Unknown(Mistake),
}

impl Network {
    /// How many of its first layers have nothing to train, and so need no backward pass.
    pub fn untrained(&self) -> usize {
        let untrained = |layer: &&Layer| !layer.trainable() || layer.parameters() == Count::Number(0);
        self.layers.iter().take_while(untrained).count()
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

    /// Whether it is not told to stay as it is.
    pub fn trainable(&self) -> bool {
        match &self.kind {
            Kind::BuiltIn { row, settings, .. } => {
                let mut options = row.options.iter().zip(settings);
                !options.any(|(option, on)| option.value == OptionKind::Trainable && matches!(on, Setting::Flag(false)))
            }
            Kind::Own { trainable, .. } | Kind::Network { trainable, .. } => *trainable,
            Kind::Residual { inner, .. } | Kind::Repeat { inner, .. } => inner.trainable(),
            Kind::Concatenate { first, second, .. } => first.trainable() || second.trainable(),
        }
    }

    /// Whether it may see all tiles of a batch at once, which of other people's layers and networks the compiler knows.
    pub fn meets(&self) -> bool {
        self.trainable()
            && match &self.kind {
                Kind::BuiltIn { row, .. } => row.name == BATCH_NORMALIZATION,
                Kind::Own { .. } => true,
                Kind::Network { meets, .. } => *meets,
                Kind::Residual { inner, .. } | Kind::Repeat { inner, .. } => inner.meets(),
                Kind::Concatenate { first, second, .. } => first.meets() || second.meets(),
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

impl Size {
    pub fn literal(value: u32, span: Span) -> Self {
        Self::Literal { value, span }
    }

    /// Whether it is the same as another; `None` if only the compiler knows.
    pub fn meets(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            // what is mistaken is no mistake once more
            (Self::Unknown(_), _) | (_, Self::Unknown(_)) => Some(true),
            (Self::Literal { value: a, .. }, Self::Literal { value: b, .. }) => Some(a == b),
            _ => Some(true).filter(|_| self.to_string() == other.to_string()),
        }
    }

    /// The same size, as if it stood elsewhere.
    pub fn located_at(&self, span: Span) -> Self {
        match self {
            Self::Literal { value, .. } => Self::literal(*value, span),
            Self::Expression { tokens, .. } => Self::Expression { tokens: located_at(tokens, span), span },
            Self::Constant { .. } | Self::Unknown(_) => self.clone(),
        }
    }

    pub fn span(&self) -> Span {
        match self {
            Self::Literal { span, .. } | Self::Expression { span, .. } | Self::Constant { span, .. } => *span,
            Self::Unknown(_) => Span::mixed_site(),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal { value, .. } => write!(f, "{value}"),
            Self::Expression { tokens, .. } => f.write_str(&text(tokens)),
            Self::Constant { shown, .. } => f.write_str(shown),
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

/// As an argument for a const parameter, and as the length of an array.
impl ToTokens for Size {
    fn to_tokens(&self, output: &mut TokenStream) {
        // the compiler's own errors point at what the user has written, but its lints know that a macro wrote it
        let span = self.span().resolved_at(Span::mixed_site());
        match self {
            Self::Literal { value, .. } => {
                let mut literal = Literal::u32_unsuffixed(*value);
                literal.set_span(span);
                output.append(literal);
            }
            Self::Expression { tokens, .. } | Self::Constant { tokens, .. } => {
                output.extend(quote_spanned!(span=> { #tokens }));
            }
            Self::Unknown(mistake) => mistake.to_tokens(output),
        }
    }
}

/// A number of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    Number(u128),
    /// Its text, and whether it must stand in parentheses where it is multiplied.
    Formula(String, bool),
    /// That of a user's own layer.
    Unknown,
}

impl Count {
    pub fn of(size: &Size) -> Self {
        match size {
            Size::Unknown(_) => Self::Unknown,
            Size::Constant { shown, .. } => Self::Formula(shown.clone(), false),
            Size::Literal { value, .. } => Self::Number(u128::from(*value)),
            Size::Expression { tokens, .. } => {
                let one = tokens.clone().into_iter().count() == 1 || syn::parse2::<Path>(tokens.clone()).is_ok();
                Self::Formula(text(tokens), !one)
            }
        }
    }

    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Number(a), Self::Number(b)) => Self::Number(a + b),
            (Self::Number(0), count) | (count, Self::Number(0)) => count,
            (a, b) => Self::Formula(format!("{a} + {b}"), true),
        }
    }

    fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Number(a), Self::Number(b)) => Self::Number(a * b),
            (Self::Number(0), _) | (_, Self::Number(0)) => Self::Number(0),
            (Self::Number(1), count) | (count, Self::Number(1)) => count,
            (a, b) => Self::Formula(format!("{} x {}", a.factor(), b.factor()), false),
        }
    }

    /// How many for each of so many.
    fn each(self, count: &Self) -> Self {
        match (self, count) {
            (Self::Number(all), Self::Number(count)) => Self::Number(all / (*count).max(1)),
            _ => Self::Unknown,
        }
    }

    fn factor(&self) -> String {
        match self {
            Self::Formula(formula, true) => format!("({formula})"),
            count => count.to_string(),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Formula(formula, _) => f.write_str(formula),
            Self::Unknown => f.write_str("its own"),
        }
    }
}
