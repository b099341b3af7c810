//! Without the standard library, an allocator or a panic: the programs of `examples/embedded` are linked, small, and right.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The output of a program.
fn output(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// Builds the programs, and gives what `cargo run --example embedded` says of them.
fn sizes(target: Option<&str>) -> Result<String, Box<dyn Error>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    cargo.args(["run", "--quiet", "--example", "embedded"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    output(cargo.arg("--").args(target))
}

/// How many bytes of code `predict` has.
fn code(sizes: &str) -> Option<u64> {
    let line = sizes.lines().find_map(|line| line.strip_prefix("predict: "))?;
    line.split(' ').next()?.parse().ok()
}

/// That `predict` links says that it cannot panic: its panic handler calls a function that does not exist.
#[test]
fn the_programs_are_small_and_right() -> Result<(), Box<dyn Error>> {
    let sizes = sizes(None)?;
    let code = code(&sizes).ok_or_else(|| sizes.clone())?;
    assert!(code <= 8 * 1024, "the prediction takes {code} bytes of code");
    let built: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/embedded/target/release");
    let right = "same sign\ndifferent signs\nsame sign\ndifferent signs\n";
    assert_eq!(output(&mut Command::new(built.join("predict")))?, right);
    assert_eq!(output(&mut Command::new(built.join("train")))?, format!("learnt\n{right}"));
    Ok(())
}

/// Where the target is installed; where not, the first test has shown all that does not need it.
#[test]
fn they_are_small_on_a_microcontroller_too() -> Result<(), Box<dyn Error>> {
    const TARGET: &str = "thumbv7em-none-eabihf";
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if !Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        println!("{TARGET} is not installed");
        return Ok(());
    }
    let sizes = sizes(Some(TARGET))?;
    let code = code(&sizes).ok_or_else(|| sizes.clone())?;
    assert!(code <= 8 * 1024, "the prediction takes {code} bytes of code");
    Ok(())
}
