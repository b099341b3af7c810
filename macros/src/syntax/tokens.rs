//! Small steps over tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Ident, Path, Token, token};

use super::text;

/// Takes the next token, whatever it is.
pub fn next(input: ParseStream<'_>) -> Option<TokenTree> {
    input.parse().ok()
}

/// Takes an operator of several signs as one; else the next token.
pub fn operator(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while let Some(tree) = next(input) {
        let ends = !matches!(&tree, TokenTree::Punct(punct) if punct.spacing() == proc_macro2::Spacing::Joint);
        tokens.extend([tree]);
        if ends {
            break;
        }
    }
    tokens
}

/// What comes next, in words.
pub fn found(input: ParseStream<'_>) -> String {
    if input.is_empty() {
        return "the end".to_owned();
    }
    if let Some((_, delimiter, ..)) = input.cursor().any_group() {
        match delimiter {
            proc_macro2::Delimiter::Parenthesis => return "`(`".to_owned(),
            proc_macro2::Delimiter::Bracket => return "`[`".to_owned(),
            proc_macro2::Delimiter::Brace => return "`{`".to_owned(),
            proc_macro2::Delimiter::None => {}
        }
    }
    format!("`{}`", text(operator(&input.fork())))
}

/// Where the next token starts: of a group, its opening delimiter.
pub fn start(input: ParseStream<'_>) -> Span {
    match input.cursor().any_group() {
        Some((_, delimiter, span, _)) if delimiter != proc_macro2::Delimiter::None => span.open(),
        _ => input.span(),
    }
}

/// Takes `<...>`, if it is closed within this list.
pub fn skip_generics(input: ParseStream<'_>) -> Option<TokenStream> {
    let mut depth = 0_usize;
    let mut taken = TokenStream::new();
    loop {
        let arrow = input.peek(Token![->]) || input.peek(Token![=>]);
        if input.is_empty() || input.peek(Token![;]) {
            return None;
        }
        if arrow {
            taken.extend(operator(input));
            continue;
        }
        let tree = next(input)?;
        if let TokenTree::Punct(punct) = &tree {
            match punct.as_char() {
                '<' => depth += 1,
                '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        taken.extend([tree]);
        if depth == 0 {
            return Some(taken);
        }
    }
}

/// Whether a layer starts here for sure: `[label:] path` with what can follow one.
pub fn starts_layer(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if label(&ahead) {
        next(&ahead);
        next(&ahead);
    }
    if ahead.call(Path::parse_mod_style).is_err() {
        return false;
    }
    ahead.peek(token::Paren)
        || ahead.is_empty()
        || ahead.peek(Token![,])
        || ahead.peek(Token![;])
        || ahead.peek(Token![>])
}

/// Whether `label = Kind(` comes next, where a label is meant and not another network.
pub fn label_with_equals(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let small = ahead.parse::<Ident>().is_ok_and(|name| name.to_string().starts_with(char::is_lowercase));
    small && ahead.parse::<Token![=]>().is_ok() && ahead.call(Path::parse_mod_style).is_ok() && ahead.peek(token::Paren)
}

/// Whether `label:` comes next.
pub fn label(input: ParseStream<'_>) -> bool {
    (input.peek(Ident::peek_any) || input.peek(Token![_])) && input.peek2(Token![:]) && !input.peek2(Token![::])
}
