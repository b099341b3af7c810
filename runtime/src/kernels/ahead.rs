//! What is asked for before it is needed: numbers, and samples while others are computed.

/// Asks for number `index`, so that it is in the cache when it is needed. There need not be such a number.
#[inline(always)]
pub(crate) fn prefetch<T>(numbers: &[T], index: usize) {
    prefetch_at(numbers.as_ptr(), index);
}

/// The same of numbers that begin at `first`.
#[inline(always)]
pub(crate) fn prefetch_at<T>(first: *const T, index: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE belongs to every x86-64 processor; a prefetch takes any address, and changes nothing but the cache
        unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(index).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (first, index);
}

/// Samples that lie in memory, each as far from the one before.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    first: &'a [u8],
    pitch: usize,
}

impl<'a> Rows<'a> {
    /// The bytes of the first sample, and how many bytes lie from one to the next.
    pub(crate) const fn new(first: &'a [u8], pitch: usize) -> Self {
        Self { first, pitch }
    }

    /// Where a line of a sample begins, or its last byte if there is no such line, counted from the first sample.
    #[inline(always)]
    fn place(self, sample: u32, line: usize) -> usize {
        let byte = (line * LINE).min(self.first.len().saturating_sub(1));
        (sample as usize).wrapping_mul(self.pitch).wrapping_add(byte)
    }
}

/// The samples that will go through the network after these. A product that leaves the way from memory to the processor
/// idle asks for them little by little, so that gathering them need not wait.
///
/// A product that has many turns asks for one line in each of some ([`Asks`]), one of few for a line of each sample at a time, as
/// they will be gathered. Before a line comes, the page that holds it has been met: a processor looks for the pages of several
/// addresses at once, but waits for that of one, and so does the product.
#[derive(Clone, Copy, Debug)]
pub struct Ahead<'a> {
    rows: Rows<'a>,
    samples: &'a [u32],
}

/// How many bytes a processor takes from memory at a time.
const LINE: usize = 64;

/// How many lines a page holds at least.
const PAGE: usize = 4096 / LINE;

impl<'a> Ahead<'a> {
    /// These samples.
    #[cfg_attr(not(feature = "alloc"), allow(dead_code, reason = "only what has many samples makes them"))]
    pub(crate) const fn new(rows: Rows<'a>, samples: &'a [u32]) -> Self {
        Self { rows, samples }
    }

    /// Those that are so many further on.
    #[inline(always)]
    pub(crate) fn at(self, samples: usize) -> Self {
        Self { samples: self.samples.get(samples..).unwrap_or_default(), ..self }
    }

    /// Only so many.
    #[inline(always)]
    pub(crate) fn first(self, samples: usize) -> Self {
        Self { samples: self.samples.get(..samples).unwrap_or(self.samples), ..self }
    }
}

impl Ahead<'_> {
    /// How many lines a sample lies on at most.
    #[inline(always)]
    pub(crate) fn lines(self) -> usize {
        self.rows.first.len().div_ceil(LINE) + 1
    }

    /// Asks for a line of each sample, and now and then for one as far ahead as a page is long: between the two there is
    /// no third page.
    #[inline(always)]
    pub(crate) fn ask(self, line: usize) {
        self.ask_each(line);
        if line.is_multiple_of(PAGE) {
            self.ask_each(line + PAGE);
        }
    }

    #[inline(always)]
    fn ask_each(self, line: usize) {
        for &index in self.samples {
            prefetch(self.rows.first, self.rows.place(index, line));
        }
    }
}

/// Asks for one line at a time, or a few, in so many turns for all: a processor has few lines on their way at once, and who asks for more
/// waits until some are there. The lines of a sample follow each other.
pub(crate) struct Asks<'a> {
    ahead: Ahead<'a>,
    /// From one line to the next so many turns go by, of which these are left.
    pace: usize,
    wait: usize,
    sample: usize,
    line: usize,
}

impl<'a> Asks<'a> {
    /// The pages that hold the samples come first, all at once.
    #[inline(always)]
    pub(crate) fn new(ahead: Ahead<'a>, turns: usize) -> Self {
        for page in (0..ahead.lines() + PAGE - 1).step_by(PAGE) {
            ahead.ask_each(page);
        }
        let pace = (turns / (ahead.lines() * ahead.samples.len()).max(1)).max(1);
        Self { ahead, pace, wait: pace, sample: 0, line: 0 }
    }

    /// It is one's turn, of many.
    #[inline(always)]
    pub(crate) fn turn(&mut self) {
        self.wait -= 1;
        if self.wait > 0 {
            return;
        }
        self.wait = self.pace;
        self.ask();
    }

    /// It is one's turn, of so few in all that each asks for some lines.
    #[inline(always)]
    pub(crate) fn long_turn(&mut self, turns: usize) {
        for _ in 0..(self.ahead.lines() * self.ahead.samples.len()).div_ceil(turns.max(1)) {
            self.ask();
        }
    }

    #[inline(always)]
    fn ask(&mut self) {
        let Some(&index) = self.ahead.samples.get(self.sample) else { return };
        prefetch(self.ahead.rows.first, self.ahead.rows.place(index, self.line));
        self.line += 1;
        if self.line == self.ahead.lines() {
            (self.sample, self.line) = (self.sample + 1, 0);
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use std::vec::Vec;

    use nalgebra::{Const, Dyn, OMatrix, SVector};

    use super::{Ahead, LINE, Rows};
    use crate::data::Samples;
    use crate::tile::Tile;

    /// Whether each sample begins and ends where it is asked for.
    fn right(rows: Option<Rows<'_>>, samples: &[*const f32]) -> bool {
        rows.is_some_and(|rows| {
            let last = Ahead::new(rows, &[]).lines() - 1;
            (0..).zip(samples).all(|(sample, begin)| {
                let place = |line| rows.first.as_ptr().addr() + rows.place(sample, line);
                let end = begin.addr() + size_of::<[f32; 20]>() - 1;
                place(0) == begin.addr() && end / LINE <= place(last) / LINE
            })
        })
    }

    #[test]
    fn samples_lie_where_they_are_asked_for() {
        let arrays: Vec<[f32; 20]> = std::vec![[0.0; 20]; 7];
        let samples: Vec<_> = arrays.iter().map(|x| x.as_ptr()).collect();
        assert!(right(Samples::<f32, Tile<f32, 20>>::in_memory(&arrays), &samples));
        let vectors = [SVector::<f32, 20>::zeros(); 7];
        let samples: Vec<_> = vectors.iter().map(|x| x.data.0.as_ptr().cast()).collect();
        assert!(right(Samples::<f32, Tile<f32, 20>>::in_memory(&vectors), &samples));
        let columns = OMatrix::<f32, Const<20>, Dyn>::zeros(7);
        let samples: Vec<_> = columns.as_slice().chunks_exact(20).map(<[f32]>::as_ptr).collect();
        assert!(right(Samples::in_memory(&columns), &samples));
        let rows = OMatrix::<f32, Dyn, Const<20>>::zeros(7);
        assert!(Samples::<f32, Tile<f32, 20>>::in_memory(&rows).is_none());
    }
}
