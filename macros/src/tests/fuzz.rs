//! Random and mutated declarations: whatever comes in, nothing panics, every mistake is shown where it stands, and what
//! comes out is Rust.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree, extra};

use super::{networks, read};

/// Declarations to be mutated: every construct, and some mistakes that parsing goes on after.
const CORPUS: &[&str] = &[
    "pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)",
    "Xor = < Dense(2->4, relu), Dense(4->4, relu), Dense(4->2, softmax) >;",
    "#[doc = \"a\"] #[allow(unused)] pub(crate) Xor: f64 = input: Dense(2 -> HIDDEN), relu, Dense(_ -> { 2 * 2 }, bias = false), Dense(1,);",
    "Own = my::Gate(2 -> 4, gain = 2.0, on = true), Activation(my::Act), Dense(3, kernel_initializer = constant(-0.1))",
    "Same = Dense(2 -> 4), Activation(4 -> 4, relu), tanh; pub(in crate::a) Other = r#type: Dense(crate::N -> ::a::B::C)",
    "Body = Dense(8 -> 8, relu), Dense(8); Deep = [Dense(8 -> 8, relu); 50], Body, again: Body(8 -> 8), t: [Residual(Dense(8), a: Dense(8)); N], my::Body",
    "pub struct Xor<T>: f32 = Dense<2, 4>(relu), Dense{4 -> 2}, Dense[[28, 28, 1] -> 10]; #![inner] = Dense(2 => 4 -> 1)",
    "Dropped = Dropout(4, 0.5), [Dropout(RATE); 2], GaussianNoise(stddev = 2), Residual(AlphaDropout(0.5)), Dropout(1.5, relu)",
    "Normal = LayerNormalization(4, epsilon = 1e-6), Residual(LayerNormalization(center = false), Dense(4)), LayerNormalization(epsilon = -1, relu)",
    "Rows = Embedding(3 -> 12, input_dim = WORDS, embeddings_regularizer = l2(0.1), embeddings_constraint = unit_norm), Glu, RepeatVector(12), GroupNormalization(groups = 3, center = false), Add",
    "Forked = Concatenate(Dense(4 -> 4, tanh), (RMSNormalization(4), Dense(3)), linear), Dense(8), Concatenate(Concatenate(Dot(normalize = true), Maximum), (PReLU, Glu)), UnitNormalization",
    "Costs: f64 = Normalization(3), Dense(4, kernel_regularizer = l1_l2(0.1, { L2 }), bias_constraint = min_max_norm(0, 1, rate = 0.5), trainable = false), ActivityRegularization(l1 = 0.1), BatchNormalization(momentum = M, scale = false, gamma_initializer = my::Own), Rescaling(scale = -1.0 / 255, offset = 2), Multiply",
    "Xor Dense(2 -> 4; rellu, bias: yes) Dense(-1 -> \"4\", activation = ), , Dens(1.5,, 0x10) > ; ; Xor: = relu(3)",
];

/// What is put in by chance.
const WORDS: &[&str] = &[
    "Dense",
    "Activation",
    "Residual",
    "Concatenate",
    "Embedding",
    "Glu",
    "BatchNormalization",
    "groups",
    "input_dim",
    "trainable",
    "kernel_regularizer",
    "l2",
    "Body",
    "Xor",
    "relu",
    "softmax",
    "bias",
    "kernel_initializer",
    "constant",
    "zeros",
    "true",
    "my",
    "N",
    "f32",
    "f64",
    "f16",
    "pub",
    "crate",
    "struct",
    "self",
    "Self",
    "super",
    "type",
    "r#type",
    "in",
    "_",
    "dyn",
    "0",
    "1",
    "2",
    "4",
    "-1",
    "4294967296",
    "99999999999999999999999999999999999999999",
    "1.5",
    "4u8",
    "0x10",
    "1e3",
    "\"4\"",
    "'a'",
    "b\"x\"",
    "c\"x\"",
    "'static",
    "->",
    "=>",
    "<-",
    "=",
    "==",
    "<",
    ">",
    ">>",
    ",",
    ";",
    ":",
    "::",
    "#",
    "!",
    "?",
    "-",
    "+",
    "*",
    "&",
    "..",
    "~",
    "@",
    "$",
    "()",
    "[]",
    "{}",
    "(2 -> 4)",
    "{ N + 1 }",
    "#[doc = \"a\"]",
    "/// documentation\n",
    "größe",
    "__typenet",
    "union",
    "async",
];

