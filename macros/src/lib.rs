//! The `network!` macro of typenet; its documentation is at `typenet::network!`.

mod catalogue;
mod check;
mod checked;
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
    write(declaration, errors)
}

/// Declares a network on its struct. Called `typenet::attribute::network`, where its documentation is.
#[proc_macro_attribute]
pub fn network_attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = errors::Errors::default();
    let declaration = syntax::parse_attribute(arguments.into(), item.into(), &mut errors);
    write(declaration, errors)
}

/// The code of all networks, after their mistakes.
fn write(declaration: syntax::Declaration, mut errors: errors::Errors) -> TokenStream {
    let networks = check::check(declaration.networks, &declaration.typenet, &mut errors);
    let mut output = errors.into_compile_errors();
    output.extend(networks.iter().map(|network| expand::expand(network, &declaration.typenet)));
    output.into()
}
