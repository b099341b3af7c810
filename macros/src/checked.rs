//! Types of which only the compiler knows whether they are what they must be.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

use crate::network::{Size, located_at};

/// `written`, after `check`, a function of the runtime that compiles if it takes these generic `arguments`. If not,
/// rustc says so once and takes the type for an error that it knows of: it says nothing of what depends on it. It
/// points at the first argument.
///
/// `typenet` is the path of the crate.
pub fn checked(written: &impl ToTokens, check: &str, arguments: &TokenStream, typenet: &TokenStream) -> TokenStream {
    let check = Ident::new(check, Span::mixed_site());
    quote_spanned!(Span::mixed_site()=>
        <#written as #typenet::__private::Checked<{ #typenet::__private::#check::<#arguments>() }>>::Type)
}

/// `written`, after a `check` of two sizes, about which rustc complains at `span`.
pub fn of_sizes(
    written: &impl ToTokens,
    check: &str,
    sizes: [&Size; 2],
    span: Span,
    typenet: &TokenStream,
) -> TokenStream {
    // all of one place and of one origin, that of the crate's path: where a path begins and ends in different ones,
    // rustc points at the whole macro
    let typenet_there = located_at(typenet, span);
    let span = typenet_there.clone().into_iter().last().map_or_else(Span::mixed_site, |last| last.span());
    let place = quote_spanned!(span=> #typenet_there::__private::Sizes);
    let [first, second] = sizes;
    checked(written, check, &quote!(#place, #first, #second), typenet)
}
