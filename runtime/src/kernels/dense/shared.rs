//! The same functions for layers of all sizes, compiled once: with this crate, for every scalar type and every instruction set.
//! So a program compiles none of them, however many layers it has. What they hand to a sink goes through an [`Outlet`].

use core::cell::RefCell;

use fearless_simd::{Level, Simd};

use super::forward::SQUARES;
use super::laid::Laid;
use super::{ANY, Columns, in_turn, registers};
use crate::kernels::ahead::Ahead;
use crate::kernels::outlet::Outlet;
use crate::kernels::sink::Window;
use crate::kernels::{dense, sink, with_level};
use crate::scalar::Scalar;

/// A lane-wise number.
type Lane<T> = <T as Scalar>::Lane;

/// Declares functions of a scalar type `T` that are compiled with this crate: nothing in them is left for others to decide.
/// Each is called like a generic function of `T` and the instruction set.
macro_rules! compiled {
    ($($(#[$about:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) = $work:path;)*) => {
        /// The functions of a scalar type.
        pub trait Products<T: Scalar> {
            $($(#[$about])* fn $name(level: Level, $($argument: $type),*);)*
        }

        /// Has them.
        #[derive(Debug)]
        pub struct Compiled;

        compiled! { @for f32 in single: $(fn $name($($argument: $type),*) = $work;)* }
        compiled! { @for f64 in double: $(fn $name($($argument: $type),*) = $work;)* }

        $(
            $(#[$about])*
            #[inline(always)]
            pub(crate) fn $name<T: Scalar, S: Simd>(simd: S, $($argument: $type),*) {
                T::Products::$name(simd.level(), $($argument),*);
            }
        )*
    };
    (@for $scalar:ident in $module:ident: $(fn $name:ident($($argument:ident: $type:ty),*) = $work:path;)*) => {
        mod $module {
            use super::*;

            type T = $scalar;

            impl Products<T> for Compiled {
                $(
                    #[inline(never)]
                    fn $name(level: Level, $($argument: $type),*) {
                        with_level!(level, simd => $work(simd, $($argument),*));
                    }
                )*
            }
        }
    };
}

compiled! {
    /// [`forward`](super::forward) into `y`, for some tiles. Meanwhile a large product asks for samples that come later. What it
    /// puts down [stays](super::laid), where there is such a place.
    fn forward(
        weights: &[T],
        bias: &[T],
        x: &[&[Lane<T>]],
        y: &mut [&mut [Lane<T>]],
        laid: Option<&RefCell<Laid>>,
        ahead: Option<Ahead<'_>>,
    ) = forward_tiles;

    /// [`backward_input`](super::backward_input), for one or two tiles.
    fn backward_input(weights: &[T], dy: &[&[Lane<T>]], dx: &mut [&mut [Lane<T>]]) = backward_tiles;

    /// [`gather_bias`](super::gather_bias)
    fn gather_bias(dy: &[Lane<T>], sums: &mut [Lane<T>]) = dense::gather_bias::<T, _>;

    /// [`gather_weights`](super::gather_weights)
    fn gather_weights(x: &[Lane<T>], dy: &[Lane<T>], sums: &mut [Lane<T>]) = dense::gather_weights::<T, _>;

    /// [`sum_any`](super::sum_any)
    fn sum_any(tiles: &[Columns<'_, T>], numbers: usize, start: usize, sink: &mut Outlet<'_, T>) = dense::sum_any;

    /// [`sum`](super::sum)
    fn sum(lanes: &mut [Lane<T>], gradient: &mut [T]) = dense::sum;

    /// [`transpose_squares`](super::transpose_squares)
    fn transpose_squares(columns: &mut [Lane<T>]) = dense::transpose_squares::<T, _>;

    /// [`backward_weights`](super::backward_weights)
    fn backward_weights(
        tiles: &[Columns<'_, T>],
        outputs: usize,
        start: usize,
        sink: &mut Outlet<'_, T>,
    ) = dense::backward_weights;

    /// [`backward_weights_left`](super::backward_weights_left)
    fn backward_weights_left(
        tiles: &[Columns<'_, T>],
        outputs: usize,
        start: usize,
        sink: &mut Outlet<'_, T>,
    ) = dense::backward_weights_left;

    /// [`backward_bias`](super::backward_bias)
    fn backward_bias(tiles: &[Columns<'_, T>], start: usize, sink: &mut Outlet<'_, T>) = dense::backward_bias;

    /// [`add`](crate::kernels::sink::add)
    fn add(block: &[T], pitch: usize, window: Window, gradient: &mut [T]) = sink::add;

    /// [`backward_bias_left`](super::backward_bias_left)
    fn backward_bias_left(
        tiles: &[Columns<'_, T>],
        start: usize,
        sink: &mut Outlet<'_, T>,
    ) = dense::backward_bias_left;

    /// [`predict`](super::predict)
    fn predict(weights: &[T], bias: &[T], x: &[T], y: &mut [T]) = dense::predict;
}

#[inline(always)]
fn forward_tiles<T: Scalar, S: Simd>(
    simd: S,
    weights: &[T],
    bias: &[T],
    x: &[&[Lane<T>]],
    y: &mut [&mut [Lane<T>]],
    laid: Option<&RefCell<Laid>>,
    ahead: Option<Ahead<'_>>,
) {
    let outputs = y.first().map_or(0, |y| y.len());
    if const { registers::<S>() == 16 }
        && let ([x, other_x], [y, other_y]) = (x, &mut *y)
    {
        return super::forward_columns::<T, S, 2>(simd, weights, bias, outputs, [x, other_x], [y, other_y], ahead);
    }
    if const { in_turn::<S>() } {
        return super::forward_in_turn::<T, S>(simd, weights, bias, x, y, laid, ahead);
    }
    for (x, y) in x.iter().zip(y) {
        let done = match const { registers::<S>() } {
            16 if x.len() >= SQUARES => super::forward_squares::<T, S>(simd, weights, bias, x, y, ahead),
            _ => 0,
        };
        let (weights, bias) = (weights.get(done..).unwrap_or_default(), bias.get(done..).unwrap_or_default());
        let y = y.get_mut(done..).unwrap_or_default();
        super::forward_columns::<T, S, 1>(simd, weights, bias, outputs, [x], [y], None);
    }
}

#[inline(always)]
fn backward_tiles<T: Scalar, S: Simd>(simd: S, weights: &[T], dy: &[&[Lane<T>]], dx: &mut [&mut [Lane<T>]]) {
    let outputs = dy.first().map_or(0, |dy| dy.len());
    if const { registers::<S>() == 16 }
        && let ([dy, other_dy], [dx, other_dx]) = (dy, &mut *dx)
    {
        return super::backward_input::<T, S, ANY, 2>(simd, weights, outputs, [dy, other_dy], [dx, other_dx]);
    }
    for (dy, dx) in dy.iter().zip(dx) {
        super::backward_input::<T, S, ANY, 1>(simd, weights, outputs, [dy], [dx]);
    }
}
