//! Tests of the whole way from tokens to code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod expanded;
mod fuzz;
mod places;

use proc_macro2::TokenStream;

use crate::errors::Errors;
use crate::network::Network;
use crate::{check, expand, syntax};

/// What `network!` makes of a declaration: the mistakes, and the code of all networks.
fn networks(declaration: TokenStream) -> (Vec<syn::Error>, TokenStream) {
    read(declaration, |networks, typenet| networks.iter().map(|network| expand::expand(network, typenet)).collect())
}

/// The mistakes in a declaration, and what `write` makes of its networks.
fn read<C>(declaration: TokenStream, write: impl FnOnce(&[Network], &TokenStream) -> C) -> (Vec<syn::Error>, C) {
    let mut input: TokenStream = "::typenet;".parse().expect("these are tokens");
    input.extend(declaration);
    let mut errors = Errors::default();
    let declaration = syntax::parse(input, &mut errors);
    let networks = check::check(declaration.networks, &declaration.typenet, &mut errors);
    let code = write(&networks, &declaration.typenet);
    (errors.into_vec(), code)
}

#[test]
fn twice_as_many_branches_are_twice_as_much_code() {
    let length = |count| {
        let branches = vec!["Dense(4 -> 2)"; count].join(", ");
        let (errors, code) = networks(format!("X = Concatenate({branches}), Dense(1)").parse().unwrap());
        assert!(errors.is_empty(), "{errors:?}");
        code.to_string().len()
    };
    let (some, twice) = (length(100), length(200));
    assert!(twice < 2 * some + some / 50, "{some} bytes, then {twice}");
}
