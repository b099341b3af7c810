//! What is the same for all parameters.

use core::fmt;

use super::Step;

/// What is the same for all parameters of a step, computed when it begins. It is no setting, so that nobody needs to see it.
#[derive(Clone, Copy)]
pub(super) struct OfStep<const P: usize, const F: usize> {
    /// How many factors are in the products.
    steps: u64,
    products: [f64; P],
    pub(super) factors: [f64; F],
}

impl<const P: usize, const F: usize> OfStep<P, F> {
    /// Before the first step.
    pub(super) const NONE: Self = Self { steps: 0, products: [1.0; P], factors: [0.0; F] };

    /// Products of one factor for each step up to this: `multiply` adds the next. They depend on nothing but how many steps
    /// there were, and are kept since one multiplication is far less than a power.
    pub(super) fn products(&mut self, step: Step, mut multiply: impl FnMut(&mut [f64; P])) -> [f64; P] {
        let t = step.iteration + 1;
        if self.steps > t {
            *self = Self::NONE;
        }
        while self.steps < t {
            self.steps += 1;
            multiply(&mut self.products);
        }
        self.products
    }
}

impl<const P: usize, const F: usize> PartialEq for OfStep<P, F> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<const P: usize, const F: usize> fmt::Debug for OfStep<P, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

#[cfg(test)]
mod tests {
    use super::{OfStep, Step};

    #[test]
    fn products_depend_on_the_step_alone() {
        let of = |memory: &mut OfStep<2, 0>, iteration: usize| {
            let step = Step { iteration: iteration as u64, learning_rate: 1.0 };
            let products = memory.products(step, |[a, b]| {
                *a *= 0.9;
                *b *= 0.999;
            });
            products.map(f64::to_bits)
        };
        let mut memory = OfStep::NONE;
        let each: [_; 50] = core::array::from_fn(|iteration| of(&mut memory, iteration));
        assert_eq!(each[0], [0.9_f64, 0.999].map(f64::to_bits));
        assert!((f64::from_bits(each[49][1]) - libm::pow(0.999, 50.0)).abs() < 1e-15);
        // once more, back, and far ahead
        for iteration in [49, 49, 7, 8, 30, 0] {
            assert_eq!(of(&mut memory, iteration), each[iteration]);
            let mut anew = OfStep::NONE;
            assert_eq!(of(&mut anew, iteration), each[iteration]);
        }
    }
}
