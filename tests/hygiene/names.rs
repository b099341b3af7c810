//! Where the user's names are those that the macro knows by heart.
#![allow(
    dead_code,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    confusable_idents,
    uncommon_codepoints,
    missing_docs,
    missing_debug_implementations,
    unused_macros,
    clippy::items_after_statements,
    reason = "names that are in the way on purpose"
)]

use rand::SeedableRng;
use rand::rngs::StdRng;

/// Types, modules and macros called as what generated code uses.
mod shadowed {
    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Vec;
    pub struct Box;
    pub struct Self_;
    pub struct Network;
    pub struct Tile;
    pub struct Dense;
    pub struct Relu;
    pub struct Layer;
    pub struct Sized;
    pub struct Copy;
    pub trait Clone {}
    pub trait Debug {}
    pub trait PartialEq {}
    pub trait Send {}
    pub mod f32 {}
    pub mod f64 {}
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod renamed {}
    pub mod typenet {}
    pub mod layers {}
    pub mod activations {}
    pub type usize = u8;
    pub type str = u8;
    pub const SIMD: ::core::primitive::usize = 1;
    pub const INPUT: ::core::primitive::usize = 2;
    pub const HEAD: ::core::primitive::usize = 3;
    pub const NAME: ::core::primitive::usize = 4;
    pub const LAYERS: ::core::primitive::usize = 5;
    pub const PARAMETERS: ::core::primitive::usize = 2;
    pub fn relu() {}
    pub fn softmax() {}

    macro_rules! network {
        () => {};
    }
    macro_rules! assert {
        () => {};
    }
    macro_rules! stringify {
        () => {};
    }

    ::renamed::network! {
        pub Named =
            Dense(INPUT -> SIMD, relu),
            Dense(HEAD, tanh),
            Dense(NAME, elu),
            Dense(LAYERS, gelu),
            Dense({ PARAMETERS }, leaky_relu),
            Dense(2, softmax)
    }
}

#[test]
fn names_of_the_user_are_the_users() {
    let named = shadowed::Named::new(&mut StdRng::seed_from_u64(0));
    let [a, b] = named.predict(&[0.5, -0.5]);
    assert!((a + b - 1.0).abs() < 1e-6);
    assert_eq!(shadowed::Named::PARAMETERS, 3 + 6 + 16 + 25 + 12 + 6);
}

/// Constants called as what a function's parameters are likely to be called.
mod constants {
    pub const simd: usize = 2;
    pub const input: usize = 2;
    pub const output: usize = 2;
    pub const tape: usize = 3;
    pub const tiles: usize = 2;
    pub const tile: usize = 2;
    pub const gradient: usize = 2;
    pub const sums: usize = 2;
    pub const sink: usize = 2;
    pub const later: bool = true;
    pub static rng: usize = 2;
    pub const generator: usize = 2;
    pub const sample: usize = 2;
    pub const mode: usize = 2;
    pub const batch: usize = 2;
    pub const start: usize = 2;
    pub const shares: usize = 2;
    pub const penalty: f64 = 0.5;
    pub const input_gradient: usize = 2;

    ::renamed::network! { pub Constant = Dense(input -> simd, relu), [Dense(output -> simd); tile], Dense(tape), Dense({ sums }, kernel_regularizer = l2(penalty), bias_constraint = max_norm(penalty)),
    Dropout(0.5), Dense(generator -> sample, kernel_initializer = constant(penalty)) }
}

#[test]
fn constants_are_no_patterns() {
    assert_eq!(constants::Constant::PARAMETERS, 6 + 2 * 6 + 9 + 8 + 6);
    assert_eq!(constants::Constant::new(&mut StdRng::seed_from_u64(0)).predict(&[0.0, 0.0]).len(), constants::sums);
}

/// Types and modules called as generic parameters are likely to be called, with sizes in them, and networks as layers.
mod generics {
    pub mod sizes {
        pub struct S;
        pub struct R;
        pub struct M;
        impl S {
            pub const SIZE: usize = 2;
        }
        impl R {
            pub const SIZE: usize = 3;
        }
        impl M {
            pub const SIZE: usize = 2;
        }
        pub mod T {
            pub const SIZE: usize = 2;
        }
    }
    use sizes::{M, R, S, T};
    ::renamed::network! {
        pub G = Dense(2 -> 2, relu);
        pub K = G, [G; M::SIZE], Residual(G);
        pub Generic = Dense(S::SIZE -> { R::SIZE }, relu), Dense(M::SIZE), Dense(T::SIZE), Dense({ K::INPUTS }), K,
            Dense({ S::SIZE })
    }
    /// In the last layer and in the first, whose sizes are in the signatures.
    pub mod foreign {
        ::renamed::network! { pub A = super::K, Dense(2 -> 2, tanh), super::G }
    }
}

#[test]
fn generic_parameters_hide_nothing() {
    let rng = &mut StdRng::seed_from_u64(0);
    assert_eq!(generics::Generic::new(rng).predict(&[0.0; 2]).len(), 2);
    assert_eq!(generics::foreign::A::new(rng).predict(&[0.0; 2]).len(), 2);
    assert_eq!(generics::Generic::boxed(rng).predict(&[0.0; 2]).len(), generics::K::OUTPUTS);
}

