//! What is saved while a network is trained: its weights, and all that is needed to go on.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

mod model;
