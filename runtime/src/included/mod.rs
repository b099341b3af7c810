//! `include_network!`: a file of weights becomes a constant, read and checked while the compiler evaluates it.
//!
//! A constant function may neither format nor allocate nor call a method of a trait, hence the loops and the [`Text`].
//! What is wrong with a file is said in the words of `Files::load`.

mod declaration;
mod header;
mod index;
mod tensors;
mod text;

use core::mem::MaybeUninit;

use self::declaration::{Declaration, told};
use self::header::{Entry, Next};
use self::index::Index;
pub use self::tensors::Included;
use self::tensors::{Kind, Tensor, Tensors};
use self::text::{Text, same};
use crate::checksum::{START, checksum};

/// A trained network, built into the program.
#[doc = include_str!("../../docs/include_network.md")]
#[macro_export]
macro_rules! include_network {
    ($(#[$attribute:meta])* $visibility:vis $name:ident: $network:ty = $path:literal $(;)?) => {
        $(#[$attribute])*
        // a large network takes the compiler a while, which is no mistake
        #[allow(long_running_const_eval)]
        $visibility static $name: $network = $crate::__private::included(
            // as a path of the crate, this makes cargo build anew when the file changes
            ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", $path)),
            $path,
        );
    };
}

/// The network that the bytes of the file `path` hold. Where they hold another, the evaluation ends with an error of
/// the compiler.
#[must_use]
#[track_caller]
pub const fn included<N: Included>(file: &[u8], path: &str) -> N {
    let says = Text::new().with(b"`").with(path.as_bytes()).with(b"` does not hold `").with(N::NAME.as_bytes());
    let says = says.with(if matches!(N::KIND, Kind::Integers(_)) { b"`, quantised: " } else { b"`: " });
    let (json, numbers) = parts(file, &says);
    let Some(mut index) = Index::new(json) else {
        says.with(b"it is no safetensors file: its header is not as it should be").report()
    };
    let mut network = MaybeUninit::<N>::zeroed();
    let (mut tensors, mut count) = (Tensors::new(), 0);
    while let Some(tensor) = tensors.next::<N>() {
        count += 1;
        let bytes = bytes_of(&mut index, numbers, &tensor, &says);
        if tensor.place + bytes.len() > size_of::<N>() {
            says.with(b"its layers have more tensors than numbers").report();
        }
        // SAFETY: the bytes are within the network, of which they are numbers of the right type by the contract of
        // `Included`
        unsafe { copy(bytes, network.as_mut_ptr().cast::<u8>().add(tensor.place), tensor.size) };
    }
    if index.count > count {
        say_which::<N>(&index, &says);
    }
    if let Some(lines) = index.told(b"typenet") {
        refuse_another::<N>(lines, &says);
        refuse_changed(lines, numbers, &says);
    }
    // SAFETY: what the tensors name may be any numbers, and what no tensor names is zero, which `Zeroable` allows
    unsafe { network.assume_init() }
}

/// Writes numbers of `size` bytes, which are little-endian, as this machine has them.
///
/// # Safety
/// As many bytes can be written from `to` on.
const unsafe fn copy(bytes: &[u8], to: *mut u8, size: usize) {
    if cfg!(target_endian = "little") {
        // SAFETY: by the contract; nobody else has what is written
        unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        return;
    }
    let mut at = 0;
    while at < bytes.len() {
        // SAFETY: by the contract
        unsafe { to.add(at).write(bytes[at ^ (size - 1)]) };
        at += 1;
    }
}

/// The header and the numbers of a file.
#[track_caller]
const fn parts<'a>(file: &'a [u8], says: &Text) -> (&'a [u8], &'a [u8]) {
    let says = says.with(b"it is no safetensors file: ");
    let Some((length, rest)) = file.split_first_chunk::<8>() else { says.with(b"it ends before its header").report() };
    let length = u64::from_le_bytes(*length);
    if length > rest.len() as u64 {
        says.with(b"it ends before its header does").report();
    }
    #[allow(clippy::cast_possible_truncation, reason = "no more than the length of a slice")]
    rest.split_at(length as usize)
}

/// The bytes of one tensor, if they are as many numbers as the network wants, and such as it can have.
#[track_caller]
const fn bytes_of<'a>(index: &mut Index<'_>, numbers: &'a [u8], tensor: &Tensor, says: &Text) -> &'a [u8] {
    let (name, dtype) = (tensor.name.as_bytes(), tensor.dtype.as_bytes());
    let Some(entry) = index.find(name) else {
        let text = says.with(b"there is no tensor `").with(name).with(b"`, only `");
        names(index, text).with(b"`").report()
    };
    if !same(entry.dtype, dtype) || !same_shape(entry.shape(), tensor.shape) {
        let text = says.with(b"tensor `").with(name).with(b"` should be ").with(dtype).with(b" ");
        let text = text.with_shape(tensor.shape).with(b", but is ").with(entry.dtype).with(b" ");
        text.with_shape(entry.shape()).report();
    }
    let count = product(tensor.shape);
    if entry.start > entry.end || entry.end - entry.start != count * tensor.size {
        let text = says.with(b"tensor `").with(name).with(b"` should take ").with_number(count * tensor.size);
        text.with(b" bytes, but has another place").report();
    }
    if entry.end > numbers.len() {
        says.with(b"it ends before tensor `").with(name).with(b"` does").report();
    }
    let bytes = numbers.split_at(entry.end).0.split_at(entry.start).1;
    let mut number = 0;
    while number < count {
        if let Some(fault) = tensor.fault(bytes, number) {
            let text = says.with(b"number ").with_number(number).with(b" of tensor `").with(name);
            text.with(b"` ").with(fault.as_bytes()).report();
        }
        number += 1;
    }
    bytes
}

/// Ends the evaluation with the first tensor of the file, which has more of them, that the network does not have.
#[track_caller]
const fn say_which<N: Included>(index: &Index<'_>, says: &Text) -> ! {
    let mut header = index.header();
    while let Next::Entry(Entry { name, .. }) = header.next() {
        let mut tensors = Tensors::new();
        loop {
            let Some(expected) = tensors.next::<N>() else {
                let text = says.with(b"there is a tensor `").with(name);
                text.with(b"`, which this network does not have").report()
            };
            if same(expected.name.as_bytes(), name) {
                break;
            }
        }
    }
    says.with(b"there are two tensors of one name").report()
}

/// Ends the evaluation if the file tells that other layers are in it, such as those with another activation, which
/// tensors do not show.
#[track_caller]
const fn refuse_another<N: Included>(lines: &[u8], says: &Text) {
    let Some(found) = told(lines, b"network: ") else { return };
    let ours = Declaration::new(N::LAYERS, found);
    if !ours.is_same() {
        let text = says.with(b"the network in it is `").with(found).with(b"`, but this one is `");
        text.with(N::NAME.as_bytes()).with(b" = ").with(ours.text.as_bytes()).with(b"`").report();
    }
}

/// Ends the evaluation if the numbers are not those that were written.
#[track_caller]
const fn refuse_changed(lines: &[u8], numbers: &[u8], says: &Text) {
    let Some(expected) = told(lines, b"checksum: ") else { return };
    let found = Text::new().with_hexadecimal(checksum(START, numbers));
    if !same(expected, found.as_bytes()) {
        let text =
            says.with(b"its numbers have changed since they were written: their checksum should be `").with(expected);
        text.with(b"`, but is `").with(found.as_bytes()).with(b"`").report();
    }
}

/// `text`, followed by the names of all tensors of the file.
const fn names(index: &Index<'_>, mut text: Text) -> Text {
    let mut header = index.header();
    let mut first = true;
    while let Next::Entry(Entry { name, .. }) = header.next() {
        text = if first { text } else { text.with(b"`, `") }.with(name);
        first = false;
    }
    text
}

const fn product(shape: &[usize]) -> usize {
    let (mut product, mut at) = (1, 0);
    while at < shape.len() {
        product *= shape[at];
        at += 1;
    }
    product
}

const fn same_shape(a: &[usize], b: &[usize]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
