//! A type that is no layer.
mod my {
    /// It lacks `Layer`.
    #[derive(Clone, Copy, Debug)]
    pub struct Gate<const IN: usize, const OUT: usize>;

    impl<const IN: usize, const OUT: usize> Gate<IN, OUT> {
        pub const fn new() -> Self {
            Self
        }
    }
}

typenet::network! {
    Xor = my::Gate(2 -> 4), Dense(2, softmax)
}

include!("../program.rs");
