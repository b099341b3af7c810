//! Arithmetic of sizes for the types that `network!` writes.

/// How many numbers come out of a layer for each that goes in.
#[must_use]
pub const fn width(inputs: usize, outputs: usize) -> usize {
    match outputs.checked_div(inputs) {
        Some(width) => width,
        None => 0,
    }
}

/// How many numbers two branches give.
#[must_use]
pub const fn total(first: usize, second: usize) -> usize {
    first + second
}
