//! Types of which only the compiler knows whether they are what they must be.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// `written`, after `check`, a function of the runtime that compiles if all is well. If not, rustc says so once, where the tokens
/// of `check` stand, and takes the type for an error that it knows of: it says nothing of what depends on it.
///
/// `typenet` is the path of the crate or of its private module.
pub fn checked(written: &impl ToTokens, check: &TokenStream, typenet: &TokenStream) -> TokenStream {
    let check = quote_spanned!(Span::mixed_site()=> #typenet::__private::#check());
    quote_spanned!(Span::mixed_site()=> <#written as #typenet::__private::Checked<{ #check }>>::Type)
}

/// The same tokens, as if they stood elsewhere.
pub fn located_at(tokens: &TokenStream, span: Span) -> TokenStream {
    let located = tokens.clone().into_iter().map(|mut tree| {
        tree.set_span(tree.span().located_at(span));
        tree
    });
    located.collect()
}
