//! What layers of all sizes share: compiled once for each activation, as the products are for all of them.

use core::cell::RefCell;
use core::slice::from_ref;

use bytemuck::{cast_mut, cast_ref};
use fearless_simd::Simd;

use crate::activations::{Activation, Keep};
use crate::kernels::ahead::Ahead;
use crate::kernels::compact;
use crate::kernels::dense::{self as kernel, IN_TURN, Laid};
use crate::kernels::outlet::Outlet;
use crate::kernels::part::map_any;
use crate::kernels::sink::{Gather, Sink};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// A tile on its way forward.
pub(super) struct Forward<'a, T: Scalar> {
    pub(super) x: &'a [T::Lane],
    pub(super) y: &'a mut [T::Lane],
    /// Where the activation's inputs go, unless it keeps none.
    pub(super) tape: &'a mut [T::Lane],
}

/// A tile on its way back.
pub(super) struct Back<'a, T: Scalar> {
    pub(super) x: &'a [T::Lane],
    /// What the activation has kept: its inputs or its outputs.
    pub(super) kept: &'a [T::Lane],
    pub(super) dy: &'a mut [T::Lane],
    pub(super) dx: Option<&'a mut [T::Lane]>,
}

/// Where the share of tiles of the gradient goes.
pub(super) struct Shares<'a, T: Scalar> {
    pub(super) weights: &'a mut [T],
    /// Of the biases, if there are any; and of the weights, if they are gathered [lane by lane](BY_LANES).
    pub(super) sums: &'a mut [T::Lane],
}

/// The gradient of the weights is gathered lane by lane; or it has whole vectors of outputs, or some that are left, or both. What
/// a program's layers have none of is not compiled.
pub(super) const BY_LANES: u8 = 0;
pub(super) const WHOLE: u8 = 1;
pub(super) const LEFT: u8 = 2;

/// Some tiles, at most as many as go [in turn](IN_TURN). What looks across the outputs is the layer's.
#[inline(never)]
pub(super) fn forward<T: Scalar, S: Simd, A: Activation>(
    simd: S,
    activation: A,
    weights: &[T],
    biases: &[T],
    tiles: &mut [Forward<'_, T>],
    laid: Option<&RefCell<Laid>>,
    ahead: Option<Ahead<'_>>,
) {
    let (mut x, mut y): (_, [&mut [T::Lane]; IN_TURN]) = ([&[][..]; IN_TURN], Default::default());
    let count = tiles.len().min(IN_TURN);
    for ((x, y), tile) in x.iter_mut().zip(&mut y).zip(&mut *tiles) {
        *x = tile.x;
        *y = &mut *tile.y;
    }
    kernel::shared::forward::<T, S>(simd, weights, biases, &x[..count], &mut y[..count], laid, ahead);
    simd.vectorize(
        #[inline(always)]
        || activate(simd, activation, tiles),
    );
}

/// What follows the product.
#[inline(always)]
pub(super) fn activate<T: Scalar, S: Simd, A: Activation>(simd: S, activation: A, tiles: &mut [Forward<'_, T>]) {
    for Forward { y, tape, .. } in tiles {
        for (tape, z) in tape.iter_mut().zip(&**y) {
            *tape = *z;
        }
        for column in &mut **y {
            column.store(activation.value(simd, column.load(simd)));
        }
    }
}

/// One sample. What looks across the outputs is the layer's.
#[inline(never)]
pub(super) fn predict<T: Scalar, S: Simd, A: Activation>(
    simd: S,
    activation: A,
    weights: &[T],
    biases: &[T],
    x: &[T],
    y: &mut [T],
) {
    kernel::shared::predict::<T, S>(simd, weights, biases, x, y);
    if const { A::ELEMENTWISE } {
        simd.vectorize(
            #[inline(always)]
            || {
                map_any(
                    simd,
                    y,
                    #[inline(always)]
                    |z| activation.value(simd, z),
                    #[inline(always)]
                    |z| activation.value(simd, z),
                );
            },
        );
    }
}

/// One tile or two, whose shares go to `shares` in their order.
#[inline(never)]
pub(super) fn backward<T: Scalar, S: Simd, A: Activation, const GRADIENT: u8>(
    simd: S,
    activation: A,
    weights: &[T],
    tiles: &mut [Back<'_, T>],
    mut shares: Option<Shares<'_, T>>,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            if const { A::ELEMENTWISE } {
                for Back { kept, dy, .. } in &mut *tiles {
                    for (kept, dy) in kept.iter().zip(&mut **dy) {
                        let (kept, dy): (&Tile<T, 1>, &mut Tile<T, 1>) = (cast_ref(kept), cast_mut(dy));
                        activation.backward(simd, A::Keep::tape_of(kept), kept, dy);
                    }
                }
            }
            if tiles.iter().all(|tile| tile.dx.is_some()) {
                let (mut dy, mut dx): (_, [&mut [T::Lane]; 2]) = ([&[][..]; 2], Default::default());
                let count = tiles.len().min(2);
                for ((dy, dx), tile) in dy.iter_mut().zip(&mut dx).zip(&mut *tiles) {
                    *dy = &*tile.dy;
                    *dx = tile.dx.take().unwrap_or_default();
                }
                kernel::shared::backward_input::<T, S>(simd, weights, &dy[..count], &mut dx[..count]);
            }
            for Back { x, dy, .. } in tiles {
                share::<T, S, GRADIENT>(simd, x, dy, &mut shares);
            }
        },
    );
}

