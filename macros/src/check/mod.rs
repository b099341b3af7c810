//! Judges what was written: sizes flow through the layers, names are looked up. Every mistake is reported and mended,
//! and the check goes on: whatever comes in, a network comes out.

mod instead;
mod labels;
mod layers;
mod nested;
mod networks;
mod numbers;
mod options;
mod sizes;
mod stated;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Path, Token};

use self::layers::Flow;
use crate::errors::Errors;
use crate::network::Network;
use crate::syntax::{self, text};

/// Checks all networks of a declaration. Those that are layers of others come before them. `typenet` is the crate's
/// path as the user's program knows it.
pub fn check(written: Vec<syntax::Network>, typenet: &TokenStream, errors: &mut Errors) -> Vec<Network> {
    let mut later: Vec<String> =
        written.iter().map(|network| network.name.as_ref().map(ToString::to_string).unwrap_or_default()).collect();
    let mut networks: Vec<Network> = Vec::new();
    for network in written {
        let checked = self::network(network, typenet, &networks, &later, errors);
        later.remove(0);
        for network in checked {
            if networks.iter().any(|other| other.name == network.name) {
                let message = format_args!("two networks are called `{}`", network.name);
                errors.at(&network.name, message, "choose another name for one of them");
            } else {
                networks.push(network);
            }
        }
    }
    networks
}

/// A network, after the parts of it that are networks of their own.
fn network(
    written: syntax::Network,
    typenet: &TokenStream,
    known: &[Network],
    later: &[String],
    errors: &mut Errors,
) -> Vec<Network> {
    let mut scalar = written.scalar.unwrap_or_else(|| Ident::new("f32", Span::call_site()));
    if scalar != "f32" && scalar != "f64" {
        errors.at(&scalar, format_args!("unknown scalar type `{scalar}`"), "the scalar types are `f32` and `f64`");
        scalar = Ident::new("f32", scalar.span());
    }
    let attributes = attributes(written.attributes, errors);
    let nameless = Ident::new("Nameless", Span::call_site());
    let (name, visibility) = (written.name.as_ref().unwrap_or(&nameless), &written.visibility);
    let mut flow = Flow { typenet, known, later, scalar: &scalar, visibility, parts: Vec::new(), errors };
    let (layers, meetings) = flow.list(name, &written.layers, None);
    let mut networks = flow.parts;
    // a network without layers or name has been reported where it was read
    if let Some(name) = written.name.filter(|_| !layers.is_empty()) {
        for part in &mut networks {
            part.attributes = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
        }
        networks.push(Network { attributes, visibility: written.visibility, name, scalar, layers, meetings });
        return networks;
    }
    Vec::new()
}

/// What a network derives by itself.
const DERIVED: &[&str] = &["Clone", "Debug", "PartialEq"];

/// What floating-point numbers have not.
const OF_INTEGERS: &[&str] = &["Eq", "Ord", "Hash"];

/// The layout is what makes the flat view of the parameters sound, so it is not for others to choose.
fn attributes(written: Vec<Attribute>, errors: &mut Errors) -> Vec<Attribute> {
    let mut kept = Vec::new();
    for attribute in written {
        if attribute.path().is_ident("repr") {
            errors.at(attribute, "`repr` cannot apply to a network, whose layout is fixed", "remove it");
            continue;
        }
        if attribute.path().is_ident("derive")
            && let Ok(traits) = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
            && let Some(wrong) = traits.iter().find(|path| is_one_of(path, DERIVED) || is_one_of(path, OF_INTEGERS))
        {
            let shown = text(wrong);
            if is_one_of(wrong, DERIVED) {
                let help = "remove it: every network derives `Clone`, `Debug` and `PartialEq`";
                errors.at(wrong, format_args!("a network has `{shown}` already"), help);
            } else {
                let help = "remove it: floating-point numbers do not have it";
                errors.at(wrong, format_args!("a network cannot have `{shown}`"), help);
            }
            continue;
        }
        kept.push(attribute);
    }
    kept
}

fn is_one_of(path: &Path, traits: &[&str]) -> bool {
    path.segments.last().is_some_and(|last| traits.iter().any(|name| last.ident == name))
}
