//! What is in a file of weights: whose network, which tensors, how many numbers. No network is declared here.
//!
//!     cargo run --example inspect -- path/to/weights.safetensors

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Prints what is in a file of weights.
#[derive(Parser)]
struct Options {
    /// A safetensors file, by typenet, Keras, PyTorch or anybody else.
    #[arg(default_value = "tests/fixtures/weights/typenet.safetensors")]
    path: PathBuf,
}

fn main() -> ExitCode {
    match typenet::weights::summary(Options::parse().path) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