/// A tile's share of the gradient, or what must be done to complete it later.
#[inline(always)]
fn share<T: Scalar, S: Simd, const GRADIENT: u8>(
    simd: S,
    x: &[T::Lane],
    dy: &mut [T::Lane],
    shares: &mut Option<Shares<'_, T>>,
) {
    let Some(Shares { weights, sums }) = shares else {
        if const { GRADIENT & WHOLE > 0 } {
            kernel::shared::transpose_squares::<T, S>(simd, dy);
        }
        return;
    };
    let weights_by_lane = if const { GRADIENT == BY_LANES } { x.len() * dy.len() } else { 0 };
    let (bias, sums) = sums.split_at_mut(sums.len().saturating_sub(weights_by_lane));
    kernel::shared::gather_bias::<T, S>(simd, dy, bias);
    if const { GRADIENT == BY_LANES } {
        return kernel::shared::gather_weights::<T, S>(simd, x, dy, sums);
    }
    if const { GRADIENT & WHOLE > 0 } {
        kernel::shared::transpose_squares::<T, S>(simd, dy);
    }
    let outputs = dy.len();
    Gather::new(weights, 0).lend(
        simd,
        #[inline(always)]
        |sink| backward_weights::<T, S, GRADIENT>(simd, from_ref(&(x, &*dy)), outputs, 0, sink),
    );
}

/// Completes the gradient of a layer of `inputs` inputs, whose parameters begin at `start`.
#[inline(never)]
pub(super) fn complete<T: Scalar, S: Simd, D: Sink<T>, const GRADIENT: u8, const BIAS: usize>(
    simd: S,
    tiles: &[kernel::Columns<'_, T>],
    (inputs, outputs): (usize, usize),
    start: usize,
    sink: &mut D,
) {
    let bias = start + inputs * outputs;
    let here = const { GRADIENT & WHOLE > 0 && D::BUSY && !compact::<S>() };
    if here {
        complete_here::<T, S, D, BIAS>(simd, tiles, outputs, (start, bias), sink);
    }
    if here && const { GRADIENT & LEFT == 0 } {
        return;
    }
    sink.lend(
        simd,
        #[inline(always)]
        |sink| {
            if const { GRADIENT == BY_LANES } {
                return kernel::shared::sum_any::<T, S>(simd, tiles, (inputs + BIAS) * outputs, start, sink);
            }
            if const { GRADIENT & WHOLE > 0 } && !here {
                kernel::shared::backward_weights::<T, S>(simd, tiles, outputs, start, sink);
                if const { BIAS > 0 } {
                    kernel::shared::backward_bias::<T, S>(simd, tiles, bias, sink);
                }
            }
            if const { GRADIENT & LEFT > 0 } {
                kernel::shared::backward_weights_left::<T, S>(simd, tiles, outputs, start, sink);
                if const { BIAS > 0 } {
                    kernel::shared::backward_bias_left::<T, S>(simd, tiles, bias, sink);
                }
            }
        },
    );
}

/// The part of the outputs that fill vectors, compiled for the sink.
#[inline(never)]
fn complete_here<T: Scalar, S: Simd, D: Sink<T>, const BIAS: usize>(
    simd: S,
    tiles: &[kernel::Columns<'_, T>],
    outputs: usize,
    (weights, bias): (usize, usize),
    sink: &mut D,
) {
    simd.vectorize(
        #[inline(always)]
        || {
            kernel::backward_weights::<T, S, D>(simd, tiles, outputs, weights, sink);
            if const { BIAS > 0 } {
                kernel::backward_bias::<T, S, D>(simd, tiles, bias, sink);
            }
        },
    );
}

/// The gradient of the weights, of all outputs.
#[inline(always)]
fn backward_weights<T: Scalar, S: Simd, const GRADIENT: u8>(
    simd: S,
    tiles: &[kernel::Columns<'_, T>],
    outputs: usize,
    start: usize,
    sink: &mut Outlet<'_, T>,
) {
    if const { GRADIENT & WHOLE > 0 } {
        kernel::shared::backward_weights::<T, S>(simd, tiles, outputs, start, sink);
    }
    if const { GRADIENT & LEFT > 0 } {
        kernel::shared::backward_weights_left::<T, S>(simd, tiles, outputs, start, sink);
    }
}