/// Puts one input through the macro; what is wrong with what comes out.
fn fault(source: &str, rng: &mut Rng) -> Option<String> {
    // spans point into the texts that this thread has parsed: this forgets all before
    extra::invalidate_current_thread_spans();
    let mut tokens: TokenStream = source.parse().ok()?;
    if rng.u8(..8) == 0 {
        tokens = fragments(tokens, rng);
    }
    // to write code takes longer than to find mistakes, and to read it longer than all the rest
    let (writes, reads) = (rng.u8(..4) == 0, rng.u8(..2) == 0);
    let work = || {
        if writes {
            let (errors, code) = networks(tokens);
            return (errors, Some(code));
        }
        (read(tokens, |_, _| ()).0, None)
    };
    let (errors, code) = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(made) => made,
        Err(panic) => return Some(format!("it panics: {}", panic.downcast_ref::<String>().map_or("", String::as_str))),
    };
    if let Some(error) = errors.into_iter().flatten().find(|error| !is_within(error.span(), source)) {
        return Some(format!("`{error}` is at {:?}, outside of the input", error.span().byte_range()));
    }
    let code = code.filter(|_| reads)?;
    // expressions that the user has written are for the compiler to read, which shows there what is wrong with them
    let error = syn::parse2::<syn::File>(code.clone()).err().filter(|error| !is_within(error.span(), source))?;
    // `my::self<2, 4>` is for the compiler to refuse, too; syn does not read that far
    let text = code.to_string();
    let keyword = ["self", "super", "crate", "Self"].iter().any(|word| text.contains(&format!(":: {word} <")));
    (!keyword).then(|| format!("it gives what is not Rust, {error}:\n{text}"))
}

/// Whether a span shows something of the input.
fn is_within(span: Span, source: &str) -> bool {
    let range = span.byte_range();
    // the call of the macro as a whole is an empty range, and so is any text that is not the input
    !range.is_empty() && source.get(range) == span.source_text().as_deref()
}

/// Puts invisible parentheses around some tokens, as around the fragments of a user's own macro.
fn fragments(tokens: TokenStream, rng: &mut Rng) -> TokenStream {
    let mut output = TokenStream::new();
    for tree in tokens {
        let tree = match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), fragments(group.stream(), rng));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        };
        if matches!(tree, TokenTree::Punct(_)) || rng.u8(..4) > 0 {
            output.extend([tree]);
            continue;
        }
        let span = tree.span();
        let mut group = Group::new(Delimiter::None, tree.into());
        group.set_span(span);
        output.extend([TokenTree::Group(group)]);
    }
    output
}

/// Some words.
fn random(rng: &mut Rng) -> String {
    let mut source = ["", "Xor = ", "pub Xor: f32 = <", "Xor = Dense(2 -> 4), "][rng.usize(..4)].to_owned();
    for _ in 0..rng.usize(..24) {
        let word = WORDS[rng.usize(..WORDS.len())];
        let (open, close) = [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")][rng.usize(..4)];
        source += &match rng.u8(..8) {
            0 => [open, WORDS[rng.usize(..WORDS.len())], " ", word, close].concat(),
            1 => ["Dense", open, word, close].concat(),
            _ => word.to_owned(),
        };
        source += [" ", " ", " ", ""][rng.usize(..4)];
    }
    source
}

/// A declaration with some changes, at any depth.
fn mutated(rng: &mut Rng) -> String {
    let mut source = rng.choice(CORPUS).copied().unwrap_or_default().to_owned();
    for _ in 0..rng.usize(1..5) {
        let Ok(tokens) = source.parse::<TokenStream>() else { break };
        source = mutate(tokens, rng).to_string();
    }
    source
}

/// One change.
fn mutate(tokens: TokenStream, rng: &mut Rng) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    let index = rng.usize(..=trees.len());
    if let Some(TokenTree::Group(group)) = trees.get(index)
        && rng.u8(..4) > 0
    {
        let delimiter = match rng.u8(..16) {
            0 => Delimiter::Brace,
            1 => Delimiter::Bracket,
            2 => Delimiter::Parenthesis,
            _ => group.delimiter(),
        };
        trees[index] = TokenTree::Group(Group::new(delimiter, mutate(group.stream(), rng)));
        return trees.into_iter().collect();
    }
    let other = rng.usize(..=trees.len());
    let inserted = |rng: &mut Rng| {
        let tokens: TokenStream = rng.choice(WORDS).copied().unwrap_or_default().parse().unwrap_or_default();
        tokens.into_iter().collect::<Vec<_>>()
    };
    match rng.u8(..7) {
        0 if index < trees.len() => drop(trees.remove(index)),
        1 if index < trees.len() => trees.insert(other, trees[index].clone()),
        2 if index < trees.len() && other < trees.len() => trees.swap(index, other),
        3 if index < trees.len() => drop(trees.splice(index..=index, inserted(rng))),
        4 => trees.truncate(index),
        5 => drop(trees.drain(..index)),
        _ => drop(trees.splice(index..index, inserted(rng))),
    }
    trees.into_iter().collect()
}

/// Puts many inputs through the macro; the same for the same seed. The environment variable `FUZZ` says how many times as
/// many, if there is time.
fn many(seed: u64, inputs: usize, input: impl Fn(&mut Rng) -> String) {
    let rng = &mut Rng::with_seed(seed);
    let times = std::env::var("FUZZ").map_or(1, |times| times.parse().expect("`FUZZ` is a number"));
    let mut faults = Vec::new();
    for _ in 0..times * inputs {
        let source = input(rng);
        faults.extend(fault(&source, rng).map(|fault| format!("{source}\n    {fault}")));
    }
    faults.sort_by_key(String::len);
    let shortest = faults.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(faults.is_empty(), "{} inputs with faults, the shortest:\n{shortest}", faults.len());
}

#[test]
fn random_words() {
    many(1, 30_000, random);
}

// two tests, which run side by side

#[test]
fn mutated_declarations() {
    many(2, 36_000, mutated);
}

#[test]
fn more_mutated_declarations() {
    many(3, 36_000, mutated);
}
