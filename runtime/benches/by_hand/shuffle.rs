//! The order of the samples.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// One sample, as it is shuffled: both inputs, the weight of the first class in the loss, and the difference of the
/// targets, whose sign says which class is right.
pub type Row = [f32; 4];

/// Shuffles rows from the first to the last (Fisher and Yates): each changes places with one that follows, or with
/// itself. So a batch can be shuffled just before it is needed.
pub struct Shuffle {
    /// None leaves the rows as they are.
    rng: Option<Xoshiro256PlusPlus>,
    next: usize,
}

impl Shuffle {
    /// A shuffle seeded from `rng`, or none.
    pub fn new<R: Rng>(rng: Option<&mut R>) -> Self {
        Self { rng: rng.map(Xoshiro256PlusPlus::from_rng), next: 0 }
    }

    /// Begins again with the first row.
    pub fn restart(&mut self) {
        self.next = 0;
    }

    /// Shuffles the next four rows, if there are so many.
    ///
    /// One number of 64 bits is enough for four dice: the high half of its product with the sides is a die, and the low
    /// half is a random number again. (N. Brackett-Rozinsky and D. Lemire, *Batched Ranged Random Integer
    /// Generation*, 2024.)
    #[inline(always)]
    pub fn four(&mut self, rows: &mut [Row]) {
        let Some(rng) = &mut self.rng else { return };
        let rest = &mut rows[self.next..];
        if rest.len() < 4 {
            return;
        }
        let sides = [0, 1, 2, 3].map(|k| (rest.len() - k) as u64);
        let product = sides.iter().product::<u64>();
        loop {
            let mut random = rng.next_u64();
            let dice = sides.map(|sides| {
                let wide = u128::from(random) * u128::from(sides);
                #[allow(clippy::cast_possible_truncation, reason = "the low half")]
                {
                    random = wide as u64;
                    (wide >> 64) as usize
                }
            });
            // what is left over after the last full round of the product would favour some numbers
            if random >= product || random >= product.wrapping_neg() % product {
                for (k, die) in dice.into_iter().enumerate() {
                    rest.swap(k, k + die);
                }
                break;
            }
        }
        self.next += 4;
    }
}
