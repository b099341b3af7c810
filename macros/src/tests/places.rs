//! What an editor finds at a word of a declaration: the names in the code that have its place in the source.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

use super::networks;

/// The checks that only the compiler can make: it complains where they stand, so they stand at the user's words.
const CHECKS: [&str; 5] = ["typenet", "__typenet", "__private", "meets", "Sizes"];

type Found = BTreeMap<String, BTreeSet<String>>;

#[test]
fn words_lead_to_what_they_stand_for() {
    let declaration = "
        pub Net: f64 = first: Dense(SIZE -> 4, relu, bias_initializer = constant(1)), Dense(2, leaky_relu, bias = false), tanh,
            second: Residual(Dense(SIZE -> { other::SIZE }, softmax)), third: [my::Gate(_ -> 2); COUNT]";
    let (errors, code) = networks(declaration.parse().unwrap());
    assert!(errors.is_empty(), "{errors:?}");
    let mut found = Found::new();
    gather(code, &mut found);
    // a layer without a label has its field's name from its kind
    for (word, names) in [
        ("typenet", &["typenet"] as &[_]),
        ("pub", &["pub"]),
        ("Net", &["Net"]),
        ("f64", &["f64"]),
        ("first", &["first"]),
        ("Dense", &["Dense", "dense"]),
        ("SIZE", &["SIZE"]),
        ("relu", &["Relu"]),
        ("bias_initializer", &["bias_initializer"]),
        ("bias", &["without_bias"]),
        ("constant", &["Constant"]),
        ("leaky_relu", &["LeakyRelu"]),
        ("tanh", &["ActivationLayer", "Tanh", "tanh"]),
        ("second", &["second"]),
        ("Residual", &["Residual"]),
        ("other", &["other"]),
        ("softmax", &["Softmax"]),
        ("third", &["third"]),
        ("my", &["my"]),
        ("Gate", &["Gate"]),
        ("COUNT", &["COUNT"]),
    ] {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(found.remove(word), Some(names), "at `{word}`");
    }
    assert_eq!(found, Found::new(), "nothing else has a place in the source");
}

fn gather(code: TokenStream, found: &mut Found) {
    for tree in code {
        match tree {
            TokenTree::Group(group) => gather(group.stream(), found),
            TokenTree::Ident(name) => {
                let word = name.span().source_text().filter(|word| !word.is_empty());
                let name = name.to_string();
                if let Some(word) = word.filter(|word| *word == name || !CHECKS.contains(&&*name)) {
                    found.entry(word).or_default().insert(name);
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
