use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::scalar::Scalar;

/// How many points Keras keeps of what it has seen.
const POINTS: usize = 100;

/// Which of several neighbouring ranges a number lies in, as Keras's layer of this name: bin `i` begins at boundary
/// `i - 1`, which belongs to it.
///
/// One-hot vectors of bins are made by [`to_categorical`](super::to_categorical); an
/// [`Embedding`](crate::layers::Embedding) takes the bins themselves.
///
/// ```
/// use typenet::data::Discretization;
///
/// let ages = Discretization::<f64>::new([18.0, 65.0]);
/// assert_eq!([17.9, 18.0, 64.0, 80.0].map(|age| ages.bin(age)), [0, 1, 1, 2]);
/// // bins that hold about as many numbers as each other
/// let quarters = Discretization::adapt(&[8.0, 1.0, 2.0, 3.0, 5.0, 7.0, 4.0, 6.0], 4);
/// assert_eq!(quarters.bin_boundaries, [2.0, 4.0, 6.0]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Discretization<T> {
    /// Where all bins but the first begin, from the least on.
    pub bin_boundaries: Vec<T>,
}

impl<T: Scalar> Discretization<T> {
    /// With these boundaries, in any order.
    #[must_use]
    pub fn new(bin_boundaries: impl Into<Vec<T>>) -> Self {
        let mut bin_boundaries = bin_boundaries.into();
        bin_boundaries.sort_by(|a, b| a.to_f64().total_cmp(&b.to_f64()));
        Self { bin_boundaries }
    }

    /// Learns boundaries between `num_bins` bins that hold about as many of these numbers as each other, by Keras's
    /// interpolation; of fewer numbers than bins each but the largest is a boundary.
    #[must_use]
    pub fn adapt(numbers: &[T], num_bins: usize) -> Self {
        let mut sorted: Vec<f64> = numbers.iter().map(|number| number.to_f64()).collect();
        sorted.sort_by(f64::total_cmp);
        // of many numbers one in so many, which stands for those before it
        let step = (sorted.len() / POINTS).max(1);
        let weight = (sorted.len() as f64 / POINTS as f64).max(1.0);
        let points = sorted.iter().skip(step - 1).step_by(step).map(|number| (*number, weight)).collect();
        let mut points = compressed(compressed(points, POINTS), num_bins.max(1));
        points.pop();
        Self { bin_boundaries: points.into_iter().map(|(number, _)| T::from_f64(number)).collect() }
    }

    /// The bin of a number, from 0; that of NaN is the last.
    #[must_use]
    pub fn bin(&self, number: T) -> usize {
        self.bin_boundaries.partition_point(|boundary| number.partial_cmp(boundary) != Some(Ordering::Less))
    }
}

/// So many points in the place of as many or more, each with its weight: where the sums of the weights reach equal
/// parts of their total.
fn compressed(points: Vec<(f64, f64)>, count: usize) -> Vec<(f64, f64)> {
    if points.len() < count {
        return points;
    }
    let total: f64 = points.iter().map(|(_, weight)| weight).sum();
    let (mut sum, mut before) = (0.0, 0.0);
    let sums: Vec<(f64, f64)> = points
        .iter()
        .map(|(number, weight)| {
            sum += weight;
            (sum, *number)
        })
        .collect();
    let part = |part: usize| {
        let reached = total * (part as f64 / count as f64);
        let number = interpolated(&sums, reached);
        // what no point has reached is what the first has
        let reached = reached.max(sums.first().map_or(0.0, |(sum, _)| *sum));
        let weight = reached - before;
        before = reached;
        (number, weight)
    };
    (1..=count).map(part).collect()
}

/// The number where the sum is `wanted`, between those of the points beside it; that of the first or the last beyond
/// them.
fn interpolated(sums: &[(f64, f64)], wanted: f64) -> f64 {
    let after = sums.partition_point(|(sum, _)| *sum < wanted);
    match (after.checked_sub(1).and_then(|before| sums.get(before)), sums.get(after)) {
        (Some((low, a)), Some((high, b))) => a + (b - a) * ((wanted - low) / (high - low)),
        (None, Some((_, only))) | (Some((_, only)), None) => *only,
        (None, None) => f64::NAN,
    }
}
