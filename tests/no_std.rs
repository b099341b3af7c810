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

/// The programs that predict, in floats and in integers. That they link says that they cannot panic: their panic handler
/// calls a function that does not exist.
const PREDICTIONS: [&str; 2] = ["predict", "predict_int8"];

/// That the code of those has at most 8 KiB.
fn are_small(sizes: &str) {
    for program in PREDICTIONS {
        let line = sizes.lines().find_map(|line| line.strip_prefix(program)?.strip_prefix(": "));
        let code: Option<u64> = line.and_then(|line| line.split(' ').next()?.parse().ok());
        assert!(code.is_some_and(|code| code <= 8 * 1024), "{program}: {code:?} bytes of code\n{sizes}");
    }
}

#[test]
fn the_programs_are_small_and_right() -> Result<(), Box<dyn Error>> {
    are_small(&sizes(None)?);
    let built: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/embedded/target/release");
    let right = "same sign\ndifferent signs\nsame sign\ndifferent signs\n";
    for program in PREDICTIONS {
        assert_eq!(output(&mut Command::new(built.join(program)))?, right, "{program}");
    }
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
    are_small(&sizes(Some(TARGET))?);
    Ok(())
}