/// Labels called as what generated code uses.
mod labels {
    ::renamed::network! {
        pub Labelled =
            input: Dense(2 -> 2, relu),
            simd: Dense(2),
            tape: Dense(2),
            gradient: Dense(2),
            sums: Dense(2),
            output: Dense(2),
            rng: Dense(2),
            d_input: Dense(2),
            d_output: Dense(2),
            newest: Dense(2),
            prediction: Dense(2),
            summaries: Dense(2),
            layers: Dense(2),
            core: Dense(2),
            typenet: Dense(2),
            __typenet: Dense(2),
            __tape: Dense(2),
            r#type: Dense(2),
            union: Dense(2),
            a: Dense(2),
            A: Dense(2),
            a_: Dense(2),
            _a: Dense(2),
            // what the second `a` is called in generated code
            A_at_20: Dense(2),
            Größe: Dense(2, softmax)
    }
}

#[test]
fn labels_are_in_the_way_of_nothing() {
    let mut labelled = labels::Labelled::new(&mut StdRng::seed_from_u64(0));
    labelled.r#type.bias[0] = 1.0;
    labelled.Größe.bias[0] = 2.0;
    let [a, b] = labelled.predict(&[0.5, -0.5]);
    assert!((a + b - 1.0).abs() < 1e-6);
    assert_eq!(labels::Labelled::PARAMETERS, 25 * 6);
}

/// Networks called as what generated code uses.
mod networks {
    ::renamed::network! {
        pub Option = Dense(2 -> 1);
        pub Network = Dense(2 -> 1);
        pub Tile = Dense(2 -> 1);
        pub Dense = Dense(2 -> 1);
        pub Some = Dense(2 -> 1);
        pub S = Dense(2 -> 1);
        pub R = Dense(2 -> 1);
        pub T = Dense(2 -> 1);
        pub Layer = Dense(2 -> 1);
        pub xor_net = Dense(2 -> 1);
        pub r#struct = Dense(2 -> 1)
    }
}

#[test]
fn networks_may_be_called_anything() {
    let r = &mut StdRng::seed_from_u64(0);
    let x = [0.0, 0.0];
    let zeros = [
        networks::Option::new(r).predict(&x),
        networks::Network::new(r).predict(&x),
        networks::Tile::new(r).predict(&x),
        networks::Dense::new(r).predict(&x),
        networks::Some::new(r).predict(&x),
        networks::S::new(r).predict(&x),
        networks::R::new(r).predict(&x),
        networks::T::new(r).predict(&x),
        networks::Layer::new(r).predict(&x),
        networks::xor_net::new(r).predict(&x),
        networks::r#struct::new(r).predict(&x),
    ];
    assert!(zeros.iter().flatten().all(|zero| zero.abs() < 1e-30));
    assert_eq!(networks::r#struct::summary().name, "struct");
}

#[test]
fn in_a_function() {
    const HIDDEN: usize = 3;
    renamed::network! {
        Inner = Dense(2 -> HIDDEN, relu), Dense(1)
    }
    fn nested() -> usize {
        const HIDDEN: usize = 7;
        renamed::network! { Inner = Dense(2 -> HIDDEN, relu), Dense(1) }
        Inner::PARAMETERS
    }
    assert_eq!(Inner::PARAMETERS, 13);
    assert_eq!(nested(), 29);
    let closure = || {
        renamed::network! { InAClosure = Dense(1 -> 1) }
        InAClosure::PARAMETERS
    };
    assert_eq!(closure(), 2);
}

/// In the modules of a module, and seen only as far as is said.
mod outer {
    pub mod inner {
        ::renamed::network! {
            pub(in crate::outer) Visible = Dense(2 -> super::HIDDEN, relu), Dense(1);
            pub(super) Above = Dense(2 -> { super::HIDDEN * 2 }, super::Own);
            Private = Dense(1 -> 1)
        }
        pub const PRIVATE: usize = Private::PARAMETERS;
    }
    const HIDDEN: usize = 3;
    use renamed::activations::Relu as Own;
    pub const VISIBLE: usize = inner::Visible::PARAMETERS + inner::Above::PARAMETERS;
}

#[test]
fn visibility_is_what_was_written() {
    assert_eq!(outer::VISIBLE, 13 + 18);
    assert_eq!(outer::inner::PRIVATE, 2);
}

/// With the runtime's and nalgebra's traits in scope, which have methods of the same names.
mod glob {
    use ::renamed::prelude::*;

    network! { pub Globbed = Dense(2 -> 2, softmax) }

    #[test]
    fn methods_are_not_ambiguous() {
        let rng = &mut <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(0);
        let globbed = Globbed::new(rng);
        assert!(globbed.predict(&[0.0, 0.0])[0] > 0.4);
        assert_eq!(globbed.predict_many(&[[0.0, 0.0]]).len(), Globbed::PARAMETERS / 6);
    }
}
