//! The mistakes of a declaration, gathered so that one run reports them all; and "did you mean".

use core::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// What was wrong so far.
///
/// Messages are written as rustc writes them: lowercase, no full stop, names in backticks; the first line stands
/// alone, and `help` says what to type.
#[derive(Default)]
pub struct Errors(Vec<syn::Error>);

impl Errors {
    /// Notes a mistake at some tokens: all of them are underlined.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl Display, help: impl Display) {
        self.0.push(syn::Error::new_spanned(tokens, format_args!("{message}\nhelp: {help}")));
    }

    /// Notes a mistake at one place.
    pub fn at_span(&mut self, span: Span, message: impl Display, help: impl Display) {
        self.0.push(syn::Error::new(span, format_args!("{message}\nhelp: {help}")));
    }

    /// Notes what syn has found.
    pub fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// Notes what syn has found, if anything.
    pub fn extend(&mut self, found: Option<syn::Error>) {
        self.0.extend(found);
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The latest mistake, to stand for what is not known because of it.
    pub fn latest(&self) -> Mistake {
        Mistake(self.0.last().map(syn::Error::to_compile_error))
    }

    /// One `compile_error!` for each mistake.
    pub fn into_compile_errors(self) -> TokenStream {
        self.0.into_iter().map(syn::Error::into_compile_error).collect()
    }

    #[cfg(test)]
    pub fn into_vec(self) -> Vec<syn::Error> {
        self.0
    }
}

/// A mistake that has been reported, in the place of what it leaves unknown: a size, or a value.
///
/// It is written as the same `compile_error!` once more, which rustc does not print twice. What rustc finds there is an
/// error that it knows of, and so it says nothing of all that depends on it, in the user's program neither.
#[derive(Clone)]
pub struct Mistake(Option<TokenStream>);

impl ToTokens for Mistake {
    fn to_tokens(&self, output: &mut TokenStream) {
        let error = &self.0;
        output.extend(quote_spanned!(Span::mixed_site()=> { #error }));
    }
}

/// The known name that somebody most likely meant: the same but for its case, or with a small edit distance.
pub fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = fold(name);
    // one edit in a short name, a third of the letters in a longer one
    let limit = (letters.len() / 3).max(1);
    let distances = known.into_iter().map(|known| (distance(&letters, &fold(known)), known));
    // of a name of one letter nothing is left after one edit
    distances.filter(|&(edits, _)| edits <= limit && edits < letters.len()).min_by_key(|&(edits, _)| edits).map(|x| x.1)
}

/// The letters that count: `ReLU`, `re_lu` and `relu` are the same word.
fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|&letter| letter != '_').flat_map(char::to_lowercase).collect()
}

/// How many letters must be inserted, deleted, replaced or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut two_above = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut edits = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                edits = edits.min(two_above[j - 2] + 1);
            }
            row.push(edits);
        }
        two_above = above;
        above = row;
    }
    above[b.len()]
}

/// The names as a sentence has them: "`a`, `b` and `c`".
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

/// A number with its noun: "1 input", "2 inputs".
pub fn plural(number: impl Display, noun: &str) -> String {
    let number = number.to_string();
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::{listed, similar};

    #[test]
    fn finds_what_was_meant() {
        let known = ["relu", "leaky_relu", "tanh", "softmax"];
        assert_eq!(similar("rellu", known), Some("relu"));
        assert_eq!(similar("ReLU", known), Some("relu"));
        assert_eq!(similar("LeakyReLU", known), Some("leaky_relu"));
        assert_eq!(similar("tahn", known), Some("tanh"));
        assert_eq!(similar("sotfmax", known), Some("softmax"));
        assert_eq!(similar("maxout", known), None);
        assert_eq!(similar("x", known), None);
    }

    #[test]
    fn lists_as_a_sentence() {
        assert_eq!(listed([]), "");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
