use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::OutputLoss;
use crate::scalar::Scalar;
use crate::tile::Tile;

/// `max(max_i((1 - t_i) y_i) - sum_i t_i y_i + 1, 0)`, for one-hot targets: by how much the right output falls short of
/// exceeding the largest of the others by 1. Of equal outputs the first has the gradient.
///
/// Source: K. Crammer, Y. Singer, *On the Algorithmic Implementation of Multiclass Kernel-Based Vector Machines*, 2001.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::CategoricalHinge;
///
/// // what goes in, goes out
/// network! { Given: f64 = Activation(3 -> 3, linear) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(CategoricalHinge, Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[1.0, 3.0, 0.5]], &[[1.0, 0.0, 0.0]]))?.loss;
/// assert_eq!(loss, 3.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CategoricalHinge;

impl CategoricalHinge {
    /// What the loss is where it is not 0, and the index of the largest of the others.
    #[inline(always)]
    fn parts<T: Scalar, S: Simd, const N: usize>(
        simd: S,
        y: &Tile<T, N>,
        t: &Tile<T, N>,
    ) -> (T::Vector<S>, T::Vector<S>) {
        let one = T::Vector::<S>::splat(simd, T::ONE);
        let other = |i| (one - t.load(simd, i)) * y.load(simd, i);
        let (mut right, mut index) = (t.load(simd, 0) * y.load(simd, 0), T::Vector::<S>::splat(simd, T::ZERO));
        let mut largest = other(0);
        for i in 1..N {
            right = t.load(simd, i).mul_add(y.load(simd, i), right);
            let x = other(i);
            let more = x.simd_gt(largest);
            largest = more.select(x, largest);
            index = more.select(T::Vector::<S>::splat(simd, T::from_f64(i as f64)), index);
        }
        (largest - right + one, index)
    }
}

impl OutputLoss for CategoricalHinge {
    const NAME: &'static str = "categorical_hinge";

    #[inline(always)]
    fn value<T: Scalar, S: Simd, const N: usize>(&self, simd: S, y: &Tile<T, N>, t: &Tile<T, N>) -> T::Vector<S> {
        let zero = T::Vector::<S>::splat(simd, T::ZERO);
        let short = Self::parts(simd, y, t).0;
        short.simd_lt(zero).select(zero, short)
    }

    #[inline(always)]
    fn gradient<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        y: &Tile<T, N>,
        t: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
        let (short, largest) = Self::parts(simd, y, t);
        let active = short.simd_gt(zero).select(one, zero);
        for i in 0..N {
            let t = t.load(simd, i);
            let up = largest.simd_eq(T::from_f64(i as f64)).select(one - t, zero);
            gradient.store::<S>(i, (up - t) * active);
        }
    }
}
