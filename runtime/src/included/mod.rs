//! `include_network!`: a file of weights becomes a constant, read and checked while the compiler evaluates it.
//!
//! A constant function may neither format nor allocate nor call a method of a trait, hence the loops and the [`Text`].
//! What is wrong with a file is said in the words of `Network::load`.

mod header;
mod text;

use core::mem::MaybeUninit;

use self::header::{Entry, Header, Next};
use self::text::{Text, same};
use crate::layers::{LayerInfo, TensorInfo};
use crate::network::Network;

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

/// The network that the bytes of the file `path` hold. Where they hold another, the evaluation ends with an error of the
/// compiler.
#[must_use]
#[track_caller]
pub const fn included<N: Network>(file: &[u8], path: &str) -> N {
    let says = Text::new().with(b"`").with(path.as_bytes()).with(b"` does not hold `").with(N::NAME.as_bytes());
    let says = says.with(b"`: ");
    let (json, numbers) = parts(file, &says);
    let mut network = MaybeUninit::<N>::zeroed();
    let (mut index, mut place) = (0, 0);
    while let Some((name, tensor)) = expected::<N>(index) {
        let count = product(tensor.shape);
        let bytes = bytes_of::<N>(json, numbers, &name, tensor, &says);
        if place + count > N::NUMBERS {
            says.with(b"its layers have more tensors than numbers").report();
        }
        let to = network.as_mut_ptr().cast::<u8>();
        let mut at = 0;
        while at < bytes.len() {
            let value = bytes[if cfg!(target_endian = "little") { at } else { at ^ (size_of::<N::Scalar>() - 1) }];
            // SAFETY: `bytes` is `count` numbers of the scalar type, and by the contract of `Flat` the network is
            // `N::NUMBERS` of them side by side, of which `place + count` are no more
            unsafe { to.add(place * size_of::<N::Scalar>() + at).write(value) };
            at += 1;
        }
        (index, place) = (index + 1, place + count);
    }
    refuse_others::<N>(json, &says);
    // SAFETY: every bit pattern of a float is a float, and what no tensor names is zero, which `Zeroable` allows
    unsafe { network.assume_init() }
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

/// The bytes of one tensor, if they are as many finite numbers as the network wants.
#[track_caller]
const fn bytes_of<'a, N: Network>(
    json: &[u8],
    numbers: &'a [u8],
    name: &Text,
    tensor: &TensorInfo,
    says: &Text,
) -> &'a [u8] {
    let Some(entry) = find(json, name.as_bytes(), says) else {
        let text = says.with(b"there is no tensor `").with(name.as_bytes()).with(b"`, only `");
        names(json, text).with(b"`").report()
    };
    let size = size_of::<N::Scalar>();
    let dtype: &[u8] = if size == 8 { b"F64" } else { b"F32" };
    if !same(entry.dtype, dtype) || !same_shape(entry.shape(), tensor.shape) {
        let text = says.with(b"tensor `").with(name.as_bytes()).with(b"` should be ").with(dtype).with(b" ");
        let text = text.with_shape(tensor.shape).with(b", but is ").with(entry.dtype).with(b" ");
        text.with_shape(entry.shape()).report();
    }
    let count = product(tensor.shape);
    if entry.start > entry.end || entry.end - entry.start != count * size {
        let text = says.with(b"tensor `").with(name.as_bytes()).with(b"` should take ").with_number(count * size);
        text.with(b" bytes, but has another place").report();
    }
    if entry.end > numbers.len() {
        says.with(b"it ends before tensor `").with(name.as_bytes()).with(b"` does").report();
    }
    let bytes = numbers.split_at(entry.end).0.split_at(entry.start).1;
    let mut number = 0;
    while number < count {
        // the two highest bytes: sign, exponent and the first of the fraction
        let (high, next) = (bytes[(number + 1) * size - 1], bytes[(number + 1) * size - 2]);
        let exponent = if size == 8 { 0xf0 } else { 0x80 };
        if high & 0x7f == 0x7f && next & exponent == exponent {
            let text = says.with(b"number ").with_number(number).with(b" of tensor `").with(name.as_bytes());
            text.with(b"` is not finite").report();
        }
        number += 1;
    }
    bytes
}

/// Ends the evaluation if the file has a tensor that the network does not have.
#[track_caller]
const fn refuse_others<N: Network>(json: &[u8], says: &Text) {
    let mut header = Header::new(json);
    while let Next::Entry(Entry { name, .. }) = header.next() {
        let mut index = 0;
        loop {
            let Some((expected, _)) = expected::<N>(index) else {
                let text = says.with(b"there is a tensor `").with(name);
                text.with(b"`, which this network does not have").report()
            };
            if same(expected.as_bytes(), name) {
                break;
            }
            index += 1;
        }
    }
}

/// What the header says of the tensor `name`.
#[track_caller]
const fn find<'a>(json: &'a [u8], name: &[u8], says: &Text) -> Option<Entry<'a>> {
    let mut header = Header::new(json);
    loop {
        match header.next() {
            Next::Entry(entry) if same(entry.name, name) => return Some(entry),
            Next::Entry(_) => {}
            Next::End => return None,
            Next::Fault => says.with(b"it is no safetensors file: its header is not as it should be").report(),
        }
    }
}

/// `text`, followed by the names of all tensors of the file.
const fn names(json: &[u8], mut text: Text) -> Text {
    let mut header = Header::new(json);
    let mut first = true;
    while let Next::Entry(Entry { name, .. }) = header.next() {
        text = if first { text } else { text.with(b"`, `") }.with(name);
        first = false;
    }
    text
}

/// The name of tensor `index` of the network, and what is known of it; in the order of memory.
const fn expected<N: Network>(mut index: usize) -> Option<(Text, &'static TensorInfo)> {
    nth(&Text::new(), N::LAYERS, &mut index)
}

/// Tensor `index` of some layers and of those within them. If there are less, their number is taken from `index`.
const fn nth(prefix: &Text, layers: &'static [LayerInfo], index: &mut usize) -> Option<(Text, &'static TensorInfo)> {
    let mut at = 0;
    while at < layers.len() {
        let layer = &layers[at];
        let label = prefix.with(layer.label.as_bytes()).with(b".");
        let mut copy = 0;
        while copy < layer.copies {
            let place = if layer.copies == 1 { label } else { label.with_number(copy).with(b".") };
            if *index < layer.tensors.len() {
                let tensor = &layer.tensors[*index];
                return Some((place.with(tensor.name.as_bytes()), tensor));
            }
            *index -= layer.tensors.len();
            if let Some(found) = nth(&place, layer.layers, index) {
                return Some(found);
            }
            copy += 1;
        }
        at += 1;
    }
    None
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
