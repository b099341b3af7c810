//! Tokens as a person would write them, for documentation and messages.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// The text of some tokens.
pub fn text(tokens: impl ToTokens) -> String {
    let mut output = String::new();
    write(tokens.into_token_stream(), &mut output);
    output
}

fn write(tokens: TokenStream, output: &mut String) {
    let mut before = Before::Start;
    for tree in tokens {
        if needs_space(&before, &tree) {
            output.push(' ');
        }
        match &tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                output.push_str(open);
                write(group.stream(), output);
                output.push_str(close);
            }
            other => output.push_str(&other.to_string()),
        }
        before = before.then(&tree);
    }
}

/// What stands before a token, as far as the space between the two depends on it.
#[derive(PartialEq)]
enum Before {
    Start,
    Word,
    /// Half of an operator.
    Joint(char),
    /// An operator with an operand on either side.
    Operator,
    /// What binds to the right: `::`, `.`, a sign, the `<` of generics.
    Prefix,
}

impl Before {
    fn then(&self, tree: &TokenTree) -> Self {
        let TokenTree::Punct(punct) = tree else { return Self::Word };
        match (punct.as_char(), self) {
            (letter, _) if punct.spacing() == Spacing::Joint => Self::Joint(letter),
            (':', Self::Joint(':'))
            | ('.' | '!' | '\'' | '#', _)
            | ('-' | '&' | '*', Self::Start | Self::Operator | Self::Prefix)
            | ('<', Self::Prefix) => Self::Prefix,
            _ => Self::Operator,
        }
    }
}

fn needs_space(before: &Before, tree: &TokenTree) -> bool {
    match (before, tree) {
        (Before::Start | Before::Joint(_) | Before::Prefix, _) => false,
        (_, TokenTree::Punct(punct)) => !matches!(punct.as_char(), ',' | ';' | '.' | ':' | '?'),
        (Before::Word, TokenTree::Group(group)) => {
            !matches!(group.delimiter(), Delimiter::Parenthesis | Delimiter::Bracket)
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn reads_as_it_was_written() {
        for written in [
            "HIDDEN * 2",
            "crate::sizes::HIDDEN + 1",
            "::std::mem::size_of(A, -1)",
            "constant(-0.5)",
            "Dense(2 -> 4, bias = false)",
            "a - -b",
            "{ A::len() }",
            "input: Dense(_ -> 4)",
        ] {
            let tokens: proc_macro2::TokenStream = written.parse().unwrap_or_default();
            assert_eq!(text(tokens), written);
        }
    }
}
