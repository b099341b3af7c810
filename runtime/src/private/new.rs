//! New networks, on the stack where they are small enough.

#[cfg(feature = "alloc")]
pub use alloc::boxed::Box as Boxed;

use rand::Rng;

use crate::network::Network;

pub use crate::__boxed_method as boxed_method;

/// The method `boxed`, where there is a heap.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! __boxed_method {
    () => {
        /// A network with new parameters, drawn from a generator of random numbers, built on the heap: it never passes
        /// over the stack.
        #[must_use]
        pub fn boxed<__R: $crate::__private::Rng + ?::core::marker::Sized>(
            __generator: &mut __R,
        ) -> $crate::__private::Boxed<Self> {
            $crate::__private::boxed(__generator)
        }
    };
}

/// The method `boxed`, where there is a heap: here there is none.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __boxed_method {
    () => {};
}

/// The most that `new` may hand around by value: 128 KiB, a sixteenth of a thread's usual stack.
const STACK_LIMIT: usize = 128 * 1024;

/// Whether a network is small enough for `new`.
#[must_use]
pub const fn fits_stack<N>() -> bool {
    size_of::<N>() <= STACK_LIMIT
}

/// Holds for every generator with `FITS = true`, and for none with `false`.
#[diagnostic::on_unimplemented(
    message = "this network is too large for the stack: its parameters take more than 128 KiB",
    label = "`new` would pass the network over the stack",
    note = "build it on the heap instead, with `boxed` in place of `new`"
)]
pub trait OnStack<const FITS: bool> {}

impl<R: ?Sized> OnStack<true> for R {}

/// A network with new parameters.
#[must_use]
pub fn new<N: Network, R: Rng + ?Sized>(rng: &mut R) -> N {
    let mut network = N::zeroed();
    network.initialize(rng);
    network
}

/// A network with new parameters, which never lies on the stack.
#[cfg(feature = "alloc")]
#[must_use]
pub fn boxed<N: Network, R: Rng + ?Sized>(rng: &mut R) -> Boxed<N> {
    let mut network = bytemuck::zeroed_box::<N>();
    network.initialize(rng);
    network
}
