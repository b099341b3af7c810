//! The machine code of what must be fast, counted: Xor's prediction and training step, steps of
//! optimizers, and the products of dense layers.
//!
//! ```text
//! cargo run -p typenet-anchors                    compares with `runtime/benches/anchors.txt`
//! UPDATE_EXPECT=1 cargo run -p typenet-anchors    writes it
//! ```
//!
//! It has the compiler write `subjects.rs` as assembly, and counts instructions in it, in each innermost loop that
//! multiplies and adds. A loop with a way to a panic, of an index out of bounds for instance, fails here; so does a
//! prediction of Xor with one anywhere. The numbers belong to the compiler of `rust-toolchain.toml`. Whoever changes them reads what has
//! changed: more `stack` in a loop are registers that did not suffice, more `branch` checks that were thought gone.

mod assembly;
mod counts;

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::iter::once;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use assembly::{Assembly, Function};
use counts::Counts;

/// What the symbols of the products of `f32` begin with.
macro_rules! products {
    () => {
        "5dense6shared6single124_$LT$impl$u20$typenet..kernels..dense..shared..Products$LT$f32$GT$$u20$for$u20$typenet\
         ..kernels..dense..shared..Compiled$GT$"
    };
}

/// What is watched: its name, a part of its symbol, and whether none of it may panic, not its loops alone.
const SUBJECTS: [(&str, &str, bool); 9] = [
    ("Xor::predict", "8subjects11xor_predict17h", true),
    ("a training step of Xor", "8subjects8xor_step17h", false),
    ("the way forward in a step", "5judge5judge17h", false),
    ("steps of optimizers", "7descend20Descend$LT$T$C$O$GT$5apart17h", false),
    ("dense::forward", concat!(products!(), "7forward17h"), false),
    ("dense::backward_input", concat!(products!(), "14backward_input17h"), false),
    ("dense::backward_weights", concat!(products!(), "16backward_weights17h"), false),
    ("dense::backward_weights and the step", "5dense3any13complete_here17h", false),
    ("dense::predict", concat!(products!(), "7predict17h"), false),
];

/// What instructions that multiply and add vectors begin with.
const MULTIPLY_ADD: &str = "vfmadd";

/// The functions that have the instructions of a set, by a part of their symbols.
const SETS: [(&str, &str); 2] = [("AVX-512", "vectorize_avx51217h"), ("AVX2 with FMA", "vectorize_avx217h")];

fn main() -> Result<(), Box<dyn Error>> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        println!("the anchors are machine code for x86-64 Linux");
        return Ok(());
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // the products are compiled with typenet itself; with one feature more, its symbols are not those that the subjects call
    let products = ["-p", "typenet", "--lib", "--no-default-features", "--features", "std,rayon"];
    let assembly = compile(here, &["-p", "typenet-anchors", "--bench", "subjects"], "anchors.s")?
        + &compile(here, &products, "anchors-typenet.s")?;
    let assembly = Assembly::parse(&assembly);
    let (mut text, mut panics) = (head()?, Vec::new());
    for (set, code) in SETS {
        write!(text, "\n{set}\n")?;
        for (name, symbol, strict) in SUBJECTS {
            // the same function may be there for several types
            let found = assembly.reached(symbol, code);
            if found.is_empty() {
                return Err(format!("{set}: {name} is not in the assembly").into());
            }
            for lines in found.iter().map(|function| lines(function)).collect::<BTreeSet<_>>() {
                writeln!(text, "  {name}\n{lines}")?;
            }
            let all = found.iter().filter(|_| strict).map(|function| (function, &function.instructions[..]));
            let loops = found
                .iter()
                .flat_map(|function| function.loops(MULTIPLY_ADD).into_iter().map(move |body| (function, body)));
            for (_, part) in all.chain(loops).filter(|(function, part)| function.panics(part)) {
                panics.push(format!("{set}: {name} can panic where it must not: {}", Counts::of(part)));
            }
        }
    }
    let path = here.join("../../runtime/benches/anchors.txt");
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &text)?;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    for (new, old) in text.lines().zip(expected.lines()).filter(|(new, old)| new != old) {
        println!("- {old}\n+ {new}");
    }
    if !panics.is_empty() {
        return Err(panics.join("\n").into());
    }
    if expected != text {
        return Err(
            "the machine code has changed; `UPDATE_EXPECT=1 cargo run -p typenet-anchors` writes it anew".into()
        );
    }
    println!("the machine code is as it was");
    Ok(())
}

/// The assembly of a target, which Cargo knows by these arguments.
fn compile(here: &Path, target: &[&str], file: &str) -> Result<String, Box<dyn Error>> {
    let folder = here.join("../../target");
    fs::create_dir_all(&folder)?;
    let path = folder.join(file);
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["rustc", "--release"]).args(target).arg("--");
    cargo.arg(format!("--emit=asm={}", path.display()));
    // what is compiled piece by piece is not what users run
    cargo.current_dir(here).env("CARGO_INCREMENTAL", "0").env_remove("RUSTFLAGS");
    if !cargo.status()?.success() {
        return Err("cargo could not compile what is watched".into());
    }
    Ok(fs::read_to_string(path)?)
}

fn head() -> Result<String, Box<dyn Error>> {
    let rustc = String::from_utf8(Command::new("rustc").arg("--version").output()?.stdout)?;
    Ok(format!(
        "Instructions of what must be fast, written by tests/anchors with {}\n\
         `all` is the whole function, each further line one of its innermost loops that multiply and add, in the order\n\
         of the code; `stack` are those of the loads and stores whose place is the stack.\n",
        rustc.trim()
    ))
}

/// A line for the whole function, and one for each innermost loop that multiplies and adds.
fn lines(function: &Function) -> String {
    let all = format!("    all   {}", Counts::of(&function.instructions));
    let loops = function.loops(MULTIPLY_ADD).into_iter().map(|body| format!("    loop  {}", Counts::of(body)));
    once(all).chain(loops).collect::<Vec<_>>().join("\n")
}
