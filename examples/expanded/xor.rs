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

/// Tells points of the first and third quadrants from the others.
///
/// | layer | shape | activation | parameters |
/// | --- | --- | --- | --- |
/// | [`dense`](Self::dense) | 2 -> 4 | relu | 12 |
/// | [`dense_1`](Self::dense_1) | 4 -> 4 | relu | 20 |
/// | [`dense_2`](Self::dense_2) | 4 -> 2 | softmax | 10 |
///
/// 42 parameters of type `f32`.
#[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
#[repr(C)]
#[allow(unused_qualifications, reason = "the macro wants paths where rustc does not")]
pub struct Xor {
    /// `Dense(2 -> 4, relu)`: 12 parameters.
    pub dense: ::typenet::layers::Parameters<
        ::typenet::layers::Dense<2, 4, ::typenet::activations::Relu>,
        ::core::primitive::f32,
    >,
    /// `Dense(4 -> 4, relu)`: 20 parameters.
    pub dense_1: ::typenet::layers::Parameters<
        ::typenet::layers::Dense<4, 4, ::typenet::activations::Relu>,
        ::core::primitive::f32,
    >,
    /// `Dense(4 -> 2, softmax)`: 10 parameters.
    pub dense_2: ::typenet::layers::Parameters<
        ::typenet::layers::Dense<4, 2>,
        ::core::primitive::f32,
    >,
}
#[allow(unused_qualifications, reason = "the macro wants paths where rustc does not")]
const _: () = {
    use ::typenet::__private as __typenet;
    type __Dense = ::typenet::layers::Dense<2, 4, ::typenet::activations::Relu>;
    const __DENSE: __Dense = ::typenet::layers::Dense::new(::typenet::activations::Relu);
    type __Dense1 = ::typenet::layers::Dense<4, 4, ::typenet::activations::Relu>;
    const __DENSE_1: __Dense1 = ::typenet::layers::Dense::new(
        ::typenet::activations::Relu,
    );
    type __Dense2 = ::typenet::layers::Dense<4, 2>;
    const __DENSE_2: __Dense2 = ::typenet::layers::Dense::new(
        ::typenet::activations::Linear,
    );
    ///What `Xor` keeps of one tile between forward and backward.
    #[repr(C)]
    pub struct __Tape {
        dense: __typenet::Trace<__typenet::f32, __Dense>,
        dense_1: __typenet::Trace<__typenet::f32, __Dense1>,
        dense_2: __typenet::Trace<__typenet::f32, __Dense2>,
    }
    ///Running sums of the gradient of `Xor`, lane by lane.
    #[derive(::core::clone::Clone, ::core::marker::Copy)]
    #[repr(C)]
    pub struct __Sums {
        dense: [__typenet::Lane<
            __typenet::f32,
        >; __typenet::sums::<__Dense, __typenet::f32>()],
        dense_1: [__typenet::Lane<
            __typenet::f32,
        >; __typenet::sums::<__Dense1, __typenet::f32>()],
        dense_2: [__typenet::Lane<
            __typenet::f32,
        >; __typenet::sums::<__Dense2, __typenet::f32>()],
    }
    unsafe impl __typenet::Zeroable for __Tape {}
    unsafe impl __typenet::Zeroable for __Sums {}
    unsafe impl __typenet::Pod for __Sums {}
    unsafe impl __typenet::Zeroable for Xor {}
    unsafe impl __typenet::Flat<__typenet::f32> for Xor {}
    const _: () = __typenet::assert_no_padding::<
        Xor,
        __typenet::f32,
    >(
        0 + __typenet::count::<__Dense, __typenet::f32>()
            + __typenet::count::<__Dense1, __typenet::f32>()
            + __typenet::count::<__Dense2, __typenet::f32>(),
    );
    #[inline(always)]
    fn __tile_dense(
        __tile: __typenet::OnWay<'_, Xor>,
    ) -> __typenet::Tracing<'_, __typenet::f32, __Dense> {
        __tile.first(|__tape| &mut __tape.dense)
    }
    #[inline(always)]
    fn __batch_dense<'__t>(
        __input: &'__t <Xor as __typenet::Network>::Input,
        __tape: &'__t __Tape,
    ) -> __typenet::Seen<'__t, __typenet::f32, __Dense> {
        (__input, &__tape.dense)
    }
    #[inline(always)]
    fn __share_dense<'__t>(
        __gradient: &'__t mut Xor,
        __sums: &'__t mut __Sums,
    ) -> __typenet::Place<'__t, __typenet::f32, __Dense> {
        (&mut __gradient.dense, &mut __sums.dense[..])
    }
    #[inline(always)]
    fn __tile_dense_1(
        __tile: __typenet::OnWay<'_, Xor>,
    ) -> __typenet::Tracing<'_, __typenet::f32, __Dense1> {
        __tile.after(|__tape| (&mut __tape.dense, &mut __tape.dense_1))
    }
    #[inline(always)]
    fn __batch_dense_1<'__t>(
        _: &'__t <Xor as __typenet::Network>::Input,
        __tape: &'__t __Tape,
    ) -> __typenet::Seen<'__t, __typenet::f32, __Dense1> {
        (&__tape.dense.output, &__tape.dense_1)
    }
    #[inline(always)]
    fn __share_dense_1<'__t>(
        __gradient: &'__t mut Xor,
        __sums: &'__t mut __Sums,
    ) -> __typenet::Place<'__t, __typenet::f32, __Dense1> {
        (&mut __gradient.dense_1, &mut __sums.dense_1[..])
    }
    #[inline(always)]
    fn __tile_dense_2(
        __tile: __typenet::OnWay<'_, Xor>,
    ) -> __typenet::Tracing<'_, __typenet::f32, __Dense2> {
        __tile.after(|__tape| (&mut __tape.dense_1, &mut __tape.dense_2))
    }
    #[inline(always)]
    fn __batch_dense_2<'__t>(
        _: &'__t <Xor as __typenet::Network>::Input,
        __tape: &'__t __Tape,
    ) -> __typenet::Seen<'__t, __typenet::f32, __Dense2> {
        (&__tape.dense_1.output, &__tape.dense_2)
    }
    #[inline(always)]
    fn __share_dense_2<'__t>(
        __gradient: &'__t mut Xor,
        __sums: &'__t mut __Sums,
    ) -> __typenet::Place<'__t, __typenet::f32, __Dense2> {
        (&mut __gradient.dense_2, &mut __sums.dense_2[..])
    }
    impl __typenet::Network for Xor {
        type Scalar = __typenet::f32;
        type Input = __typenet::Tile<__typenet::f32, 2>;
        type Output = __typenet::Tile<__typenet::f32, 2>;
        type Head = ::typenet::activations::Softmax;
        type Tape = __Tape;
        type Sums = __Sums;
        type Layers = (__Dense, (__Dense1, __Dense2));
        const HEAD: Self::Head = ::typenet::activations::Softmax;
        const NAME: &'static __typenet::str = "Xor";
        const STREAMS: __typenet::usize = 0
            + __typenet::streams::<__Dense, __typenet::f32>()
            + __typenet::streams::<__Dense1, __typenet::f32>()
            + __typenet::streams::<__Dense2, __typenet::f32>();
        const LAYERS: &'static [__typenet::LayerInfo] = &[
            __typenet::info::<__Dense, __typenet::f32>("dense", "Dense", "relu"),
            __typenet::info::<__Dense1, __typenet::f32>("dense_1", "Dense", "relu"),
            __typenet::info::<__Dense2, __typenet::f32>("dense_2", "Dense", "softmax"),
        ];
        const CHAIN: Self::Layers = (__DENSE, (__DENSE_1, __DENSE_2));
        fn initialize<__R: __typenet::Rng + ?::core::marker::Sized>(
            &mut self,
            __rng: &mut __R,
        ) {
            __typenet::initialize::<
                __typenet::f32,
                _,
                _,
            >(__DENSE, &mut self.dense, __rng);
            __typenet::initialize::<
                __typenet::f32,
                _,
                _,
            >(__DENSE_1, &mut self.dense_1, __rng);
            __typenet::initialize::<
                __typenet::f32,
                _,
                _,
            >(__DENSE_2, &mut self.dense_2, __rng);
        }
        #[inline(always)]
        fn forward<
            '__m,
            __S: __typenet::Simd,
            __G: __typenet::Tiles<Self::Input, Self::Tape>,
        >(
            &self,
            __simd: __S,
            __mode: __typenet::Mode<'__m>,
            __tiles: &mut __G,
        ) -> __typenet::Mode<'__m> {
            let __mode = __typenet::forward(
                __simd,
                __mode,
                __DENSE,
                &self.dense,
                __tiles,
                __tile_dense,
            );
            let __mode = __typenet::forward(
                __simd,
                __mode,
                __DENSE_1,
                &self.dense_1,
                __tiles,
                __tile_dense_1,
            );
            __typenet::forward(
                __simd,
                __mode,
                __DENSE_2,
                &self.dense_2,
                __tiles,
                __tile_dense_2,
            )
        }
        #[inline(always)]
        fn logits(__tape: &mut Self::Tape) -> (&Self::Output, &mut Self::Output) {
            (&__tape.dense_2.output, &mut __tape.dense_2.d_output)
        }
        #[inline(always)]
        fn backward<
            __S: __typenet::Simd,
            __G: __typenet::Tiles<Self::Input, Self::Tape>,
        >(
            &self,
            __simd: __S,
            __tiles: &mut __G,
            mut __shares: __typenet::Shares<'_, Self>,
        ) {
            __typenet::backward(
                __simd,
                __DENSE_2,
                &self.dense_2,
                __tiles,
                __tile_dense_2,
                __typenet::share(&mut __shares, __share_dense_2),
            );
            __typenet::backward(
                __simd,
                __DENSE_1,
                &self.dense_1,
                __tiles,
                __tile_dense_1,
                __typenet::share(&mut __shares, __share_dense_1),
            );
            __typenet::backward(
                __simd,
                __DENSE,
                &self.dense,
                __tiles,
                __tile_dense,
                __typenet::share(&mut __shares, __share_dense),
            );
        }
        #[inline(always)]
        fn complete<
            __S: __typenet::Simd,
            __G: __typenet::Tapes<Self>,
            __K: __typenet::Sink<__typenet::f32>,
        >(
            __simd: __S,
            __batch: __G,
            __start: __typenet::usize,
            __sink: &mut __K,
        ) -> __typenet::usize {
            let __start = __typenet::complete::<
                Self,
                _,
            >(__simd, __DENSE, __batch, __batch_dense, __start, __sink);
            let __start = __typenet::complete::<
                Self,
                _,
            >(__simd, __DENSE_1, __batch, __batch_dense_1, __start, __sink);
            __typenet::complete::<
                Self,
                _,
            >(__simd, __DENSE_2, __batch, __batch_dense_2, __start, __sink)
        }
        #[inline(always)]
        fn finish<__S: __typenet::Simd>(
            __simd: __S,
            __gradient: &mut Self,
            __sums: &mut Self::Sums,
        ) {
            __typenet::finish::<
                __typenet::f32,
                _,
                _,
            >(__simd, __DENSE, &mut __gradient.dense, &mut __sums.dense);
            __typenet::finish::<
                __typenet::f32,
                _,
                _,
            >(__simd, __DENSE_1, &mut __gradient.dense_1, &mut __sums.dense_1);
            __typenet::finish::<
                __typenet::f32,
                _,
                _,
            >(__simd, __DENSE_2, &mut __gradient.dense_2, &mut __sums.dense_2);
        }
        #[inline(always)]
        fn predict_logits<__S: __typenet::Simd>(
            &self,
            __simd: __S,
            __input: &[__typenet::f32; 2],
            __output: &mut [__typenet::f32; 2],
        ) {
            let mut __y_dense = __typenet::Between([0.0; 4]);
            __typenet::predict_layer::<
                __typenet::f32,
                _,
                _,
            >(__simd, __DENSE, &self.dense, __input, &mut __y_dense.0);
            let mut __y_dense_1 = __typenet::Between([0.0; 4]);
            __typenet::predict_layer::<
                __typenet::f32,
                _,
                _,
            >(__simd, __DENSE_1, &self.dense_1, &__y_dense.0, &mut __y_dense_1.0);
            __typenet::predict_layer::<
                __typenet::f32,
                _,
                _,
            >(__simd, __DENSE_2, &self.dense_2, &__y_dense_1.0, __output);
        }
    }
    #[allow(
        dead_code,
        clippy::same_name_method,
        reason = "a program uses the methods that it needs, without the trait"
    )]
    impl Xor {
        /// How many parameters it has.
        pub const PARAMETERS: __typenet::usize = <Self as __typenet::Network>::PARAMETERS;
        /// How many numbers go in.
        pub const INPUTS: __typenet::usize = 2;
        /// How many numbers come out.
        pub const OUTPUTS: __typenet::usize = 2;
        /// A network with new parameters, drawn from a generator of random numbers.
        #[must_use]
        pub fn new<__R>(__generator: &mut __R) -> Self
        where
            __R: __typenet::Rng + ?::core::marker::Sized
                + __typenet::OnStack<{ __typenet::fits_stack::<Xor>() }>,
        {
            __typenet::new(__generator)
        }
        __typenet::boxed_method!();
        /// Predicts one sample, without allocation.
        #[must_use]
        #[inline]
        pub fn predict(&self, __sample: &[__typenet::f32; 2]) -> [__typenet::f32; 2] {
            __typenet::predict(self, __sample)
        }
        /// The table of the layers.
        #[must_use]
        pub fn summary() -> __typenet::Summary {
            <Self as __typenet::Network>::summary()
        }
    }
};
