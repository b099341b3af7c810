//! `examples/expanded/xor.rs` is what the macro writes.

use std::{env, fs};

use super::networks;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/expanded/xor.rs");

/// What stands above the code, for people who read it.
const ABOVE: &str = "\
// What `network!` writes for the network of `examples/xor.rs`:
//
//     network! {
//         /// Tells points of the first and third quadrants from the others.
//         pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)
//     }
//
// First comes the struct: a public field for each layer, named by its label, and nothing but numbers in it, so that a
// gradient, a velocity or a file of weights is a value of the same struct. Everything else sits in a `const _` block,
// where its names are in nobody's way:
//
// - each layer as a type, whose parameters are its sizes, and as a constant, which holds its options. The last layer is
//   without its activation, which is the network's `HEAD`: losses take logits and head together;
// - `__Tape`, what training keeps of one tile of samples between forward and backward, and `__Sums`, the running sums
//   of the gradient;
// - the proofs that the struct is one flat row of numbers, which the assertion on its size backs;
// - for each layer three functions that find what is its own: of a tile on its way, of a batch, and of a gradient;
// - `Network`, for the trainer: one call into the runtime for each layer, in straight lines, first to last, and for
//   `backward` last to first;
// - the methods that people call by name, without a trait in scope.
//
// Nobody edits this file. After a change of the macro, `UPDATE_EXPECT=1 cargo test -p typenet-macros expanded` writes it
// anew.

";

#[test]
fn the_expanded_example_is_what_the_macro_writes() {
    let declaration = "
        /// Tells points of the first and third quadrants from the others.
        pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)";
    let (errors, code) = networks(declaration.parse().unwrap());
    assert!(errors.is_empty(), "{errors:?}");
    let written = format!("{ABOVE}{}", prettyplease::unparse(&syn::parse2(code).unwrap()));
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(PATH, &written).unwrap();
    }
    let kept = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == kept,
        "the macro writes something else than `examples/expanded/xor.rs` says; \
         `UPDATE_EXPECT=1 cargo test -p typenet-macros expanded` writes it anew"
    );
}
