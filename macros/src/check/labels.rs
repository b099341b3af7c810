//! Labels: the names of fields, and of the tensors in files.

use std::collections::{HashMap, HashSet};

use proc_macro2::Span;
use quote::format_ident;
use syn::Ident;

use crate::errors::Errors;
use crate::network::Layer;

/// What people call on a network by name: as a label, each would be two things at once.
const METHODS: &[&str] = &[
    "new",
    "boxed",
    "predict",
    "predict_many",
    "summary",
    "save",
    "load",
    "load_cast",
    "to_bytes",
    "load_bytes",
    "initialize",
    "as_flat",
    "as_flat_mut",
];

/// A label is the name of a field: it must be one, and the only one.
pub(super) fn labels(layers: &mut [Layer], errors: &mut Errors) {
    let mut taken = HashSet::new();
    for (index, layer) in layers.iter_mut().enumerate() {
        let label = layer.label.to_string();
        let mended = format_ident!("__label_{index}");
        if syn::parse_str::<Ident>(&label).is_err() {
            let (what, help) = match label.as_str() {
                "_" => ("no name", "choose a name, or leave the label out".to_owned()),
                "self" | "Self" | "super" | "crate" => ("a keyword", "choose another label".to_owned()),
                _ => ("a keyword", format!("choose another label, or write `r#{label}`")),
            };
            errors.at(&layer.label, format_args!("label `{label}` is {what}"), help);
            layer.label = mended;
        } else if METHODS.contains(&label.as_str()) {
            let help = format_args!("choose another label, as `{label}_layer`");
            errors.at(&layer.label, format_args!("label `{label}` is the name of a network's method"), help);
            layer.label = mended;
        } else if !taken.insert(label.clone()) {
            let help = "give one of them another label, as `label: Dense(...)`";
            errors.at(&layer.label, format_args!("two layers are called `{label}`"), help);
            layer.label = mended;
        }
    }
}

/// Keras's default: the kind in snake case, counted. Of several capitals the last begins a word if small letters
/// follow.
pub(super) fn default(name: &str, span: Span, counts: &mut HashMap<String, usize>) -> Ident {
    let mut snake = String::new();
    let mut before: Option<char> = None;
    let mut letters = name.rsplit(':').next().unwrap_or(name).chars().peekable();
    while let Some(letter) = letters.next() {
        let begins = before.is_some_and(char::is_lowercase) || letters.peek().is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && before.is_some() && begins {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
        before = Some(letter);
    }
    let count = counts.entry(snake.clone()).or_default();
    *count += 1;
    let counted = if *count == 1 { snake } else { format!("{snake}_{}", *count - 1) };
    format_ident!("{counted}", span = span)
}
