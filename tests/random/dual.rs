//! Numbers with a slope, and what the activations make of them.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// A number, and its slope in the direction that is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dual {
    pub value: f64,
    pub slope: f64,
}

impl Dual {
    pub fn of(self, value: f64, slope: f64) -> Self {
        Self { value, slope: slope * self.slope }
    }

    pub fn exp(self) -> Self {
        self.of(self.value.exp(), self.value.exp())
    }

    pub fn ln(self) -> Self {
        self.of(self.value.ln(), 1.0 / self.value)
    }

    pub fn sqrt(self) -> Self {
        self.of(self.value.sqrt(), 0.5 / self.value.sqrt())
    }

    pub fn tanh(self) -> Self {
        self.of(self.value.tanh(), 1.0 - self.value.tanh().powi(2))
    }

    pub fn abs(self) -> Self {
        if self.value < 0.0 { -self } else { self }
    }

    pub fn between(self, low: f64, high: f64) -> Self {
        match self.value {
            value if value < low => low.into(),
            value if value > high => high.into(),
            _ => self,
        }
    }

    pub fn sigmoid(self) -> Self {
        Self::from(1.0) / (Self::from(1.0) + (-self).exp())
    }

    pub fn softplus(self) -> Self {
        (Self::from(1.0) + self.exp()).ln()
    }

    /// `self` where it is above `limit`, else `other`.
    pub fn above(self, limit: f64, other: Self) -> Self {
        if self.value > limit { self } else { other }
    }

    /// The error function: `2 / sqrt(pi) e^(-x^2) sum 2^n x^(2n + 1) / (2n + 1)!!`, whose terms have one sign.
    pub fn erf(self) -> Self {
        let (x, root) = (self.value, std::f64::consts::FRAC_2_SQRT_PI);
        if x.abs() > 6.0 {
            return x.signum().into();
        }
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term.abs() > 1e-18 * sum.abs() {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        self.of(root * (-x * x).exp() * sum, root * (-x * x).exp())
    }
}

impl From<f64> for Dual {
    fn from(value: f64) -> Self {
        Self { value, slope: 0.0 }
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { value: self.value * other.value, slope: self.slope * other.value + self.value * other.slope }
    }
}

impl Mul<f64> for Dual {
    type Output = Self;
    fn mul(self, other: f64) -> Self {
        self * Self::from(other)
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self { value, slope: (self.slope - value * other.slope) / other.value }
    }
}

pub fn sum(numbers: impl IntoIterator<Item = Dual>) -> Dual {
    numbers.into_iter().fold(Dual::default(), Add::add)
}

/// An activation that acts on each number alone: as it is written, and by its formula.
type Each = (&'static str, fn(Dual) -> Dual);

pub const EACH: &[Each] = &[
    ("linear", |x| x),
    ("relu", |x| x.above(0.0, 0.0.into())),
    ("leaky_relu", |x| x.above(0.0, x * 0.2)),
    ("leaky_relu(0.05)", |x| x.above(0.0, x * 0.05)),
    ("relu6", |x| x.between(0.0, 6.0)),
    ("elu", |x| x.above(0.0, x.exp() - 1.0.into())),
    ("elu(0.5)", |x| x.above(0.0, (x.exp() - 1.0.into()) * 0.5)),
    ("selu", |x| x.above(0.0, (x.exp() - 1.0.into()) * 1.673_263_242_354_377_2) * 1.050_700_987_355_480_5),
    ("celu(0.5)", |x| x.above(0.0, ((x * 2.0).exp() - 1.0.into()) * 0.5)),
    ("gelu", |x| x * 0.5 * (Dual::from(1.0) + (x * std::f64::consts::FRAC_1_SQRT_2).erf())),
    ("gelu_tanh", |x| {
        let inner = (x + x * x * x * 0.044_715) * (2.0 / std::f64::consts::PI).sqrt();
        x * 0.5 * (Dual::from(1.0) + inner.tanh())
    }),
    ("silu", |x| x * x.sigmoid()),
    ("mish", |x| x * x.softplus().tanh()),
    ("sigmoid", Dual::sigmoid),
    ("log_sigmoid", |x| -(-x).softplus()),
    ("hard_sigmoid", |x| ((x + 3.0.into()) * (1.0 / 6.0)).between(0.0, 1.0)),
    ("hard_silu", |x| x * ((x + 3.0.into()) * (1.0 / 6.0)).between(0.0, 1.0)),
    ("sparse_sigmoid", |x| ((x + 1.0.into()) * 0.5).between(0.0, 1.0)),
    ("tanh", Dual::tanh),
    ("hard_tanh", |x| x.between(-1.0, 1.0)),
    ("softsign", |x| x / (Dual::from(1.0) + x.abs())),
    ("softplus", Dual::softplus),
    ("squareplus", |x| (x + (x * x + 4.0.into()).sqrt()) * 0.5),
    ("squareplus(1)", |x| (x + (x * x + 1.0.into()).sqrt()) * 0.5),
    ("sparse_plus", |x| match x.value {
        value if value <= -1.0 => 0.0.into(),
        value if value >= 1.0 => x,
        _ => (x + 1.0.into()) * (x + 1.0.into()) * 0.25,
    }),
    ("exponential", Dual::exp),
    ("hard_shrink", |x| if x.value.abs() > 0.5 { x } else { 0.0.into() }),
    ("soft_shrink(0.25)", |x| x - x.between(-0.25, 0.25)),
    ("tanh_shrink", |x| x - x.tanh()),
    ("threshold(0.25, -1)", |x| x.above(0.25, (-1.0).into())),
];
