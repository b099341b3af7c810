//! What `examples/expanded/xor.rs` shows is a program that does what the macro does.

use crate::rng;

/// The file, as somebody might write it by hand.
#[allow(
    unsafe_code,
    unused_qualifications,
    clippy::undocumented_unsafe_blocks,
    clippy::identity_op,
    clippy::trivially_copy_pass_by_ref,
    reason = "the proofs are in the macro, which writes all names in full"
)]
mod written {
    include!("../../../examples/expanded/xor.rs");
}

typenet::network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }

#[test]
fn the_expanded_example_is_a_program() {
    let (by_hand, by_macro) = (written::Xor::new(&mut rng()), Xor::new(&mut rng()));
    for x in [[0.5, -0.5], [1.0, 2.0]] {
        assert_eq!(by_hand.predict(&x), by_macro.predict(&x));
    }
    assert_eq!(written::Xor::summary().to_string(), Xor::summary().to_string());
}
