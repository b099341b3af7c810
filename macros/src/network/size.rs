//! Sizes, and what is counted by them, as far as the macro knows.

use core::fmt;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote_spanned};
use syn::Path;

use crate::errors::Mistake;
use crate::syntax::text;

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
    /// That of a user's own layer, or more than anyone counts.
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
            (Self::Number(a), Self::Number(b)) => a.checked_add(b).map_or(Self::Unknown, Self::Number),
            (Self::Number(0), count) | (count, Self::Number(0)) => count,
            (a, b) => Self::Formula(format!("{a} + {b}"), true),
        }
    }

    pub(super) fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Number(a), Self::Number(b)) => a.checked_mul(b).map_or(Self::Unknown, Self::Number),
            (Self::Number(0), _) | (_, Self::Number(0)) => Self::Number(0),
            (Self::Number(1), count) | (count, Self::Number(1)) => count,
            (a, b) => Self::Formula(format!("{} x {}", a.factor(), b.factor()), false),
        }
    }

    /// How many for each of so many.
    pub(super) fn each(self, count: &Self) -> Self {
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

/// The same tokens, as if they stood elsewhere.
pub fn located_at(tokens: &TokenStream, span: Span) -> TokenStream {
    let located = tokens.clone().into_iter().map(|mut tree| {
        tree.set_span(tree.span().located_at(span));
        tree
    });
    located.collect()
}
