//! Cross-entropies that care less for what is right already.

use fearless_simd::{Select, Simd, SimdBase, SimdFloat};

use super::{EPSILON, OutputLoss, Pointwise, TargetRange, clip};
use crate::error::Error;
use crate::scalar::Scalar;
use crate::setting::{self, Must};
use crate::tile::Tile;

/// The binary cross-entropy of each output times `(1 - p)^gamma`, with the probability `p = t y + (1 - t) (1 - y)` that
/// is given to what is right. Wants `sigmoid` at the end of the network.
///
/// Computed from the probabilities, with Keras's guard of 1e-7, and Keras's gamma of 2. With
/// [`class_balancing`](Self::class_balancing) times `alpha` where the target is 1, and times `1 - alpha` where it is 0.
///
/// Source: T.-Y. Lin and others, *Focal Loss for Dense Object Detection*, 2017.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::BinaryFocalCrossEntropy;
///
/// network! { Given: f64 = Activation(1 -> 1, sigmoid) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(BinaryFocalCrossEntropy::new().gamma(3.0).class_balancing(0.25), Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[0.0], &[1.0]))?.loss;
/// assert!((loss - 0.25 * 0.5_f64.powi(3) * 2_f64.ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryFocalCrossEntropy {
    gamma: f64,
    /// The weights of targets 1 and 0.
    weights: [f64; 2],
}

impl BinaryFocalCrossEntropy {
    /// With a gamma of 2, without class balancing.
    #[must_use]
    pub const fn new() -> Self {
        Self { gamma: 2.0, weights: [1.0, 1.0] }
    }

    /// How much less what is right already counts: 0 or more. Default: 2.
    #[must_use]
    pub const fn gamma(self, gamma: f64) -> Self {
        Self { gamma, ..self }
    }

    /// Weighs targets of 1 with `alpha` and targets of 0 with `1 - alpha`. Keras's default is 0.25.
    #[must_use]
    pub const fn class_balancing(self, alpha: f64) -> Self {
        Self { weights: [alpha, 1.0 - alpha], ..self }
    }

    #[inline(always)]
    fn weight<T: Scalar, S: Simd>(&self, simd: S, t: T::Vector<S>) -> T::Vector<S> {
        let [one, zero] = self.weights.map(|w| T::Vector::<S>::splat(simd, T::from_f64(w)));
        t.mul_add(one - zero, zero)
    }
}

impl Default for BinaryFocalCrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

/// `base^exponent` of a base from 0 to 1.
#[inline(always)]
#[allow(clippy::float_cmp, reason = "exactly these exponents have a formula of their own")]
pub(super) fn power<T: Scalar, S: Simd>(simd: S, base: T::Vector<S>, exponent: f64) -> T::Vector<S> {
    if exponent == 0.0 {
        T::Vector::<S>::splat(simd, T::ONE)
    } else if exponent == 1.0 {
        base
    } else if exponent == 2.0 {
        base * base
    } else {
        T::exp(T::ln(base) * T::from_f64(exponent))
    }
}

/// The slope of `base^exponent` with respect to the base.
#[inline(always)]
fn power_slope<T: Scalar, S: Simd>(simd: S, base: T::Vector<S>, exponent: f64) -> T::Vector<S> {
    if exponent == 0.0 {
        T::Vector::<S>::splat(simd, T::ZERO)
    } else {
        power::<T, S>(simd, base, exponent - 1.0) * T::from_f64(exponent)
    }
}

/// 1 where the guard leaves a probability as it is, else 0: there it holds the gradient at 0.
#[inline(always)]
fn free<T: Scalar, S: Simd>(simd: S, p: T::Vector<S>) -> T::Vector<S> {
    let (one, zero) = (T::Vector::<S>::splat(simd, T::ONE), T::Vector::<S>::splat(simd, T::ZERO));
    (p.simd_ge(T::from_f64(EPSILON)) & p.simd_le(T::from_f64(1.0 - EPSILON))).select(one, zero)
}

/// The binary cross-entropy.
#[inline(always)]
fn cross_entropy<T: Scalar, S: Simd>(simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
    let one = T::Vector::<S>::splat(simd, T::ONE);
    let p = clip::<T, S>(simd, y);
    -t * T::ln(p) - (one - t) * T::ln(one - p)
}

/// What is missing to certainty, `1 - p`.
#[inline(always)]
fn missing<T: Scalar, S: Simd>(simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
    let one = T::Vector::<S>::splat(simd, T::ONE);
    one - (t * y + (one - t) * (one - y))
}

