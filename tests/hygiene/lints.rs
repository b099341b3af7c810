//! With every lint on: generated code gives no warning, though nothing of what it writes is used.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unused,
    dead_code,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    let_underscore,
    refining_impl_trait,
    keyword_idents,
    absolute_paths_not_starting_with_crate,
    explicit_outlives_requirements,
    meta_variable_misuse,
    non_ascii_idents,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo,
    clippy::undocumented_unsafe_blocks,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::allow_attributes,
    clippy::missing_inline_in_public_items,
    clippy::missing_docs_in_private_items,
    clippy::exhaustive_structs,
    clippy::absolute_paths,
    clippy::default_numeric_fallback,
    clippy::single_char_lifetime_names,
    clippy::min_ident_chars,
    clippy::pub_use,
    clippy::std_instead_of_core,
    clippy::large_stack_arrays,
    clippy::large_types_passed_by_value
)]
#![allow(
    clippy::multiple_crate_versions,
    clippy::cargo_common_metadata,
    reason = "of the workspace, not of generated code"
)]

use renamed::activations;

renamed::network! {
    /// Nobody uses it.
    Unused = Dense(2 -> 4, relu), Dense(4 -> 2, softmax);
    /// It is public in a crate that exports nothing.
    pub(crate) Exported: f64 =
        first: Dense(2 -> HIDDEN, relu, bias = false, kernel_initializer = constant(0.1)),
        Dense(_ -> { HIDDEN + 1 }, tanh),
        leaky_relu,
        Dense(300, bias_initializer = ones);
    /// One layer.
    Single = Dense(1 -> 1);
    /// No number to train.
    Bare = Activation(3 -> 3, relu);
    /// What the compiler checks and the macro cannot.
    Checked = Dense(2 -> HIDDEN, activations::Relu), [Dense(_ -> 4); 2], Dense(2), private::Inner
}

/// A size.
const HIDDEN: usize = 4;

/// Private things in a module.
mod private {
    renamed::network! {
        /// Seen by its parent.
        pub(super) Inner = Dense(2 -> 1)
    }
}

/// Too large for the stack: `clippy::large_stack_frames` says so of `new` and `clone`, and is right.
#[expect(clippy::large_stack_frames, reason = "nobody calls them")]
mod large {
    renamed::network! {
        /// Built on the heap.
        pub(super) Large = Dense(784 -> 512, relu), Dense(512, relu), Dense(10, softmax)
    }
}

#[test]
fn used_so_that_only_the_rest_is_dead() {
    assert_eq!(private::Inner::PARAMETERS, 3);
    assert_eq!(large::Large::PARAMETERS, 669_706);
    assert_eq!(Exported::PARAMETERS, 8 + 25 + 1800);
}
