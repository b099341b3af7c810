//! Programs that a user would run; see the files beside this one. Here is what those on tables share.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::data::{Split, k_fold};

/// How often cross-validation begins anew with another seed.
pub const SEEDS: u64 = 30;
/// Into how many parts it cuts the rows.
pub const FOLDS: usize = 5;

/// Cross-validation: for each seed, `train` learns from each fold and returns scores that are means over what it is
/// judged by. Returned are mean and standard deviation over the seeds, after `finish`.
///
/// One number of one split says little on a few hundred rows; here each row is judged once for every seed by a network
/// that has not seen it.
///
/// # Errors
/// Those of `train` and of `k_fold`.
pub fn cross_validate<X: Clone, Y: Clone, E: From<typenet::Error>, const M: usize>(
    (x, y): (&[X], &[Y]),
    mut train: impl FnMut(Split<X, Y>, &mut StdRng) -> Result<[f64; M], E>,
    finish: impl Fn(f64) -> f64,
) -> Result<[(f64, f64); M], E> {
    let mut seeds = [const { Vec::new() }; M];
    for seed in 0..SEEDS {
        let rng = &mut StdRng::seed_from_u64(seed);
        let mut sums = [0.0; M];
        for fold in k_fold((x, y), FOLDS)? {
            let tested = fold.y_test.len() as f64;
            for (sum, score) in sums.iter_mut().zip(train(fold, rng)?) {
                *sum += score * tested;
            }
        }
        for (values, sum) in seeds.iter_mut().zip(sums) {
            values.push(finish(sum / y.len() as f64));
        }
    }
    Ok(seeds.map(|values| mean_and_deviation(&values)))
}

/// Mean and standard deviation.
#[must_use]
pub fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt())
}

#[cfg(test)]
mod tests {
    use typenet::data::Split;

    use super::{FOLDS, SEEDS, cross_validate, mean_and_deviation};

    #[test]
    fn every_row_counts_alike() {
        let y = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let mut calls = 0;
        let score = |fold: Split<f64, f64>, _: &mut _| {
            calls += 1;
            Ok::<_, typenet::Error>([fold.y_test.iter().sum::<f64>() / fold.y_test.len() as f64])
        };
        // the folds have two rows and one, but the mean is that of the rows
        assert!(matches!(cross_validate((&y, &y), score, |mean| mean * mean), Ok([(6.25, 0.0)])));
        assert_eq!(calls, SEEDS * FOLDS as u64);
        assert_eq!(mean_and_deviation(&[1.0, 3.0]), (2.0, 1.0));
    }
}
