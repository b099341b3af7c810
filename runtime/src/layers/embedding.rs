//! A vector for each of so many words, products, or whatever has a number.

use fearless_simd::{Simd, SimdBase as _};
use nalgebra::SMatrix;
use rand::Rng;

use super::{Backward, Form, InputRange, Layer, TensorInfo, row};
use crate::initializers::{Fan, Initializer, RandomUniform};
use crate::scalar::{Lane as _, Scalar};
use crate::tile::Tile;

/// `y = (e_{x_1}, e_{x_2}, ...)`: each number that comes in is that of a row of a table, which is trained. In
/// `network!`: `Embedding(3 -> 24, input_dim = 100)` for three numbers from 0 to 99, with 8 numbers for each of them,
/// Keras's `Embedding(input_dim=100, output_dim=8)` with a `Flatten` behind it.
///
/// | option | default | meaning |
/// | --- | --- | --- |
/// | `input_dim = ...` | must be given | how many rows the table has |
/// | `embeddings_initializer = ...` | `random_uniform` | how the table starts: from -0.05 to 0.05 |
/// | `embeddings_regularizer` | none | what the table [costs](crate::regularizers) |
/// | `embeddings_constraint` | none | what the table [must be](crate::constraints) |
///
/// The inputs are the numbers of rows as `f32` or `f64`, `[7.0]`. Data with what is no such number, as `-1.0`, `0.5` or
/// `input_dim`, is refused before it is trained on or evaluated: [`Error::InputNotRow`](crate::Error::InputNotRow). In
/// a prediction the outputs of it are NaN, as in Keras on JAX; also in training behind other layers, whose outputs
/// nobody knows before, which then ends with [`Error::Diverged`](crate::Error::Diverged). To the inputs no gradient
/// goes.
///
/// The gradient is that of the whole table, and an optimizer with momentum or decay moves all rows in each step, as
/// Keras's.
///
/// Source: Y. Bengio and others, *A Neural Probabilistic Language Model*, 2003; options and numbers of Keras's
/// [`Embedding`](https://keras.io/api/layers/core_layers/embedding/).
///
/// # Shapes
/// - input: `IN`
/// - output: `OUT`, that is `IN * EACH`
/// - parameters: an `SMatrix<T, EACH, ROWS>`, whose columns are the rows of Keras's table
///
/// ```
/// use rand::{SeedableRng, rngs::StdRng};
/// use typenet::prelude::*;
///
/// network! { Words = Embedding(2 -> 4, input_dim = 5), Dense(1) }
///
/// # fn main() -> Result<(), typenet::Error> {
/// let rng = &mut StdRng::seed_from_u64(0);
/// let (x, y) = ([[0.0, 4.0], [4.0, 1.0], [2.0, 3.0]], [1.0, -1.0, 0.5]);
/// let mut words = Words::new(rng);
/// Trainer::new(MeanSquaredError, Adam::new(0.05)).epochs(200).fit(&mut words, (&x, &y), rng)?;
/// assert!((words.predict(&[4.0, 1.0])[0] + 1.0).abs() < 1e-2);
/// assert!(words.predict(&[4.0, 5.0])[0].is_nan());
/// let unknown = Trainer::new(MeanSquaredError, Adam::new(0.05)).fit(&mut words, (&[[4.0, 5.0]], &[0.0]), rng);
/// assert_eq!(
///     unknown.unwrap_err().to_string(),
///     "input 1 of sample 0 is 5, but an `Embedding` takes it, which has the rows 0 to 4"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Embedding<const IN: usize, const OUT: usize, const EACH: usize, const ROWS: usize, I = RandomUniform> {
    embeddings_initializer: I,
}

impl<const IN: usize, const OUT: usize, const EACH: usize, const ROWS: usize> Embedding<IN, OUT, EACH, ROWS> {
    /// The layer with Keras's default.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(EACH > 0 && OUT == IN * EACH, "`Embedding` gives some numbers for each that it takes") };
        Self { embeddings_initializer: RandomUniform(-0.05, 0.05) }
    }
}

impl<const IN: usize, const OUT: usize, const EACH: usize, const ROWS: usize> Default
    for Embedding<IN, OUT, EACH, ROWS>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<const IN: usize, const OUT: usize, const EACH: usize, const ROWS: usize, I: Copy>
    Embedding<IN, OUT, EACH, ROWS, I>
{
    /// The same layer with another start of the table.
    pub const fn embeddings_initializer<J: Copy>(self, initializer: J) -> Embedding<IN, OUT, EACH, ROWS, J> {
        Embedding { embeddings_initializer: initializer }
    }
}

impl<T: Scalar, const IN: usize, const OUT: usize, const EACH: usize, const ROWS: usize, I: Initializer> Layer<T>
    for Embedding<IN, OUT, EACH, ROWS, I>
{
    type Input = Tile<T, IN>;
    type Output = Tile<T, OUT>;
    type Parameters = SMatrix<T, EACH, ROWS>;
    type Tape = ();

    const FORM: Form = Form::OfEmbedding;
    const RANGE: InputRange = InputRange::Rows(ROWS);
    const TENSORS: &'static [TensorInfo] = &[TensorInfo { name: "embeddings", shape: &[ROWS, EACH] }];

    fn initialize<R: Rng + ?Sized>(&self, table: &mut Self::Parameters, rng: &mut R) {
        let fan = Fan { inputs: ROWS, outputs: EACH };
        self.embeddings_initializer.fill(table.as_mut_slice(), fan, rng);
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        _: S,
        table: &Self::Parameters,
        input: &Tile<T, IN>,
        output: &mut Tile<T, OUT>,
        (): &mut (),
    ) {
        let table = &table.data.0;
        for (numbers, columns) in input.columns().iter().zip(output.columns_mut().chunks_mut(EACH)) {
            for (lane, number) in numbers.as_slice().iter().enumerate() {
                let row = row(*number, ROWS).and_then(|row| table.get(row));
                for (i, column) in columns.iter_mut().enumerate() {
                    column.as_mut_slice()[lane] = row.map_or(T::from_f64(f64::NAN), |row| row[i]);
                }
            }
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(&self, simd: S, _: &Self::Parameters, pass: Backward<'_, T, Self>) {
        let Backward { input, d_output, d_input, share, .. } = pass;
        if let Some(share) = share {
            let table = &mut share.gradient.data.0;
            for (numbers, columns) in input.columns().iter().zip(d_output.columns().chunks(EACH)) {
                for (lane, number) in numbers.as_slice().iter().enumerate() {
                    let Some(row) = row(*number, ROWS).and_then(|row| table.get_mut(row)) else { continue };
                    for (sum, column) in row.iter_mut().zip(columns) {
                        *sum += column.as_slice()[lane];
                    }
                }
            }
        }
        if let Some(d_input) = d_input {
            for column in d_input.columns_mut() {
                column.store::<S>(T::Vector::<S>::splat(simd, T::ZERO));
            }
        }
    }

    #[inline(always)]
    fn predict<S: Simd>(&self, _: S, table: &Self::Parameters, input: &[T; IN], output: &mut [T; OUT]) {
        for (number, numbers) in input.iter().zip(output.chunks_mut(EACH)) {
            match row(*number, ROWS).and_then(|row| table.data.0.get(row)) {
                Some(row) => numbers.copy_from_slice(&row[..numbers.len()]),
                None => numbers.fill(T::from_f64(f64::NAN)),
            }
        }
    }
}
