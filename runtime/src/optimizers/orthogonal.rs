//! Matrices made orthogonal by products alone.

use core::mem::swap;

use fearless_simd::Simd;
use libm::sqrt;

use super::norm::{scale, squares};
use crate::kernels::matrix::{product, transposed};
use crate::scalar::Scalar;

/// How often a matrix `x` becomes `a * x + (b * y + c * y^2) * x`, where `y` is the product of `x` and itself transposed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Iteration {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) c: f64,
    pub(super) steps: u32,
}

/// Makes the matrix in the first of three pieces of memory orthogonal, nearly, and puts it into the last. All three are as long as
/// the matrix, and are written to.
#[inline(always)]
pub(super) fn orthogonal<T: Scalar, S: Simd>(
    simd: S,
    [rows, columns]: [usize; 2],
    Iteration { a, b, c, steps }: Iteration,
    [mut x, mut next, to]: [&mut [T]; 3],
) {
    // the products of the short side are the smaller ones
    let (short, long) = (rows.min(columns), rows.max(columns));
    if rows > columns {
        transposed(simd, x, columns, next);
        swap(&mut x, &mut next);
    }
    scale(x, 1.0 / (sqrt(squares(simd, x)) + 1e-7));
    let square = 0..short * short;
    for _ in 0..steps {
        transposed(simd, x, long, to);
        let Some(y) = next.get_mut(square.clone()) else { return };
        product(simd, [x, to], short, (&[], 0.0, 1.0), y);
        let Some(factor) = to.get_mut(square.clone()) else { return };
        product(simd, [y, y], short, (y, b, c), factor);
        product(simd, [factor, x], long, (x, a, 1.0), next);
        swap(&mut x, &mut next);
    }
    if rows > columns {
        transposed(simd, x, long, to);
    } else {
        to.copy_from_slice(x);
    }
}
