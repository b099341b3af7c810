//! A layer of one's own that does not say how it is quantised.
use typenet::quantized::Quantized;

mod my {
    use rand::Rng;
    use typenet::layers::{Backward, Layer, NoParameters};
    use typenet::simd::Simd;
    use typenet::{Scalar, Tile};

    #[derive(Clone, Copy, Debug)]
    pub struct Same<const IN: usize, const OUT: usize>;

    impl<const N: usize> Same<N, N> {
        pub const fn new() -> Self {
            Self
        }
    }

    impl<T: Scalar, const N: usize> Layer<T> for Same<N, N> {
        type Input = Tile<T, N>;
        type Output = Tile<T, N>;
        type Parameters = NoParameters;
        type Tape = NoParameters;

        fn initialize<R: Rng + ?Sized>(&self, _: &mut NoParameters, _: &mut R) {}

        fn forward<S: Simd>(&self, _: S, _: &NoParameters, x: &Tile<T, N>, y: &mut Tile<T, N>, _: &mut NoParameters) {
            *y = *x;
        }

        fn backward<S: Simd>(&self, _: S, _: &NoParameters, _: Backward<'_, T, Self>) {}
    }
}

typenet::network! { Net = my::Same(2 -> 2) }

fn saved(_: &Quantized<Net>) {}

fn main() {}
