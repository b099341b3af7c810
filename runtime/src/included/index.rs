//! Where the tensors are in a header: to read it anew for each of them takes a compiler seconds where there are a hundred.

use super::header::{Entry, Header, Next};
use super::text::same;

/// How many tensors have a place here. Those beyond are looked for from the front.
const INDEXED: usize = 1024;

/// A header that has been read to its end.
pub(super) struct Index<'a> {
    header: Header<'a>,
    /// Where the names of the first tensors begin.
    places: [usize; INDEXED],
    /// How many tensors there are.
    pub(super) count: usize,
    /// The one after the last that was found: as a rule it is looked for next.
    next: usize,
}

impl<'a> Index<'a> {
    /// `None` where there is something that no header has.
    pub(super) const fn new(json: &'a [u8]) -> Option<Self> {
        let mut index = Self { header: Header::new(json), places: [0; INDEXED], count: 0, next: 0 };
        loop {
            match index.header.next() {
                Next::Entry(_) => {
                    if index.count < INDEXED {
                        index.places[index.count] = index.header.tensor;
                    }
                    index.count += 1;
                }
                Next::End => return Some(index),
                Next::Fault => return None,
            }
        }
    }

    /// What the header says of the tensor `name`.
    pub(super) const fn find(&mut self, name: &[u8]) -> Option<Entry<'a>> {
        let indexed = if self.count < INDEXED { self.count } else { INDEXED };
        let mut left = indexed;
        while left > 0 {
            left -= 1;
            let this = if self.next < indexed { self.next } else { 0 };
            self.next = this + 1;
            if let Some(entry) = self.header.tensor_at(self.places[this], name) {
                return Some(entry);
            }
        }
        let mut header = self.header();
        while self.count > indexed
            && let Next::Entry(entry) = header.next()
        {
            if same(entry.name, name) {
                return Some(entry);
            }
        }
        None
    }

    /// The header, to be read from the front.
    pub(super) const fn header(&self) -> Header<'a> {
        self.header.again()
    }

    /// What the metadata tells under this key, as it is written.
    pub(super) const fn told(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.header.told(key)
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::{INDEXED, Index};

    /// A header of so many tensors, the first of which are called as the beginnings of others.
    fn header(count: usize) -> String {
        let tensor =
            |i: usize| format!(r#""t{i}": {{"dtype": "F32", "shape": [{i}], "data_offsets": [{}, {}]}}"#, 4 * i, 8 * i);
        let tensors: Vec<_> = (0..count).map(tensor).collect();
        format!(r#"{{"__metadata__": {{"typenet": "t0"}}, {}}}"#, tensors.join(", "))
    }

    #[test]
    fn tensors_are_found_in_any_order() {
        for count in [1, 2, 12, INDEXED - 1, INDEXED, INDEXED + 1, INDEXED + 40] {
            let text = header(count);
            let index = Index::new(text.as_bytes());
            let told = index.as_ref().map(|index| (index.count, index.told(b"typenet")));
            assert_eq!(told, Some((count, Some(&b"t0"[..]))));
            let Some(mut index) = index else { return };
            for i in (0..count).chain((0..count).rev()).chain([count / 2, 0, count - 1]) {
                let entry = index.find(format!("t{i}").as_bytes());
                let found = entry.map(|entry| (entry.shape().to_vec(), entry.start, entry.end));
                assert_eq!(found, Some((std::vec![i], 4 * i, 8 * i)), "t{i} of {count}");
            }
            for no in ["t", "typenet", "__metadata__", "", &format!("t{count}")] {
                assert!(index.find(no.as_bytes()).is_none(), "{no} of {count}");
            }
        }
    }

    #[test]
    fn what_is_no_header_has_no_index() {
        for text in ["", "{", "[]", r#"{"a": 1}"#, r#"{"a": {"dtype": "F32"}}"#, "{} {}"] {
            assert!(Index::new(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Index::new(b"{}").is_some_and(|index| index.count == 0));
    }
}
