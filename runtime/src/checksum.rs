//! A number that changes with what it is of.

/// The 64 bits of FNV-1a, of no bytes yet.
pub(crate) const START: u64 = 0xcbf2_9ce4_8422_2325;

/// The 64 bits of FNV-1a with these bytes behind those that gave `hash`: in bytes of the same number no single one can
/// change without the checksum changing. It also runs while the compiler evaluates constants.
///
/// Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, *The FNV Non-Cryptographic Hash Algorithm*.
#[allow(clippy::cast_possible_truncation, reason = "a product that wraps around")]
pub(crate) const fn checksum(mut hash: u64, mut bytes: &[u8]) -> u64 {
    while let [byte, rest @ ..] = bytes {
        // nothing is called for a byte, `wrapping_mul` neither: that would be most of what the compiler does
        hash = ((hash ^ *byte as u64) as u128 * 0x0000_0100_0000_01b3) as u64;
        bytes = rest;
    }
    hash
}
