//! What layers with others inside have in common: on the way forward the tiles go through the layers inside, whose
//! results are then joined; on the way back the gradient is split, goes back through them, and is merged.

use fearless_simd::Simd;

use super::batch::Tracing;
use super::{Backward, Layer, Share, Trace};
use crate::kernels::framed;
use crate::mode::Mode;
use crate::scalar::Scalar;
use crate::tiles::{Inside, Passing, Tiles};

/// A layer with others inside. [`ways!`] writes the methods of its [`Layer`] that follow from these.
pub(super) trait Around<T: Scalar>: Layer<T> {
    /// Sends tiles forward through the layers inside.
    fn run<'m, S: Simd>(
        self,
        simd: S,
        mode: Mode<'m>,
        parameters: &Self::Parameters,
        tiles: &mut impl Tiles<Self::Input, Self::Tape>,
    ) -> Mode<'m>;

    /// Makes the outputs of what the layers inside gave.
    fn join<S: Simd>(self, simd: S, input: &Self::Input, output: &mut Self::Output, tape: &mut Self::Tape);

    /// Gives the layers inside the gradient with respect to their outputs.
    fn split<S: Simd>(self, simd: S, output: &Self::Output, d_output: &Self::Output, tape: &mut Self::Tape);

    /// Sends tiles back through the layers inside.
    fn run_back<S: Simd>(
        self,
        simd: S,
        parameters: &Self::Parameters,
        tiles: &mut impl Tiles<Self::Input, Self::Tape>,
        share: Option<Share<'_, T, Self>>,
    );

    /// Adds to the gradient with respect to the inputs what does not come from the layer inside that is the first.
    fn merge<S: Simd>(self, _simd: S, _d_output: &Self::Output, _d_input: &mut Self::Input, _tape: &Self::Tape) {}
}

/// The methods of the [`Layer`] of a type that is [`Around`], over the scalar type `$t`, that send tiles through it:
/// each calls the function of this module that has its name.
macro_rules! ways {
    ($t:ty) => {
        #[inline(always)]
        fn forward<S: fearless_simd::Simd>(
            &self,
            simd: S,
            parameters: &Self::Parameters,
            input: &Self::Input,
            output: &mut Self::Output,
            tape: &mut Self::Tape,
        ) {
            $crate::layers::around::forward(
                *self,
                simd,
                $crate::mode::Mode::INFERENCE,
                parameters,
                input,
                output,
                tape,
            );
        }

        #[inline(always)]
        fn train<S: fearless_simd::Simd>(
            &self,
            simd: S,
            parameters: &Self::Parameters,
            input: &Self::Input,
            output: &mut Self::Output,
            tape: &mut Self::Tape,
            noise: $crate::noise::Noise,
        ) {
            let mode = $crate::mode::Mode::new(Some(noise));
            $crate::layers::around::forward(*self, simd, mode, parameters, input, output, tape);
        }

        #[inline(always)]
        fn backward<S: fearless_simd::Simd>(
            &self,
            simd: S,
            parameters: &Self::Parameters,
            pass: $crate::layers::Backward<'_, $t, Self>,
        ) {
            $crate::layers::around::backward(*self, simd, parameters, pass);
        }

        #[inline(always)]
        fn forward_tiles<
            'm,
            S: fearless_simd::Simd,
            H: $crate::tiles::Tiles<Self::Input, $crate::layers::Trace<$t, Self>>,
        >(
            &self,
            simd: S,
            mode: $crate::mode::Mode<'m>,
            parameters: &Self::Parameters,
            tiles: &mut H,
        ) -> $crate::mode::Mode<'m> {
            $crate::layers::around::forward_tiles(*self, simd, mode, parameters, tiles)
        }

        #[inline(always)]
        fn backward_tiles<
            S: fearless_simd::Simd,
            H: $crate::tiles::Tiles<Self::Input, $crate::layers::Trace<$t, Self>>,
        >(
            &self,
            simd: S,
            parameters: &Self::Parameters,
            tiles: &mut H,
            share: Option<$crate::layers::Share<'_, $t, Self>>,
        ) {
            $crate::layers::around::backward_tiles(*self, simd, parameters, tiles, share);
        }
    };
}
pub(super) use ways;

/// Sends a tile forward.
#[inline(always)]
pub(super) fn forward<T: Scalar, L: Around<T>, S: Simd>(
    layer: L,
    simd: S,
    mode: Mode<'_>,
    parameters: &L::Parameters,
    input: &L::Input,
    output: &mut L::Output,
    tape: &mut L::Tape,
) {
    layer.run(simd, mode, parameters, &mut Passing::new(input, &mut *tape));
    layer.join(simd, input, output, tape);
}

