//! Work that several threads do side by side.

#[cfg(feature = "rayon")]
use alloc::string::ToString as _;
use core::fmt;

use crate::error::Error;

/// Work that can be cut into pieces, which do not depend on each other.
#[cfg_attr(not(feature = "rayon"), allow(dead_code, reason = "one thread does all of it"))]
pub(crate) trait Divide: Sized + Send {
    /// How many pieces there are at most.
    fn pieces(&self) -> usize;

    /// The first part and the rest, in the ratio of `pieces` to `of - pieces`.
    fn divide(self, pieces: usize, of: usize) -> (Self, Self);
}

/// Threads that wait for work, as many as were asked for; they start when they are first needed.
pub(crate) struct Threads {
    count: usize,
    #[cfg(feature = "rayon")]
    pool: Option<rayon::ThreadPool>,
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Threads").field(&self.count).finish()
    }
}

impl Threads {
    /// The calling thread alone.
    pub(crate) const ONE: Self = Self {
        count: 1,
        #[cfg(feature = "rayon")]
        pool: None,
    };

    /// That many.
    #[cfg(feature = "rayon")]
    pub(crate) const fn new(count: usize) -> Self {
        Self { count: if count > 0 { count } else { 1 }, pool: None }
    }

    /// How many of them so much work is worth, in multiply-adds.
    ///
    /// Handing work to sleeping threads and waiting for them takes some 15 microseconds; a thread that is given
    /// [`SHARE`] is worth that.
    pub(crate) const fn worth(&self, work: usize) -> usize {
        let most = work / SHARE;
        match self.count {
            count if count < most => count,
            _ if most > 0 => most,
            _ => 1,
        }
    }

    /// Does `work` where [`each`] finds that many `threads`.
    #[cfg_attr(
        not(feature = "rayon"),
        allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "one thread needs not start")
    )]
    #[inline(always)]
    pub(crate) fn within<R: Send>(&mut self, threads: usize, work: impl FnOnce() -> R + Send) -> Result<R, Error> {
        #[cfg(feature = "rayon")]
        if threads > 1 {
            let pool = match &mut self.pool {
                Some(pool) => pool,
                none => none.insert(start(self.count)?),
            };
            let (mut work, mut done) = (Some(work), None);
            install(pool, &mut || {
                if let Some(work) = work.take() {
                    done = Some(work());
                }
            });
            let Some(done) = done else { unreachable!("a pool does what it is given") };
            return Ok(done);
        }
        let _ = threads;
        Ok(work())
    }

    /// Does `work` on `whole`, cut into as many parts as there are `threads`.
    pub(crate) fn each<P: Divide>(&mut self, threads: usize, whole: P, work: impl Fn(P) + Sync) -> Result<(), Error> {
        let threads = threads.min(whole.pieces());
        self.within(threads, || each(threads, whole, &work))
    }
}

/// The least work for which a thread is woken: about 40 microseconds.
const SHARE: usize = 1 << 21;

/// Whether more than one thread can be worth so much work.
pub(crate) const fn worthwhile(work: usize) -> bool {
    cfg!(feature = "rayon") && work >= 2 * SHARE
}

#[cfg(feature = "rayon")]
fn start(threads: usize) -> Result<rayon::ThreadPool, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|reason| Error::Threads { threads, reason: reason.to_string() })
}

/// Does work in a pool. What rayon makes of a closure is twenty functions: no type of a network's is in these.
#[cfg(feature = "rayon")]
fn install(pool: &rayon::ThreadPool, work: &mut (dyn FnMut() + Send)) {
    pool.install(work);
}

/// Does both, side by side if a thread is free.
#[cfg(feature = "rayon")]
fn join(first: &mut (dyn FnMut() + Send), second: &mut (dyn FnMut() + Send)) {
    rayon::join(first, second);
}

/// Halves the work and the threads until each has its part. More than one are for [`Threads::within`].
pub(crate) fn each<P: Divide>(threads: usize, whole: P, work: &(impl Fn(P) + Sync)) {
    #[cfg(feature = "rayon")]
    {
        let threads = threads.min(whole.pieces());
        if threads > 1 {
            let half = threads / 2;
            let (first, second) = whole.divide(half, threads);
            let (mut first, mut second) = (Some(first), Some(second));
            let mut first = || {
                if let Some(part) = first.take() {
                    each(half, part, work);
                }
            };
            let mut second = || {
                if let Some(part) = second.take() {
                    each(threads - half, part, work);
                }
            };
            // the same thread takes the same part again and again, which its caches hold
            if rayon::current_thread_index().is_some_and(|index| index >= half) {
                join(&mut second, &mut first);
            } else {
                join(&mut first, &mut second);
            }
            return;
        }
    }
    let _ = threads;
    work(whole);
}

#[cfg(test)]
mod tests {
    use super::{SHARE, Threads};

    #[test]
    fn little_work_stays_on_one_thread() {
        assert_eq!(Threads::ONE.worth(usize::MAX), 1);
        #[cfg(feature = "rayon")]
        {
            let threads = Threads::new(3);
            assert_eq!(threads.worth(2 * SHARE - 1), 1, "two would get less than a share each");
            assert_eq!(threads.worth(2 * SHARE), 2);
            assert_eq!(threads.worth(usize::MAX), 3);
            assert_eq!(Threads::new(0).worth(usize::MAX), 1, "somebody has to do it");
        }
        assert_eq!(Threads::ONE.worth(SHARE), 1);
    }

    #[cfg(feature = "rayon")]
    #[test]
    fn every_piece_is_done_once() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        use std::vec::Vec;

        use super::Divide;

        struct Pieces<'a>(&'a [AtomicUsize]);

        impl Divide for Pieces<'_> {
            fn pieces(&self) -> usize {
                self.0.len()
            }

            fn divide(self, pieces: usize, of: usize) -> (Self, Self) {
                let (first, second) = self.0.split_at(self.0.len() * pieces / of);
                (Self(first), Self(second))
            }
        }

        for threads in [1, 2, 3, 5] {
            for count in [0, 1, 2, 4, 17] {
                let pieces: Vec<AtomicUsize> = (0..count).map(AtomicUsize::new).collect();
                let parts = AtomicUsize::new(0);
                let done = Threads::new(threads).each(threads, Pieces(&pieces), |part| {
                    parts.fetch_add(1, Ordering::Relaxed);
                    part.0.iter().for_each(|piece| _ = piece.fetch_add(100, Ordering::Relaxed));
                });
                assert!(done.is_ok());
                assert!(pieces.iter().zip(100..).all(|(piece, done)| piece.load(Ordering::Relaxed) == done));
                assert_eq!(parts.into_inner(), threads.min(count).max(1), "{threads} threads, {count} pieces");
            }
        }
    }
}
