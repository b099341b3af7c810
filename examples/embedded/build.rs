//! How programs are linked: on bare metal with the start-up code of `cortex-m-rt`.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=memory.x");
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "none") {
        let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        println!("cargo:rustc-link-search={folder}");
        println!("cargo:rustc-link-arg-bins=-Tlink.x");
    } else {
        // no padding between what the loader writes and what the program writes, which would count as RAM
        println!("cargo:rustc-link-arg-bins=-Wl,-z,norelro");
    }
}
