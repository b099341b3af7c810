//! The weights of networks in files.

#[cfg(feature = "alloc")]
use alloc::vec::Vec;
#[cfg(feature = "safetensors")]
use std::path::Path;

use crate::error::Error;
use crate::network::Network;

/// The weights of a network in files, for every network. It is in the prelude; [`weights`](crate::weights) says what is
/// in the files, and how they come from Keras and PyTorch.
pub trait Files: Network {
    /// Writes the parameters to a safetensors file: tensors `label.kernel`, `label.bias` in Keras's layout, with the
    /// declaration, a checksum, and a sample input with its output in the metadata; see [`weights`](crate::weights).
    ///
    /// The file is written beside its place and then moved there, so that a crash or a full disk leaves the old file
    /// or the new one, never half of one.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1) }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("line.safetensors");
    /// let line = Line::new(rng);
    /// line.save(&path)?;
    /// let mut again = Line::new(rng);
    /// again.load(&path)?;
    /// assert_eq!(again, line);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written, or if a parameter is NaN or infinite: such a file could not be loaded.
    #[cfg(feature = "safetensors")]
    fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        crate::weights::save(self, path.as_ref())
    }

    /// Reads the parameters from a safetensors file, written by [`save`](Self::save), from Keras or from PyTorch; see
    /// [`weights`](crate::weights). On an error the network stays as it was.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Weights`] if it does not hold this network: which tensor, what
    /// was expected and what was found.
    #[cfg(feature = "safetensors")]
    fn load(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        crate::weights::load(self, path.as_ref(), false)
    }

    /// What [`save`](Self::save) writes, in memory: for a browser, an archive, a database, another program, or a field
    /// of a struct that serde knows.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1) }
    ///
    /// # fn main() -> Result<(), typenet::Error> {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// let line = Line::new(rng);
    /// let bytes: Vec<u8> = line.to_bytes()?;
    ///
    /// let mut again = Line::new(rng);
    /// again.load_bytes(&bytes)?;
    /// assert_eq!(again, line);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] of `<bytes>` if a parameter is NaN or infinite.
    #[cfg(feature = "safetensors")]
    fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        crate::weights::to_bytes(self)
    }

    /// Reads the parameters from what was a safetensors file, and checks it, as [`load`](Self::load) does. On an error
    /// the network stays as it was.
    ///
    /// # Errors
    /// [`Error::Weights`] of `<bytes>` if they do not hold this network.
    #[cfg(feature = "safetensors")]
    fn load_bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        crate::weights::load_bytes(self, bytes)
    }

    /// As [`load`](Self::load), and takes numbers of either type, `f32` and `f64`: each becomes the nearest of the
    /// network's own type.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! {
    ///     Single = Dense(1 -> 1);
    ///     Double: f64 = Dense(1 -> 1)
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("single.safetensors");
    /// let single = Single::new(rng);
    /// single.save(&path)?;
    /// let mut double = Double::new(rng);
    /// double.load_cast(&path)?;
    /// assert_eq!(double.dense.kernel[0], f64::from(single.dense.kernel[0]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As `load`; also for a number that is beyond the network's type.
    #[cfg(feature = "safetensors")]
    fn load_cast(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        crate::weights::load(self, path.as_ref(), true)
    }

    /// Writes the network as an ONNX model, for other runtimes: `input` is `[batch, INPUTS]`, `output` is
    /// `[batch, OUTPUTS]`; see [`weights`](crate::weights#to-onnx). The file is replaced as by [`save`](Self::save).
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use typenet::prelude::*;
    ///
    /// network! { Line = Dense(1 -> 1) }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rng = &mut StdRng::seed_from_u64(0);
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("line.onnx");
    /// let line = Line::new(rng);
    /// line.save_onnx(&path)?;
    /// let mut again = Line::new(rng);
    /// again.load_onnx(&path)?;
    /// assert_eq!(again, line);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written, if a parameter is NaN or infinite, or if a layer or activation of one's
    /// own is in it, which nobody else knows.
    #[cfg(feature = "onnx")]
    fn save_onnx(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        crate::weights::onnx::save(self, path.as_ref())
    }

    /// Reads the parameters from an ONNX model with the same layers with weights in the same order; see
    /// [`weights`](crate::weights#from-onnx). On an error the network stays as it was.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be read, [`Error::Weights`] if it does not hold this network: which tensor, what
    /// was expected and what was found.
    #[cfg(feature = "onnx")]
    fn load_onnx(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        crate::weights::onnx::load(self, path.as_ref())
    }

    #[cfg(not(feature = "safetensors"))]
    crate::missing::missing! {
        Safetensors of Self {
            fn save(&self, _path: impl Sized) -> Result<(), Error>;
            fn load(&mut self, _path: impl Sized) -> Result<(), Error>;
            fn load_cast(&mut self, _path: impl Sized) -> Result<(), Error>;
            fn load_bytes(&mut self, _bytes: &[u8]) -> Result<(), Error>;
        }
    }

    #[cfg(all(feature = "alloc", not(feature = "safetensors")))]
    crate::missing::missing! {
        Safetensors of Self {
            fn to_bytes(&self) -> Result<Vec<u8>, Error>;
        }
    }

    #[cfg(not(feature = "onnx"))]
    crate::missing::missing! {
        Onnx of Self {
            fn save_onnx(&self, _path: impl Sized) -> Result<(), Error>;
            fn load_onnx(&mut self, _path: impl Sized) -> Result<(), Error>;
        }
    }
}

impl<N: Network> Files for N {}
