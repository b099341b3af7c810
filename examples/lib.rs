//! Programs that a user would run; see the files beside this one. Here is what those on tables share.

use std::error::Error;

/// A table: what was measured, and the class of each row.
#[derive(Debug, Default)]
pub struct Table<const N: usize> {
    /// The measures.
    pub x: Vec<[f32; N]>,
    /// The classes.
    pub y: Vec<u8>,
}

impl<const N: usize> Table<N> {
    /// Reads comma-separated numbers, the class last, below a line of names.
    ///
    /// # Errors
    /// If a row is not `N` numbers and a class; the message says which.
    pub fn read(csv: &str) -> Result<Self, Box<dyn Error>> {
        let mut table = Self::default();
        for (line, row) in csv.lines().enumerate().skip(1) {
            let fault = |what: &dyn Error| format!("line {}: {what}", line + 1);
            let (measures, class) =
                row.rsplit_once(',').ok_or_else(|| format!("line {}: there is no comma", line + 1))?;
            let measures: Vec<f32> =
                measures.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|error| fault(&error))?;
            let count = measures.len();
            let measures = measures.try_into().map_err(|_| format!("line {}: {count} measures, not {N}", line + 1))?;
            table.x.push(measures);
            table.y.push(class.parse().map_err(|error| fault(&error))?);
        }
        Ok(table)
    }

    /// For cross-validation: the rows of which each `folds`th, from row `fold` on, is left out, and those left out.
    #[must_use]
    pub fn fold(&self, fold: usize, folds: usize) -> (Self, Self) {
        let (mut train, mut test) = (Self::default(), Self::default());
        for (row, (x, y)) in self.x.iter().zip(&self.y).enumerate() {
            let part = if row % folds == fold { &mut test } else { &mut train };
            part.x.push(*x);
            part.y.push(*y);
        }
        (train, test)
    }
}

/// Measures in units of their standard deviation, from their mean: what a network wants to see.
#[derive(Debug)]
pub struct Standard<const N: usize> {
    mean: [f32; N],
    deviation: [f32; N],
}

impl<const N: usize> Standard<N> {
    /// Learns mean and deviation of each measure. What a network is tested on must have no part in this.
    #[must_use]
    pub fn of(rows: &[[f32; N]]) -> Self {
        let count = rows.len().max(1) as f32;
        let mean: [f32; N] = std::array::from_fn(|i| rows.iter().map(|row| row[i]).sum::<f32>() / count);
        let deviation = std::array::from_fn(|i| {
            let variance = rows.iter().map(|row| (row[i] - mean[i]).powi(2)).sum::<f32>() / count;
            // what never changes is zero in any unit
            if variance > 0.0 { variance.sqrt() } else { 1.0 }
        });
        Self { mean, deviation }
    }

    /// The rows, standardised.
    #[must_use]
    pub fn apply(&self, rows: &[[f32; N]]) -> Vec<[f32; N]> {
        rows.iter().map(|row| std::array::from_fn(|i| (row[i] - self.mean[i]) / self.deviation[i])).collect()
    }
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
    use super::{Standard, Table, mean_and_deviation};

    #[test]
    fn the_data_are_whole() -> Result<(), Box<dyn std::error::Error>> {
        let iris: Table<4> = Table::read(include_str!("data/iris.csv"))?;
        for class in 0..3 {
            assert_eq!(iris.y.iter().map(|y| u32::from(*y == class)).sum::<u32>(), 50);
        }
        let tumours: Table<30> = Table::read(include_str!("data/breast_cancer.csv"))?;
        assert_eq!((tumours.x.len(), tumours.y.iter().map(|y| u32::from(*y)).sum()), (569, 357_u32));
        Ok(())
    }

    #[test]
    fn a_bad_row_is_named() {
        for (csv, message) in [
            ("a,b,class\n1,2,0\n1,0\n", "line 3: 1 measures, not 2"),
            ("a,b,class\n1,x,0\n", "line 2: invalid float literal"),
            ("a,b,class\n1,2,-1\n", "line 2: invalid digit found in string"),
            ("a,b,class\n1\n", "line 2: there is no comma"),
        ] {
            let error = Table::<2>::read(csv).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(message));
        }
    }

    #[test]
    fn folds_part_the_rows() {
        let table = Table { x: (0_u8..7).map(|i| [f32::from(i)]).collect(), y: (0..7).collect() };
        let (train, test) = table.fold(1, 3);
        assert_eq!((train.y, test.y), (vec![0, 2, 3, 5, 6], vec![1, 4]));
    }

    #[test]
    fn standardised_is_mean_0_deviation_1() {
        let rows = [[1.0, 5.0], [3.0, 5.0]];
        assert_eq!(Standard::of(&rows).apply(&rows), [[-1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(mean_and_deviation(&[1.0, 3.0]), (2.0, 1.0));
    }
}
