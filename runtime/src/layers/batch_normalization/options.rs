//! What the layer can be told.

use super::BatchNormalization;
use crate::initializers::{Ones, Zeros};

impl<const N: usize> BatchNormalization<N> {
    /// The layer with Keras's defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            momentum: 0.99,
            epsilon: 1e-3,
            beta_initializer: Zeros,
            gamma_initializer: Ones,
            moving_mean_initializer: Zeros,
            moving_variance_initializer: Ones,
        }
    }
}

impl<const N: usize> Default for BatchNormalization<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, const CENTER: usize, const SCALE: usize, B: Copy, G: Copy, M: Copy, V: Copy>
    BatchNormalization<N, CENTER, SCALE, B, G, M, V>
{
    /// What it computes with and does not train: `epsilon`, and the `momentum` of the moving averages.
    #[must_use]
    pub const fn numbers(self) -> [f64; 2] {
        [self.epsilon, self.momentum]
    }

    /// The same layer with slower or faster moving averages.
    #[must_use]
    pub const fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// The same layer with another number added to the variance.
    #[must_use]
    pub const fn epsilon(self, epsilon: f64) -> Self {
        Self { epsilon, ..self }
    }

    /// The same layer without `beta`.
    pub const fn without_center(self) -> BatchNormalization<N, 0, SCALE, B, G, M, V> {
        self.with((self.beta_initializer, self.gamma_initializer), self.moving())
    }

    /// The same layer without `gamma`.
    pub const fn without_scale(self) -> BatchNormalization<N, CENTER, 0, B, G, M, V> {
        self.with((self.beta_initializer, self.gamma_initializer), self.moving())
    }

    /// The same layer with another start of `beta`.
    pub const fn beta_initializer<I: Copy>(self, start: I) -> BatchNormalization<N, CENTER, SCALE, I, G, M, V> {
        self.with((start, self.gamma_initializer), self.moving())
    }

    /// The same layer with another start of `gamma`.
    pub const fn gamma_initializer<I: Copy>(self, start: I) -> BatchNormalization<N, CENTER, SCALE, B, I, M, V> {
        self.with((self.beta_initializer, start), self.moving())
    }

    /// The same layer with another start of `moving_mean`.
    pub const fn moving_mean_initializer<I: Copy>(self, start: I) -> BatchNormalization<N, CENTER, SCALE, B, G, I, V> {
        self.with((self.beta_initializer, self.gamma_initializer), (start, self.moving_variance_initializer))
    }

    /// The same layer with another start of `moving_variance`.
    pub const fn moving_variance_initializer<I: Copy>(
        self,
        start: I,
    ) -> BatchNormalization<N, CENTER, SCALE, B, G, M, I> {
        self.with((self.beta_initializer, self.gamma_initializer), (self.moving_mean_initializer, start))
    }

    const fn moving(self) -> (M, V) {
        (self.moving_mean_initializer, self.moving_variance_initializer)
    }

    const fn with<const C: usize, const S: usize, J: Copy, I: Copy, L: Copy, U: Copy>(
        self,
        (beta_initializer, gamma_initializer): (J, I),
        (moving_mean_initializer, moving_variance_initializer): (L, U),
    ) -> BatchNormalization<N, C, S, J, I, L, U> {
        let Self { momentum, epsilon, .. } = self;
        BatchNormalization {
            momentum,
            epsilon,
            beta_initializer,
            gamma_initializer,
            moving_mean_initializer,
            moving_variance_initializer,
        }
    }
}
