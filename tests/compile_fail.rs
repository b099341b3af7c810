//! Every mistake has its message: the programs in `ui/` and, beside each, what the compiler says about it.
//!
//! The texts are those of the pinned toolchain. `TRYBUILD=overwrite cargo test -p typenet-tests --test compile_fail`
//! writes them anew; read what has changed as somebody who meets it for the first time. A program with several mistakes
//! says how many, as `//~ 2 mistakes`, which `messages.rs` checks.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_mistake_has_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let topics = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut topics: Vec<PathBuf> = topics.filter(|path| path.is_dir() && !path.ends_with("pass")).collect();
    topics.sort();
    let programs = trybuild::TestCases::new();
    for topic in topics {
        programs.compile_fail(topic.join("*.rs"));
    }
}
