//! A method whose feature is off says which one that is, where rustc would say that there is no such method.
//!
//! `TRYBUILD=overwrite cargo test -p typenet-hygiene --test features` writes the text anew.

#[test]
fn a_feature_that_is_off_is_named() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