impl Pointwise for BinaryFocalCrossEntropy {
    const NAME: &'static str = "binary_focal_crossentropy";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn value<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let factor = power::<T, S>(simd, missing::<T, S>(simd, y, t), self.gamma);
        factor * cross_entropy::<T, S>(simd, y, t) * self.weight::<T, S>(simd, t)
    }

    #[inline(always)]
    fn slope<T: Scalar, S: Simd>(&self, simd: S, y: T::Vector<S>, t: T::Vector<S>) -> T::Vector<S> {
        let one = T::Vector::<S>::splat(simd, T::ONE);
        let missing = missing::<T, S>(simd, y, t);
        let d_missing = one - t - t;
        let p = clip::<T, S>(simd, y);
        let d_entropy = (p - t) / (p * (one - p)) * free::<T, S>(simd, y);
        let d_factor = power_slope::<T, S>(simd, missing, self.gamma) * d_missing;
        let factor = power::<T, S>(simd, missing, self.gamma);
        d_factor.mul_add(cross_entropy::<T, S>(simd, y, t), factor * d_entropy) * self.weight::<T, S>(simd, t)
    }

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "BinaryFocalCrossEntropy",
            &[("gamma", self.gamma, Must::NotNegative), ("class_balancing", self.weights[0], Must::Share)],
        )
    }
}

/// `-alpha sum_i t_i (1 - y_i)^gamma ln(y_i)`, for targets that are probabilities, such as one-hot vectors. Wants
/// `softmax` at the end of the network.
///
/// Computed from the probabilities, divided by their sum, with Keras's guard of 1e-7, its alpha of 0.25 and its gamma
/// of 2.
///
/// Source: T.-Y. Lin and others, *Focal Loss for Dense Object Detection*, 2017.
///
/// ```
/// # use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
/// use typenet::losses::CategoricalFocalCrossEntropy;
///
/// network! { Given: f64 = Activation(2 -> 2, softmax) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let given = Given::new(&mut StdRng::seed_from_u64(0));
/// let mut trainer = Trainer::new(CategoricalFocalCrossEntropy::new().gamma(3.0), Sgd::new(0.1));
/// let loss = trainer.evaluate(&given, (&[[0.0, 0.0]], &[[1.0, 0.0]]))?.loss;
/// assert!((loss - 0.25 * 0.5_f64.powi(3) * 2_f64.ln()).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoricalFocalCrossEntropy {
    alpha: f64,
    gamma: f64,
}

impl CategoricalFocalCrossEntropy {
    /// With an alpha of 0.25 and a gamma of 2.
    #[must_use]
    pub const fn new() -> Self {
        Self { alpha: 0.25, gamma: 2.0 }
    }

    /// The weight of the loss. Default: 0.25.
    #[must_use]
    pub const fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// How much less what is right already counts: 0 or more. Default: 2.
    #[must_use]
    pub const fn gamma(self, gamma: f64) -> Self {
        Self { gamma, ..self }
    }
}

impl Default for CategoricalFocalCrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

/// 1 over the sum of the outputs.
#[inline(always)]
fn per_sum<T: Scalar, S: Simd, const N: usize>(simd: S, y: &Tile<T, N>) -> T::Vector<S> {
    let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
    for i in 0..N {
        sum += y.load(simd, i);
    }
    T::Vector::<S>::splat(simd, T::ONE) / sum
}

impl OutputLoss for CategoricalFocalCrossEntropy {
    const NAME: &'static str = "categorical_focal_crossentropy";
    const TARGETS: TargetRange = TargetRange::Probability;

    #[inline(always)]
    fn value<T: Scalar, S: Simd, const N: usize>(&self, simd: S, y: &Tile<T, N>, t: &Tile<T, N>) -> T::Vector<S> {
        let (scale, one) = (per_sum(simd, y), T::Vector::<S>::splat(simd, T::ONE));
        let mut sum = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let p = clip::<T, S>(simd, y.load(simd, i) * scale);
            sum += t.load(simd, i) * power::<T, S>(simd, one - p, self.gamma) * T::ln(p);
        }
        sum * T::from_f64(-self.alpha)
    }

    #[inline(always)]
    fn gradient<T: Scalar, S: Simd, const N: usize>(
        &self,
        simd: S,
        y: &Tile<T, N>,
        t: &Tile<T, N>,
        gradient: &mut Tile<T, N>,
    ) {
        let (scale, one) = (per_sum(simd, y), T::Vector::<S>::splat(simd, T::ONE));
        // first with respect to the probabilities, then through their division by the sum
        let mut along = T::Vector::<S>::splat(simd, T::ZERO);
        for i in 0..N {
            let share = y.load(simd, i) * scale;
            let p = clip::<T, S>(simd, share);
            let d_factor = power_slope::<T, S>(simd, one - p, self.gamma);
            let d = d_factor * T::ln(p) - power::<T, S>(simd, one - p, self.gamma) / p;
            let d = d * t.load(simd, i) * free::<T, S>(simd, share) * T::from_f64(self.alpha);
            along = d.mul_add(share, along);
            gradient.store::<S>(i, d);
        }
        for i in 0..N {
            let d = (gradient.load(simd, i) - along) * scale;
            gradient.store::<S>(i, d);
        }
    }

    fn check(&self) -> Result<(), Error> {
        setting::check(
            "CategoricalFocalCrossEntropy",
            &[("gamma", self.gamma, Must::NotNegative), ("alpha", self.alpha, Must::NotNegative)],
        )
    }
}
