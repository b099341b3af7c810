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
    clippy::same_name_method,
    clippy::shadow_unrelated,
    clippy::pattern_type_mismatch,
    clippy::ref_patterns,
    clippy::question_mark_used,
    clippy::std_instead_of_core,
    clippy::large_stack_arrays,
    clippy::large_types_passed_by_value
)]
#![allow(
    clippy::multiple_crate_versions,
    clippy::cargo_common_metadata,
    reason = "of the workspace, not of generated code"
)]

use rand::Rng;
use renamed::activations;
use renamed::initializers::{Fan, Initializer};
use renamed::prelude::Scalar;
use renamed::regularizers::Regularizer;

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
    /// What layers do beside computing.
    Penalized =
        Dense(2 -> 4, relu, kernel_regularizer = l2(0.1), bias_constraint = non_neg),
        Dropout(0.5),
        [Dense(4, kernel_initializer = he_normal, bias_regularizer = l1_l2(0.1, 0.2)); 2],
        Residual(Dense(4 -> 8, gelu), LayerNormalization, GaussianNoise(0.1), Dense(4, kernel_constraint = max_norm(2.0))),
        [Dense(4 -> HIDDEN), Residual(PReLU(4)), Rescaling(scale = 0.5, offset = 0.1); 3],
        Dense(1, sigmoid, trainable = false);
    /// One with a penalty.
    Penalizing = Dense(1 -> 1, kernel_regularizer = self::Nothing, kernel_initializer = self::Nothing);
    /// Layers that are networks, and within others.
    Nested = Single, Penalizing, [Penalizing; 2], Residual(Penalizing, Penalizing);
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

/// The other form.
#[renamed::attribute::network(
    crate = renamed,
    first: Dense(2 -> HIDDEN, relu, kernel_regularizer = l2(0.1)),
    Dropout(0.25),
    Residual(Dense(4 -> 4, tanh), Dense(HIDDEN)),
    Dense(2, softmax, bias_constraint = unit_norm),
)]
pub(crate) struct Attributed;

/// An initialiser and a regulariser that do nothing.
#[derive(Clone, Copy, Debug)]
struct Nothing;

impl Initializer for Nothing {
    fn fill<T: Scalar, R: Rng + ?Sized>(&self, _: &mut [T], _: Fan, _: &mut R) {}
}

impl Regularizer for Nothing {
    fn penalty<T: Scalar>(&self, _: &[T], _: usize, _: &mut [T]) -> f64 {
        0.0
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
