//! Names for the layers' types and constants within the generated block. They start with `__`, as those of the parameters
//! of its functions do, generic and other, so that they are in the way of nothing that the user has written as a size, and
//! nothing is in theirs: a parameter called as a constant is a pattern that stands for it, and a generic one called as a
//! type hides it.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};
use quote::format_ident;

use crate::network::{Network, camel};

/// For each layer the alias of its type, as `__Dense1`, its constant, as `__DENSE_1`, and what its functions end in, as
/// `dense_1`.
pub struct Names(Vec<(Ident, Ident, String)>);

impl Names {
    pub fn of(network: &Network) -> Self {
        let mut taken = HashSet::from(["tape".to_owned(), "sums".to_owned()]);
        let labels = network.layers.iter().map(|layer| layer.label.to_string());
        let names = labels.enumerate().map(|(index, label)| {
            let label = label.trim_start_matches("r#");
            let (mut alias, mut constant, mut end) = (camel(label), label.to_uppercase(), label.to_owned());
            // two labels may differ in nothing but case or underscores
            if !taken.insert(alias.to_lowercase()) || alias.is_empty() {
                alias = format!("{alias}At{index}");
                constant = format!("{constant}_AT_{index}");
                end = format!("{label}_at_{index}");
                taken.insert(alias.to_lowercase());
            }
            let span = Span::mixed_site();
            (format_ident!("__{alias}", span = span), format_ident!("__{constant}", span = span), end)
        });
        Self(names.collect())
    }

    /// Of one layer.
    pub fn at(&self, index: usize) -> (&Ident, &Ident) {
        let (alias, constant, _) = &self.0[index];
        (alias, constant)
    }

    /// The function that finds what one layer sees of a tile on its way.
    pub fn tile(&self, index: usize) -> Ident {
        self.function("tile", index)
    }

    /// The one that finds what the layer sees of a batch.
    pub fn batch(&self, index: usize) -> Ident {
        self.function("batch", index)
    }

    /// The one that finds where the layer's share of a gradient goes.
    pub fn share(&self, index: usize) -> Ident {
        self.function("share", index)
    }

    fn function(&self, what: &str, index: usize) -> Ident {
        let (.., end) = &self.0[index];
        format_ident!("__{what}_{end}", span = Span::mixed_site())
    }
}
