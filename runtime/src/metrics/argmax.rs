use crate::scalar::Scalar;

/// The index of the largest number, the first of equals: the class that a network has told. What is not a number is not
/// the largest; of no numbers it is 0.
///
/// ```
/// use typenet::metrics::argmax;
///
/// assert_eq!(argmax(&[0.1, 0.7, 0.2]), 1);
/// ```
#[must_use]
pub fn argmax<T: Scalar>(numbers: &[T]) -> usize {
    let numbers = numbers.iter().map(|number| number.to_f64()).enumerate().filter(|(_, number)| !number.is_nan());
    numbers.reduce(|best, this| if this.1 > best.1 { this } else { best }).map_or(0, |(index, _)| index)
}
