//! Whatever ends a save early leaves the old file or the new one, whole.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use typenet::prelude::*;
use typenet::{Error, network};

network! { Large = Dense(128 -> 128) }

/// Where the process that is to be killed saves.
const PATH: &str = "TYPENET_TEST_SAVES_TO";

/// Networks whose numbers are all the same, so that a mixture of two shows.
fn large(number: f32) -> Box<Large> {
    let mut network = Large::boxed(&mut StdRng::seed_from_u64(1));
    network.as_flat_mut().fill(number);
    network
}

/// Not a test, but the process that the next one kills: it saves until then.
#[test]
#[ignore = "another test starts and kills it"]
fn saves_until_killed() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else { return };
    let networks = [large(1.0), large(2.0)];
    // an end, for when nobody is left to kill it
    for network in networks.iter().cycle().take(10_000) {
        network.save(&path).unwrap();
    }
}

#[test]
fn two_hundred_kills() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.safetensors");
    let rng = &mut StdRng::seed_from_u64(1);
    for kill in 0..200 {
        large(0.0).save(&path).unwrap();
        let old = fs::read(&path).unwrap();
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "crash::saves_until_killed"])
            .env(PATH, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // however slow the machine is, it is killed while it saves, not before
        while fs::read(&path).unwrap() == old {
            assert!(process.try_wait().unwrap().is_none(), "it ended before it saved");
            thread::sleep(Duration::from_micros(100));
        }
        thread::sleep(Duration::from_micros(rng.random_range(0..10_000)));
        process.kill().unwrap();
        process.wait().unwrap();
        let mut network = large(7.0);
        network.load(&path).unwrap_or_else(|error| panic!("after kill {kill}: {error}"));
        let first = network.as_flat()[0];
        assert!([1.0, 2.0].contains(&first), "after kill {kill}: {first}");
        assert!(network.as_flat().iter().all(|&number| number == first), "after kill {kill}: two networks in one file");
    }
}

/// Not a test, but the process of the next one, which may write no file beyond 32 KiB.
#[test]
#[ignore = "another test starts it"]
fn saves_what_does_not_fit() {
    let Some(path) = env::var_os(PATH).map(PathBuf::from) else { return };
    let error = large(2.0).save(&path).unwrap_err();
    assert!(matches!(error, Error::File { action: "write", .. }), "{error}");
}

/// Runs that process. What the shell says before: whether writing too much is an error, or ends the process.
#[cfg(unix)]
fn save_on_a_full_disk(path: &Path, before: &str) -> ExitStatus {
    Command::new("sh")
        .args(["-c", &format!("{before} ulimit -f 64; exec \"$@\""), "sh"])
        .arg(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::saves_what_does_not_fit"])
        .env(PATH, path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file() {
    use std::os::unix::process::ExitStatusExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.safetensors");
    large(1.0).save(&path).unwrap();
    let old = fs::read(&path).unwrap();
    assert!(old.len() > 2 * 32 * 1024);
    let status = save_on_a_full_disk(&path, "trap '' XFSZ;");
    assert!(status.success(), "{status}");
    assert_eq!(fs::read(&path).unwrap(), old);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "what was written is taken away again");
    let status = save_on_a_full_disk(&path, "");
    assert!(status.signal().is_some(), "{status}");
    assert_eq!(fs::read(&path).unwrap(), old);
}
