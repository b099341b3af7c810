//! The header of a safetensors file, read while the compiler evaluates constants.
//!
//! ```text
//! file   = length of the header (8 bytes, little-endian), header, numbers
//! header = { "__metadata__": { ... }, "name": { "dtype": "F32", "shape": [2, 4], "data_offsets": [0, 32] }, ... }
//! ```
//!
//! Source: <https://github.com/huggingface/safetensors#format>.

use super::text::same;

/// The most dimensions that a tensor of a file may have here; those of typenet have two at most.
const DIMENSIONS: usize = 8;

/// What the header says of one tensor.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) dtype: &'a [u8],
    shape: Numbers,
    /// Where its numbers begin and end after the header.
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Entry<'_> {
    pub(super) const fn shape(&self) -> &[usize] {
        self.shape.all()
    }
}

/// What follows in a header.
pub(super) enum Next<'a> {
    Entry(Entry<'a>),
    End,
    /// Something that no header has.
    Fault,
}

/// Reads a header from front to back.
pub(super) struct Header<'a> {
    json: &'a [u8],
    at: usize,
    /// Where the metadata begins, once it has come by.
    metadata: Option<usize>,
    /// Where the name of the last tensor begins.
    pub(super) tensor: usize,
}

impl<'a> Header<'a> {
    pub(super) const fn new(json: &'a [u8]) -> Self {
        Self { json, at: 0, metadata: None, tensor: 0 }
    }

    /// The same header, from the front.
    pub(super) const fn again(&self) -> Self {
        Self::new(self.json)
    }

    /// The next tensor.
    pub(super) const fn next(&mut self) -> Next<'a> {
        loop {
            let first = self.at == 0;
            if first && !self.take(b'{') {
                return Next::Fault;
            }
            if self.take(b'}') {
                return if self.peek() == 0 { Next::End } else { Next::Fault };
            }
            if !first && !self.take(b',') {
                return Next::Fault;
            }
            self.tensor = self.at;
            let Some(name) = self.key() else { return Next::Fault };
            if !same(name, b"__metadata__") {
                return match self.entry(name) {
                    Some(entry) => Next::Entry(entry),
                    None => Next::Fault,
                };
            }
            self.metadata = Some(self.at);
            if !self.skip() {
                return Next::Fault;
            }
        }
    }

    /// The tensor whose name begins at `place`, if it is called so.
    pub(super) const fn tensor_at(&self, place: usize, name: &[u8]) -> Option<Entry<'a>> {
        let mut header = Self { at: place, ..Self::new(self.json) };
        match header.key() {
            Some(found) if same(found, name) => header.entry(found),
            _ => None,
        }
    }

    /// What the metadata that has come by tells under this key, as it is written.
    pub(super) const fn told(&self, key: &[u8]) -> Option<&'a [u8]> {
        match self.metadata {
            Some(at) => Self { at, ..Self::new(self.json) }.told_here(key),
            None => None,
        }
    }

    const fn told_here(mut self, key: &[u8]) -> Option<&'a [u8]> {
        if !self.take(b'{') {
            return None;
        }
        while let Some(found) = self.key() {
            let value = self.string();
            if same(found, key) {
                return value;
            }
            if !self.take(b',') {
                return None;
            }
        }
        None
    }

    /// `{"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 32]}`
    const fn entry(&mut self, name: &'a [u8]) -> Option<Entry<'a>> {
        let (mut dtype, mut shape, mut place) = (None, None, None);
        if !self.take(b'{') {
            return None;
        }
        while let Some(key) = self.key() {
            if same(key, b"dtype") {
                dtype = self.string();
            } else if same(key, b"shape") {
                shape = self.numbers();
            } else if same(key, b"data_offsets") {
                place = self.numbers();
            } else {
                return None;
            }
            if !self.take(b',') {
                break;
            }
        }
        match (self.take(b'}'), dtype, shape, place) {
            (true, Some(dtype), Some(shape), Some(place)) => match *place.all() {
                [start, end] => Some(Entry { name, dtype, shape, start, end }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The next sign that is no white space; 0 at the end.
    const fn peek(&mut self) -> u8 {
        while self.at < self.json.len() && matches!(self.json[self.at], b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        if self.at < self.json.len() { self.json[self.at] } else { 0 }
    }

    /// Takes `sign` if it comes next.
    const fn take(&mut self, sign: u8) -> bool {
        let found = self.peek() == sign;
        if found {
            self.at += 1;
        }
        found
    }

    /// `"key":`
    const fn key(&mut self) -> Option<&'a [u8]> {
        let key = self.string();
        if self.take(b':') { key } else { None }
    }

    /// What stands between two quotes, as it is written.
    const fn string(&mut self) -> Option<&'a [u8]> {
        if !self.take(b'"') {
            return None;
        }
        let start = self.at;
        while self.at < self.json.len() && self.json[self.at] != b'"' {
            // the sign after a backslash is none that ends a string
            self.at += if self.json[self.at] == b'\\' { 2 } else { 1 };
        }
        if self.at >= self.json.len() {
            return None;
        }
        self.at += 1;
        Some(self.json.split_at(self.at - 1).0.split_at(start).1)
    }

    /// `[2, 4]`
    const fn numbers(&mut self) -> Option<Numbers> {
        let mut numbers = Numbers { numbers: [0; DIMENSIONS], count: 0 };
        if !self.take(b'[') {
            return None;
        }
        while !self.take(b']') {
            if numbers.count == DIMENSIONS || (numbers.count > 0 && !self.take(b',')) {
                return None;
            }
            let Some(number) = self.number() else { return None };
            numbers.numbers[numbers.count] = number;
            numbers.count += 1;
        }
        Some(numbers)
    }

    const fn number(&mut self) -> Option<usize> {
        if !self.peek().is_ascii_digit() {
            return None;
        }
        let mut number: usize = 0;
        while self.at < self.json.len() && self.json[self.at].is_ascii_digit() {
            number = match number.checked_mul(10) {
                Some(number) => number,
                None => return None,
            };
            number = match number.checked_add((self.json[self.at] - b'0') as usize) {
                Some(number) => number,
                None => return None,
            };
            self.at += 1;
        }
        Some(number)
    }

    /// Passes over any value: whatever stands within brackets, to the comma or bracket after it.
    const fn skip(&mut self) -> bool {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                0 => return false,
                b'"' => {
                    if self.string().is_none() {
                        return false;
                    }
                }
                sign => {
                    depth = match (sign, depth) {
                        (b'{' | b'[', _) => depth + 1,
                        (b'}' | b']', 0) => return false,
                        (b'}' | b']', _) => depth - 1,
                        _ => depth,
                    };
                    self.at += 1;
                }
            }
            if depth == 0 && matches!(self.peek(), b',' | b'}' | b']') {
                return true;
            }
        }
    }
}

/// A short list of numbers.
#[derive(Clone, Copy)]
struct Numbers {
    numbers: [usize; DIMENSIONS],
    count: usize,
}

impl Numbers {
    const fn all(&self) -> &[usize] {
        self.numbers.split_at(self.count).0
    }
}
