//! What the targets share.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use rand::SeedableRng as _;
use rand::rngs::SmallRng;
use tempfile::TempDir;
use typenet::Scalar as _;
use typenet::{Error, Network};

/// The same numbers each time.
pub fn rng() -> SmallRng {
    SmallRng::seed_from_u64(1)
}

/// A file with these bytes, the same one each time.
///
/// # Panics
/// If it cannot be written.
pub fn file(bytes: &[u8]) -> PathBuf {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder for the file"));
    let path = folder.path().join("file");
    fs::write(&path, bytes).expect("the file can be written");
    path
}

/// That a network is loaded whole, with finite numbers, or stays as it was.
///
/// # Panics
/// If it is not.
pub fn check<N: Network>(network: &mut N, load: impl FnOnce(&mut N) -> Result<(), Error>) {
    let before = network.clone();
    match load(network) {
        Ok(()) => assert!(network.as_flat().iter().all(|number| number.finite())),
        Err(error) => {
            assert!(error.to_string().chars().all(|c| !c.is_control()), "{error:?}");
            assert_eq!(*network, before);
        }
    }
}
