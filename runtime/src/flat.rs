//! Parameters as one flat slice: what optimizers, files and statistics see.

use core::slice;

use bytemuck::{Pod, Zeroable};

use crate::scalar::Scalar;

/// A value of nothing but numbers of type `T`, which can be seen as one flat slice.
///
/// `network!` implements it for the structs that it writes; plain old data of the right size has it anyway.
///
/// # Safety
/// The type is made of values of type `T` alone, without padding, so that `size_of::<Self>() / size_of::<T>()` numbers
/// lie side by side, aligned as `T` is.
pub unsafe trait Flat<T: Scalar>: Zeroable {
    /// How many numbers there are.
    const NUMBERS: usize = size_of::<Self>() / size_of::<T>();

    /// All numbers, in the order of the fields.
    fn as_flat(&self) -> &[T] {
        // of a value of size zero any place will do, also one where no `T` may lie
        if const { Self::NUMBERS == 0 } {
            return &[];
        }
        let first: *const Self = self;
        // SAFETY: by the contract of the trait the value is that many numbers side by side, borrowed as long as
        // `self`, and aligned as `T` is.
        unsafe { slice::from_raw_parts(first.cast::<T>(), Self::NUMBERS) }
    }

    /// All numbers, in the order of the fields, to be changed: Keras's `set_weights`. To copy them leaves both networks
    /// where they are, allocates nothing and passes nothing over the stack. So a thread that trains fills a spare
    /// network, and sends it, as a `Box`, to one that must not wait and predicts with the one before.
    ///
    /// ```
    /// # use rand::{SeedableRng, rngs::StdRng};
    /// use std::sync::mpsc::sync_channel;
    /// use typenet::prelude::*;
    ///
    /// network! { Amplifier = Dense(2 -> 8, tanh), Dense(1) }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let rng = &mut StdRng::seed_from_u64(0);
    /// let (trained, mut playing, mut spare) = (Amplifier::boxed(rng), Amplifier::boxed(rng), Amplifier::boxed(rng));
    /// let (sender, receiver) = sync_channel(1);
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         spare.as_flat_mut().copy_from_slice(trained.as_flat());
    ///         sender.send(spare)
    ///     });
    /// });
    /// // the real-time thread: the old network may go back by another channel, to be the next spare
    /// if let Ok(new) = receiver.try_recv() {
    ///     let old = std::mem::replace(&mut playing, new);
    /// #   assert_ne!(old, playing);
    /// }
    /// assert_eq!(playing, trained);
    /// # Ok(())
    /// # }
    /// ```
    fn as_flat_mut(&mut self) -> &mut [T] {
        // of a value of size zero any place will do, also one where no `T` may lie
        if const { Self::NUMBERS == 0 } {
            return &mut [];
        }
        let first: *mut Self = self;
        // SAFETY: as in `as_flat`; every bit pattern of a float is a float, so that any write leaves a valid value.
        unsafe { slice::from_raw_parts_mut(first.cast::<T>(), Self::NUMBERS) }
    }
}

// SAFETY: plain old data has no padding and may hold any bits; its size and alignment are asserted where the numbers
// are counted, without which no slice is made.
unsafe impl<T: Scalar, P: Pod> Flat<T> for P {
    const NUMBERS: usize = {
        assert!(size_of::<P>().is_multiple_of(size_of::<T>()), "parameters must be made of numbers of the scalar type");
        assert!(
            size_of::<P>() == 0 || align_of::<P>() >= align_of::<T>(),
            "parameters must be aligned as the scalar type is"
        );
        size_of::<P>() / size_of::<T>()
    };
}
