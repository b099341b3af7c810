use alloc::vec::Vec;
use core::fmt;

use super::argmax;
use crate::scalar::Scalar;

/// How often each class is taken for each: TensorFlow's and Keras's `confusion_matrix`.
///
/// ```
/// use typenet::metrics::ConfusionMatrix;
///
/// let outputs = [[0.9, 0.1], [0.3, 0.7], [0.6, 0.4]];
/// let matrix = ConfusionMatrix::of(&outputs, [0, 1, 1]);
/// assert_eq!(matrix.count(1, 0), 1);
/// assert_eq!(matrix.recall(1), 0.5);
/// println!("{matrix}");
///
/// // one output is the probability of yes
/// let matrix = ConfusionMatrix::of(&[[0.9], [0.3], [0.6]], [true, false, false]);
/// let [[tn, fp], [fn_, tp]] = [0, 1].map(|target| [0, 1].map(|taken| matrix.count(target, taken)));
/// assert_eq!([tn, fp, fn_, tp], [1, 1, 0, 1]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// Row by row: the target, then what it was taken for.
    counts: Vec<u64>,
}

impl ConfusionMatrix {
    /// A matrix of zeros for so many classes.
    #[must_use]
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: alloc::vec![0; classes.saturating_mul(classes)] }
    }

    /// That of outputs with the classes that they should be, integers of any type or `bool`. The class of an output is its
    /// [`argmax`]; one number alone is the probability of class 1, and that is it if it is greater than 0.5.
    #[must_use]
    pub fn of<T: Scalar, const N: usize>(outputs: &[[T; N]], targets: impl IntoIterator<Item: TryInto<usize>>) -> Self {
        let mut matrix = Self::new(N.max(2));
        for (output, target) in outputs.iter().zip(targets) {
            let prediction =
                if let [yes] = output.as_slice() { usize::from(yes.to_f64() > 0.5) } else { argmax(output) };
            matrix.add(target.try_into().unwrap_or(usize::MAX), prediction);
        }
        matrix
    }

    /// Counts one more sample. A class that there is not counts nothing.
    pub fn add(&mut self, target: usize, prediction: usize) {
        if target < self.classes && prediction < self.classes {
            self.counts[target * self.classes + prediction] += 1;
        }
    }

    /// How many classes there are.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How often `target` was taken for `prediction`; 0 for classes that there are not.
    #[must_use]
    pub fn count(&self, target: usize, prediction: usize) -> u64 {
        if target < self.classes && prediction < self.classes {
            self.counts[target * self.classes + prediction]
        } else {
            0
        }
    }

    /// The share of samples that are right; NaN of none.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes).map(|class| self.count(class, class)).sum();
        right as f64 / self.counts.iter().sum::<u64>() as f64
    }

    /// The share of what was taken for this class that is of it; NaN of none.
    #[must_use]
    pub fn precision(&self, class: usize) -> f64 {
        let taken: u64 = (0..self.classes).map(|target| self.count(target, class)).sum();
        self.count(class, class) as f64 / taken as f64
    }

    /// The share of what is of this class that was taken for it; NaN of none.
    #[must_use]
    pub fn recall(&self, class: usize) -> f64 {
        let are: u64 = (0..self.classes).map(|prediction| self.count(class, prediction)).sum();
        self.count(class, class) as f64 / are as f64
    }
}

/// A table, with a row for each target and a column for each prediction.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.counts.iter().max().map_or(1, |most| most.checked_ilog10().map_or(1, |log| log as usize + 1));
        let width = width.max(self.classes.saturating_sub(1).checked_ilog10().map_or(1, |log| log as usize + 1));
        write!(f, "{:width$} |", "")?;
        for class in 0..self.classes {
            write!(f, " {class:>width$}")?;
        }
        for target in 0..self.classes {
            write!(f, "\n{target:>width$} |")?;
            for prediction in 0..self.classes {
                write!(f, " {:>width$}", self.count(target, prediction))?;
            }
        }
        Ok(())
    }
}
