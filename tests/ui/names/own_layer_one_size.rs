//! A layer of a user's own with one size, where there are two.
mod my {
    use typenet::layers::{Backward, Layer, NoParameters};
    use typenet::prelude::*;
    use typenet::simd::Simd;

    #[derive(Clone, Copy, Debug)]
    pub struct Same<const N: usize>;

    impl<const N: usize> Same<N> {
        pub const fn new() -> Self {
            Self
        }
    }

    impl<T: Scalar, const N: usize> Layer<T> for Same<N> {
        type Input = Tile<T, N>;
        type Output = Tile<T, N>;
        type Parameters = NoParameters;
        type Tape = NoParameters;

        fn initialize<R: rand::Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

        fn forward<S: Simd>(
            &self,
            simd: S,
            _: &NoParameters,
            input: &Tile<T, N>,
            output: &mut Tile<T, N>,
            _: &mut NoParameters,
        ) {
            for i in 0..N {
                output.store::<S>(i, input.load(simd, i));
            }
        }

        fn backward<S: Simd>(&self, simd: S, _: &NoParameters, pass: Backward<'_, T, Self>) {
            let Some(d_input) = pass.d_input else { return };
            for i in 0..N {
                d_input.store::<S>(i, pass.d_output.load(simd, i));
            }
        }
    }
}

typenet::network! {
    Xor = my::Same(2 -> 2), Dense(2, softmax)
}

include!("../program.rs");