/// Sends a tile back.
#[inline(always)]
pub(super) fn backward<T: Scalar, L: Around<T>, S: Simd>(
    layer: L,
    simd: S,
    parameters: &L::Parameters,
    pass: Backward<'_, T, L>,
) {
    let Backward { input, output, tape, d_output, mut d_input, share } = pass;
    layer.split(simd, output, d_output, tape);
    let mut tile = Passing { input, d_input: d_input.as_deref_mut(), kept: &mut *tape };
    layer.run_back(simd, parameters, &mut tile, share);
    if let Some(d_input) = d_input {
        layer.merge(simd, d_output, d_input, tape);
    }
}

/// Sends tiles forward, or through a part of the way.
#[inline(always)]
pub(super) fn forward_tiles<'m, T: Scalar, L: Around<T>, S: Simd>(
    layer: L,
    simd: S,
    mode: Mode<'m>,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<L::Input, Trace<T, L>>,
) -> Mode<'m> {
    let mode = layer.run(simd, mode, parameters, &mut tapes(tiles));
    if in_part(tiles.part(), L::BARRIERS) {
        for index in 0..tiles.count() {
            let Passing { input, kept: Trace { output, tape, .. }, .. } = tiles.tile(index);
            layer.join(simd, input, output, tape);
        }
    }
    mode
}

/// Sends tiles back, or through a part of the way.
#[inline(always)]
pub(super) fn backward_tiles<T: Scalar, L: Around<T>, S: Simd>(
    layer: L,
    simd: S,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<L::Input, Trace<T, L>>,
    share: Option<Share<'_, T, L>>,
) {
    if in_part(tiles.part(), L::BARRIERS) {
        for index in 0..tiles.count() {
            let Trace { output, d_output, tape } = tiles.tile(index).kept;
            layer.split(simd, output, d_output, tape);
        }
    }
    layer.run_back(simd, parameters, &mut tapes(tiles), share);
    if in_part(tiles.part(), 0) {
        for index in 0..tiles.count() {
            let Passing { d_input: Some(d_input), kept: Trace { d_output, tape, .. }, .. } = tiles.tile(index) else {
                break;
            };
            layer.merge(simd, d_output, d_input, tape);
        }
    }
}

/// Whether tiles go through that part of the way, or all of it. Not `is_none_or`, which is two functions for each
/// layer.
#[inline(always)]
const fn in_part(part: Option<usize>, asked: usize) -> bool {
    match part {
        Some(part) => part == asked,
        None => true,
    }
}

/// Tiles with what the layer keeps.
#[inline(always)]
pub(super) fn tapes<T: Scalar, L: Layer<T>, G: Tiles<L::Input, Trace<T, L>>>(
    tiles: &mut G,
) -> impl Tiles<L::Input, L::Tape> {
    /// Not a closure, which would be a new one for each `G`.
    #[inline(always)]
    fn tape<T: Scalar, L: Layer<T>>(tile: Tracing<'_, T, L>) -> Passing<'_, L::Input, L::Tape> {
        tile.first(
            #[inline(always)]
            |trace| &mut trace.tape,
        )
    }

    Inside::new(tiles, tape::<T, L>)
}

/// Sends tiles forward through a layer inside, in a frame of its own. `see` finds its tiles in those around it.
#[inline(always)]
pub fn forward_inside<'m, T: Scalar, L: Layer<T>, S: Simd, I, K>(
    simd: S,
    mode: Mode<'m>,
    layer: L,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<I, K>,
    see: impl for<'t> Fn(Passing<'t, I, K>) -> Tracing<'t, T, L>,
) -> Mode<'m> {
    framed!(simd, layer.forward_tiles(simd, mode, parameters, &mut Inside::new(tiles, see)))
}

/// The same on the way back.
#[inline(always)]
pub fn backward_inside<T: Scalar, L: Layer<T>, S: Simd, I, K>(
    simd: S,
    layer: L,
    parameters: &L::Parameters,
    tiles: &mut impl Tiles<I, K>,
    see: impl for<'t> Fn(Passing<'t, I, K>) -> Tracing<'t, T, L>,
    share: Option<Share<'_, T, L>>,
) {
    framed!(simd, layer.backward_tiles(simd, parameters, &mut Inside::new(tiles, see), share));
}
