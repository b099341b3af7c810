//! Builds the programs of `examples/embedded` and prints what they take of flash and RAM.
//!
//! ```text
//! cargo run --release --example embedded                              for this machine
//! cargo run --release --example embedded -- thumbv7em-none-eabihf     for a Cortex-M4F
//! ```
//!
//! For the second, `rustup target add thumbv7em-none-eabihf` first.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("embedded");
    let target = env::args().nth(1);
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&folder).args(["build", "--quiet", "--release", "--locked", "--target-dir", "target"]);
    cargo.args(target.iter().flat_map(|target| ["--target", target]));
    if !cargo.status()?.success() {
        return Err("the programs do not build".into());
    }
    let built = folder.join("target").join(target.unwrap_or_default()).join("release");
    for program in ["predict", "predict_int8", "train"] {
        let sizes = Sizes::of(&fs::read(built.join(program))?).ok_or("this is no ELF file")?;
        let Sizes { code, flash, ram } = sizes;
        println!(
            "{program}: {code} bytes of code, {flash} bytes of flash with it, {ram} bytes of RAM beside the stack"
        );
    }
    Ok(())
}

/// What a program takes, in bytes.
#[derive(Default)]
struct Sizes {
    /// The section `.text`.
    code: u64,
    /// All that is loaded.
    flash: u64,
    /// All that can be written.
    ram: u64,
}

impl Sizes {
    /// Adds up the sections of a little-endian ELF file; `None` if it is none.
    ///
    /// Source: System V ABI, *ELF Object File Format*.
    fn of(file: &[u8]) -> Option<Self> {
        const WRITE: u64 = 1;
        const ALLOC: u64 = 2;
        const NOBITS: u64 = 8;
        if !file.starts_with(b"\x7fELF") {
            return None;
        }
        let wide = *file.get(4)? == 2;
        let number = |at: u64, bytes: usize| -> Option<u64> {
            let bytes = file.get(usize::try_from(at).ok()?..)?.get(..bytes)?;
            Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        };
        let word = if wide { 8 } else { 4 };
        // of the header: where the table of sections is, how long its rows are, how many, and which has the names
        let (table, row, count, names) = if wide {
            (number(0x28, 8)?, number(0x3a, 2)?, number(0x3c, 2)?, number(0x3e, 2)?)
        } else {
            (number(0x20, 4)?, number(0x2e, 2)?, number(0x30, 2)?, number(0x32, 2)?)
        };
        // of a section: its flags, its place in the file, its size
        let field =
            |section: u64, index: u64| number(table + section * row + 8 + index * word, usize::try_from(word).ok()?);
        let names = field(names, 2)?;
        let mut sizes = Self::default();
        for section in 0..count {
            let (flags, size) = (field(section, 0)?, field(section, 3)?);
            let kind = number(table + section * row + 4, 4)?;
            if flags & ALLOC == 0 {
                continue;
            }
            if kind != NOBITS {
                sizes.flash += size;
            }
            if flags & WRITE != 0 {
                sizes.ram += size;
            }
            let name = usize::try_from(names + number(table + section * row, 4)?).ok()?;
            if file.get(name..)?.starts_with(b".text\0") {
                sizes.code += size;
            }
        }
        Some(sizes)
    }
}
