//! What the programs stand on: a console, and an end. On bare metal both are the debugger's; elsewhere they are the
//! C library's, so that the same programs run on a desk, still without Rust's standard library and without a heap.
#![no_std]

/// Writes a line.
pub fn print(line: &str) {
    console::write_all(line.as_bytes());
    console::write_all(b"\n");
}

/// Ends the program.
pub fn exit() -> ! {
    console::exit()
}

#[cfg(target_os = "none")]
mod console {
    use cortex_m_semihosting::{debug, syscall1};

    pub fn write_all(bytes: &[u8]) {
        for byte in bytes {
            // SAFETY: the call reads one byte, to which there is a reference
            unsafe { syscall1!(WRITEC, core::ptr::from_ref(byte)) };
        }
    }

    pub fn exit() -> ! {
        debug::exit(debug::EXIT_SUCCESS);
        loop {
            core::hint::spin_loop();
        }
    }
}

#[cfg(not(target_os = "none"))]
mod console {
    use core::ffi::{c_int, c_void};

    #[link(name = "c")]
    unsafe extern "C" {
        fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
        #[link_name = "exit"]
        safe fn end(code: c_int) -> !;
    }

    pub fn write_all(bytes: &[u8]) {
        // SAFETY: there are as many bytes to read
        unsafe { write(1, bytes.as_ptr().cast(), bytes.len()) };
    }

    pub fn exit() -> ! {
        end(0)
    }
}

/// `main!(run)`: the program is `fn run()`.
#[cfg(target_os = "none")]
#[macro_export]
macro_rules! main {
    ($run:ident) => {
        #[cortex_m_rt::entry]
        fn main() -> ! {
            $run();
            $crate::exit()
        }
    };
}

/// `main!(run)`: the program is `fn run()`.
#[cfg(not(target_os = "none"))]
#[macro_export]
macro_rules! main {
    ($run:ident) => {
        // SAFETY: no other function has this name, and it is called as the C library calls it
        #[unsafe(no_mangle)]
        extern "C" fn main() -> ! {
            $run();
            $crate::exit()
        }
    };
}

/// `cannot_panic!()`: the panic handler calls a function that does not exist, so that the program links only if no path
/// leads there.
#[macro_export]
macro_rules! cannot_panic {
    () => {
        #[panic_handler]
        fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
            unsafe extern "C" {
                safe fn this_program_may_panic() -> !;
            }
            this_program_may_panic()
        }
    };
}
