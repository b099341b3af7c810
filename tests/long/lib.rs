//! Tests that train for long, and are optimised therefore; see the files beside this one.
