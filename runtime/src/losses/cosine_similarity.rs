use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::{EPSILON, OutputLoss};
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `-sum_i y_i t_i / (|y| |t|)`: -1 where outputs and targets have the same direction, 1 where they have opposite ones.
/// Norms are at least 1e-7.
///
/// As a metric it has the same sign; Keras's metric of this name has the opposite one.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::CosineSimilarity;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(2 -> 2, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(CosineSimilarity, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[2.0, 0.0], [2.0, 0.0]], &[[1.0, 0.0], [0.0, 1.0]]))?.loss;
/// assert_eq!(loss, -0.5);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CosineSimilarity;

/// `1 / |x|`, and whether the norm is large enough to be what it is.
#[inline(always)]
fn inverse_norm<T: Scalar, S: Simd, const N: usize>(simd: S, x: &Tile<T, N>) -> T::Vector<S> {
    let mut squares = T::Vector::<S>::splat(simd, T::ZERO);
    for i in 0..N {
        squares = x.load(simd, i).mul_add(x.load(simd, i), squares);
    }
    let norm = squares.sqrt().max(T::from_f64(EPSILON));
    T::Vector::<S>::splat(simd, T::ONE) / norm
}

impl OutputLoss for CosineSimilarity {
    const NAME: &'static str = "cosine_similarity";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, const N: usize>(&self, simd: S, y: &Tile<T, N>, t: &Tile<T, N>) -> T::Vector<S> {
        let mut dot = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            dot = y.load(simd, i).mul_add(t.load(simd, i), dot);
        }
        -dot * inverse_norm(simd, y) * inverse_norm(simd, t)
    }

    #[inline(always)]
    fn gradient<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        y: &Tile<T, N>,
        t: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        // with u = y / |y| and v = t / |t|: -(v - u (u v)) / |y|, and -v / |y| where the norm is held at 1e-7
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let (per_y, per_t) = (inverse_norm(simd, y), inverse_norm(simd, t));
        let similarity = -self.value(simd, y, t);
        let along = per_y.simd_lt(T::from_f64(1.0 / EPSILON)).select(similarity * per_y, zero);
        for i in 0..N {
            let d = y.load(simd, i).mul_add(along, -t.load(simd, i) * per_t) * per_y;
            gradient.store::<S>(i, d);
        }
    }
}
