//! The only place where speed is allowed to be ugly: vector functions, transposition, matrix kernels.
//!
//! Everything here is generic over the instruction set `S: Simd` and marked `#[inline(always)]`, so that it melts into
//! the function that [`dispatch`] compiles once for each instruction set.

pub(crate) mod ahead;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(crate) mod dense;
pub(crate) mod flat;
pub mod math;
pub(crate) mod matrix;
pub(crate) mod outlet;
pub(crate) mod part;
pub(crate) mod sink;
pub(crate) mod slots;
pub(crate) mod transpose;
pub(crate) mod within;

pub use fearless_simd::Level;
use fearless_simd::{Simd, SimdBase};

/// Work that is compiled for every instruction set.
pub trait Task {
    /// What the work gives.
    type Output;
    /// Does the work with the instructions of `S`.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// The best instruction set of this machine (detected once, then an atomic load); without `std`, the one that the
/// program is compiled for.
#[must_use]
#[inline(always)]
pub fn level() -> Level {
    #[cfg(feature = "std")]
    {
        Level::new()
    }
    #[cfg(not(feature = "std"))]
    {
        Level::baseline()
    }
}

/// Does `$work` with the instructions of `$level`, which it knows as `$simd`.
///
/// On x86-64 three versions are compiled: AVX-512, AVX2 with FMA, and SSE2. A fourth for SSE4.2 would cost every user
/// a quarter more code and would not be faster: none of its instructions is in these kernels.
macro_rules! with_level {
    ($level:expr, $simd:ident => $work:expr) => {{
        #[cfg(target_arch = "x86_64")]
        {
            if let Some($simd) = $level.as_avx512() {
                $simd.vectorize(
                    #[inline(always)]
                    || $work,
                )
            } else if let Some($simd) = $level.as_avx2() {
                $simd.vectorize(
                    #[inline(always)]
                    || $work,
                )
            } else if let Some($simd) = $level.as_sse2() {
                $crate::kernels::apart(
                    #[inline(always)]
                    || $work,
                )
            } else {
                unreachable!("every x86-64 processor has SSE2")
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            fearless_simd::dispatch!($level, $simd => $work)
        }
    }};
}
pub(crate) use with_level;

/// Runs `task` with the instructions of `level`.
#[inline(always)]
pub fn dispatch<W: Task>(level: Level, task: W) -> W::Output {
    with_level!(level, simd => task.run(simd))
}

/// Does `$work`, and where nothing is optimised in a stack frame of its own: all that is inlined into a function has its
/// place in the frame then, for every vector that it ever holds, and a network with some layers would fill a thread's
/// stack.
///
/// A program cannot ask whether it is optimised; where assertions are checked, it is not, as a rule. As a function this
/// would be one more for each place, layer and instruction set.
macro_rules! framed {
    ($simd:expr, $work:expr) => {
        if cfg!(debug_assertions) {
            fearless_simd::Simd::vectorize(
                $simd,
                #[inline(always)]
                || $work,
            )
        } else {
            $work
        }
    };
}
pub(crate) use framed;

/// Whether even what is small is compiled once for all networks, and called. On x86-64 that is so for SSE2: processors
/// without AVX2 are more than ten years old, and since a tile's numbers take four registers there, this version would be
/// the largest of the three.
#[inline(always)]
pub(crate) const fn compact<S: Simd>() -> bool {
    cfg!(target_arch = "x86_64") && <S::f32s as SimdBase<S>>::LEN == 4
}

/// Every x86-64 function may use SSE2, so that LLVM would inline this one, the largest of the three, and optimise it
/// a second time in its caller.
#[cfg(target_arch = "x86_64")]
#[inline(never)]
pub(crate) fn apart<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Every instruction set of this machine that is compiled for.
#[cfg(test)]
pub(crate) fn levels() -> impl Iterator<Item = Level> {
    let best = level();
    #[cfg(target_arch = "x86_64")]
    {
        let levels =
            [best.as_sse2().map(Simd::level), best.as_avx2().map(Simd::level), best.as_avx512().map(Simd::level)];
        levels.into_iter().flatten()
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        core::iter::once(best)
    }
}
