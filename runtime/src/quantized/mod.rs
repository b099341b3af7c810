//! Networks in integers of eight bits: a quarter of the size, for where memory is short.
//!
//! [`Network::quantize`](crate::Network::quantize) turns a trained network into a [`Quantized`] one. A real number `r`
//! becomes an integer `q`, with a scale `s` and a zero point `z`:
//!
//! ```text
//! r = s (q - z)
//! ```
//!
//! - **weights**: a scale for each output `o`, `s_o = max_i |w_oi| / 127`, and no zero point; `q` is in `-127..=127`;
//! - **inputs of a layer**: a scale and a zero point for each layer, from the range `[min, max]` that the calibration
//!   data has there, widened to hold 0: `s = (max - min) / 255`, `z = round(-128 - min / s)`; `q` is in `-128..=127`,
//!   and what lies beyond the range becomes its end;
//! - **biases and sums** are 32 bits wide, with the scale `s s_o`. What the zero point adds to a sum does not depend on
//!   the sample, so that it is part of the bias: `c_o = round(b_o / (s s_o)) - z sum_i q_oi`.
//!
//! A layer is then a sum of products of integers, and one product of real numbers for each output, before the
//! activation `f`, which is computed in real numbers:
//!
//! ```text
//! y_o = f(s s_o (c_o + sum_i q_oi q_i))
//! ```
//!
//! Source: B. Jacob and others, *Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
//! Inference*, 2018; scales for each output: R. Krishnamoorthi, *Quantizing deep convolutional networks for efficient
//! inference*, 2018. They also requantise between layers in integers alone, which saves what this does in `f32`, one
//! product and an activation for each neuron, and leaves activations to tables.
//!
//! A network of layers that implement [`Quantizable`] can be quantised: `Dense`, layers without parameters,
//! `Normalization`, which stays in real numbers, `Residual`, repetitions, and networks of these as layers. The scalar
//! is `f32`. Neither calibration nor prediction allocates. [`save`](Quantized::save) and [`load`](Quantized::load) keep
//! one in a file, and [`include_network!`](crate::include_network) builds it into a program.
//!
//! ```
//! use rand::{SeedableRng, rngs::StdRng};
//! use typenet::prelude::*;
//! use typenet::quantized::Quantized;
//!
//! network! { Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax) }
//!
//! # fn main() -> Result<(), typenet::Error> {
//! # let rng = &mut StdRng::seed_from_u64(1);
//! let x = [[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]];
//! # let y = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
//! let mut xor = Xor::new(rng);
//! # let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.1).momentum(0.9)).epochs(100);
//! # trainer.fit(&mut xor, (&x, &y), rng)?;
//! // ... after training: what it was trained on, or some of it, says how large the numbers become
//! let quantized: Quantized<Xor> = xor.quantize(&x)?;
//! for x in &x {
//!     assert!((quantized.predict(x)[0] - xor.predict(x)[0]).abs() < 0.05);
//! }
//! # Ok(())
//! # }
//! ```

mod dense;
mod layers;
mod layout;
mod network;
mod quantizable;

pub use self::dense::{Affine, QuantizedDense, Range};
pub use self::layout::{Layout, Number, Pair, Stored, StoredTensor};
pub use self::network::Quantized;
pub use self::quantizable::{InputOf, OutputOf, Quantizable, QuantizableNetwork, QuantizableScalar, SampleOf};
