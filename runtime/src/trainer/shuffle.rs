//! The order of the samples.

use rand::Rng as _;
use rand::rngs::Xoshiro256PlusPlus;

/// Puts `order` into a random order, each as likely as any other (Fisher and Yates): every number, from the last to the
/// first, changes places with one before it, or with itself.
///
/// The random numbers of 64 bits are the slow part, so one of them is made several dice, as many as keep it rare that it
/// must be drawn again.
pub fn permute(mut order: &mut [u32], random: &mut Xoshiro256PlusPlus) {
    let mut random = || random.next_u64();
    loop {
        order = match order.len() {
            0 | 1 => return,
            2..4 => settle::<1>(order, &mut random),
            4..0x4000 => settle::<4>(order, &mut random),
            0x4000..0x8_0000 => settle::<3>(order, &mut random),
            // there are at most `u32::MAX` samples, so the product of two counts fits
            _ => settle::<2>(order, &mut random),
        }
    }
}

/// Settles the last `DICE` numbers and gives those before them.
///
/// The high half of the product of a random number and the sides is a die, and the low half is a random number again.
/// (N. Brackett-Rozinsky and D. Lemire, *Batched Ranged Random Integer Generation*, 2024.)
#[inline(always)]
fn settle<'a, const DICE: usize>(order: &'a mut [u32], random: &mut impl FnMut() -> u64) -> &'a mut [u32] {
    let count = order.len();
    let sides: [u64; DICE] = core::array::from_fn(|k| (count - k) as u64);
    let product = sides.iter().product::<u64>();
    let dice = loop {
        let mut rest = random();
        let dice = sides.map(|sides| {
            let wide = u128::from(rest) * u128::from(sides);
            #[allow(clippy::cast_possible_truncation, reason = "the low half, and a number less than `sides`")]
            {
                rest = wide as u64;
                (wide >> 64) as usize
            }
        });
        // what is left over after the last full round of the product would favour some numbers
        if rest >= product || rest >= product.wrapping_neg() % product {
            break dice;
        }
    };
    for (k, die) in dice.into_iter().enumerate() {
        order.swap(count - 1 - k, die);
    }
    &mut order[..count - DICE]
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{Rng as _, SeedableRng as _};

    use super::{permute, settle};

    #[test]
    fn every_sample_stays() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
        // beside each number of dice
        for count in (0..20).chain([0x3ffe, 0x4001, 0x8_0003]) {
            let mut order: Vec<u32> = (0..count).collect();
            permute(&mut order, &mut rng);
            assert!(count < 20 || order.iter().zip(0..).filter(|&(&sample, place)| sample == place).count() < 10);
            order.sort_unstable();
            assert!(order.into_iter().eq(0..count), "{count} samples");
        }
    }

    /// How far the orders of six samples are from equally likely: chi squared with 719 degrees of freedom.
    fn chi_squared(shuffle: impl Fn(&mut [u32], &mut Xoshiro256PlusPlus)) -> f64 {
        const ROUNDS: u32 = 720 * 100;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut counts = BTreeMap::new();
        for _ in 0..ROUNDS {
            let mut order = [0, 1, 2, 3, 4, 5];
            shuffle(&mut order, &mut rng);
            *counts.entry(order).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 720);
        counts.values().map(|&count| (f64::from(count) - 100.0).powi(2) / 100.0).sum()
    }

    #[test]
    fn every_order_is_as_likely() {
        // four standard deviations, each the root of 2 * 719
        let likely = 719.0 - 152.0..719.0 + 152.0;
        let by_dice = [
            chi_squared(permute),
            chi_squared(|order, rng| {
                let order = settle::<3>(order, &mut || rng.next_u64());
                settle::<3>(order, &mut || rng.next_u64());
            }),
            chi_squared(|order, rng| {
                let order = settle::<2>(order, &mut || rng.next_u64());
                let order = settle::<2>(order, &mut || rng.next_u64());
                settle::<2>(order, &mut || rng.next_u64());
            }),
        ];
        assert!(by_dice.iter().all(|chi_squared| likely.contains(chi_squared)), "{by_dice:?}");
    }

    #[test]
    fn a_number_that_would_favour_an_order_is_drawn_again() {
        // 2^64 is 16 modulo 60 = 5 * 4 * 3, so a number that leaves less than 16 is one of too many; the inverse of 15
        // times n leaves 4 n
        let inverse = 0x1111_1111_1111_1111_u64.wrapping_neg();
        let draws = |first: u64| {
            let mut drawn = 0;
            settle::<3>(&mut [0, 1, 2, 3, 4], &mut || {
                drawn += 1;
                if drawn == 1 { first } else { u64::MAX }
            });
            drawn
        };
        assert_eq!(draws(0), 2);
        assert_eq!(draws(inverse.wrapping_mul(3)), 2);
        assert_eq!(draws(inverse.wrapping_mul(4)), 1);
    }
}
