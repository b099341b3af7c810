//! What the machine can do at most: multiply-adds a second, and bytes a second.

use std::hint::black_box;
use std::time::{Duration, Instant};

use typenet::simd::{Level, Simd, SimdBase, SimdFloat, Task, dispatch, level};

/// The shortest time of `runs` runs of `work`.
pub fn best(runs: usize, mut work: impl FnMut()) -> Duration {
    let time = |()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    std::iter::repeat_n((), runs).map(time).min().unwrap_or_default()
}

/// Multiply-adds of `f32` a second on one core with the instructions of `level`, each two operations: independent chains in
/// registers.
pub fn peak(level: Level) -> f64 {
    const ROUNDS: usize = 2_000_000;
    struct Chains;

    impl Task for Chains {
        /// What the chains end in, and how many numbers were multiplied and added in a round.
        type Output = (f32, usize);

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> (f32, usize) {
            // vectors of the machine's own width; more chains than the latency of an operation times the units
            let mut sums = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1]
                .map(|start| S::f32s::splat(simd, black_box(start)));
            let (a, b) = (S::f32s::splat(simd, black_box(0.999)), S::f32s::splat(simd, black_box(0.001)));
            for _ in 0..ROUNDS {
                for sum in &mut sums {
                    *sum = sum.mul_add(a, b);
                }
            }
            let total = sums.into_iter().reduce(|a, b| a + b).map_or(0.0, |sum| sum.as_slice().iter().sum());
            (total, sums.len() * S::f32s::LEN)
        }
    }

    let mut numbers = 0;
    let time = best(8, || {
        let (end, count) = dispatch(level, Chains);
        black_box(end);
        numbers = count;
    });
    2.0 * (numbers * ROUNDS) as f64 / time.as_secs_f64()
}

/// Bytes a second that one core reads from `bytes` of memory, again and again: from the cache that they fit in.
pub fn bandwidth(bytes: usize) -> f64 {
    struct Sum<'a>(&'a [f32]);

    impl Task for Sum<'_> {
        type Output = f32;

        #[inline(always)]
        fn run<S: Simd>(self, simd: S) -> f32 {
            let mut sums = [S::f32s::splat(simd, 0.0); 8];
            for chunk in self.0.chunks_exact(8 * S::f32s::LEN) {
                for (sum, numbers) in sums.iter_mut().zip(chunk.chunks_exact(S::f32s::LEN)) {
                    *sum += S::f32s::from_slice(simd, numbers);
                }
            }
            sums.into_iter().reduce(|a, b| a + b).map_or(0.0, |sum| sum.as_slice().iter().sum())
        }
    }

    let numbers = vec![1.0_f32; bytes / size_of::<f32>()];
    // some 20 ms a run
    let rounds = (1_000_000_000 / bytes).max(1);
    let time = best(5, || {
        for _ in 0..rounds {
            black_box(dispatch(level(), Sum(black_box(&numbers))));
        }
    });
    (rounds * bytes) as f64 / time.as_secs_f64()
}
