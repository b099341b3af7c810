//! The `network!` macro of typenet; its documentation is at `typenet::network!`.

mod catalogue;
mod check;
mod errors;
mod expand;
mod network;
mod syntax;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Declares networks. Called through `typenet::network!`, which says what its crate is called.
#[proc_macro]
pub fn network(input: TokenStream) -> TokenStream {
    let mut errors = errors::Errors::default();
    let declaration = syntax::parse(input.into(), &mut errors);
    let networks = check::check(declaration.networks, &mut errors);
    let mut output = errors.into_compile_errors();
    output.extend(networks.iter().map(|network| expand::expand(network, &declaration.typenet)));
    output.into()
}
