//! Files of quantised networks that must be refused, as those of floats in `hostile.rs`: each by `Quantized::load`, and by
//! a network of floats, which stays as it was.

use std::fmt::Write as _;
use std::fs;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::Error;
use typenet::prelude::*;
use typenet::quantized::Quantized;

use super::hostile::{Linear, SMALL, peak};
use super::others::fixture;

/// What the files of the corpus are refused for.
#[rustfmt::skip]
const CORPUS: [(&str, &str); 40] = [
    ("end_in_length", "it is no safetensors file: it ends after 7 bytes"),
    ("end_in_header", "it is no safetensors file: its header should have 1195 bytes, but 292 follow"),
    ("end_in_numbers", "its tensors take 136 bytes, but 135 follow the header"),
    ("more_after_the_numbers", "its tensors take 136 bytes, but 137 follow the header"),
    ("length_of_a_terabyte", "its header should have 1099511627776 bytes, but"),
    ("length_big_endian", "its bytes are in big-endian order"),
    ("overlapping", "tensor `dense.kernel_scale` should begin at byte 16, but begins at 0"),
    ("all_at_the_same_place", "tensor `dense.kernel` should begin at byte 104, but begins at 112"),
    ("a_gap", "tensor `dense_2.kernel` should begin at byte 128, but begins at 132"),
    ("beyond_the_file", "its tensors take 2199023255680 bytes, but 136 follow the header"),
    ("shape_overflows", "tensor `dense.kernel`, I8 [9223372036854775808, 2], cannot be the bytes 104..112"),
    ("transposed", "tensor `dense.kernel` should be I8 [2, 4], but is I8 [4, 2]"),
    ("scale_of_all", "tensor `dense.kernel_scale` should be F32 [4], but is F32 []"),
    ("scale_as_a_row", "tensor `dense.input_scale` should be F32 [], but is F32 [1]"),
    ("scale_of_integers", "tensor `dense.input_scale` should be F32 [], but is I32 []"),
    ("zero_point_of_a_byte", "tensor `dense_2.input_zero_point` should be I32 [], but is I8 []"),
    ("bias_of_floats", "tensor `dense.bias` should be I32 [4], but is F32 [4]"),
    ("kernel_unsigned", "tensor `dense_1.kernel` should be I8 [4, 4], but is U8 [4, 4]"),
    ("kernel_of_four_bits", "tensor `dense_1.kernel` should be I8 [4, 4], but is F4 [4, 4]"),
    ("one_missing", "there is no tensor `dense_1.input_zero_point`, only `dense.bias`, `dense.input_scale`, "),
    ("one_too_many", "there is a tensor `dense_3.kernel`, which this network does not have"),
    ("speaks_to_the_terminal", "there is no tensor `dense.bias`, only `\\u{1b}[31mdense.bias\\u{7}`, "),
    ("wider", "tensor `dense_2.kernel` should be I8 [4, 2], but is I8 [4, 3]"),
    ("other_layers", "the network in it is `A: int8 = Dense(2 -> 4, tanh)`, but this one is `Linear: int8 = Dense("),
    ("floats", "tensor `dense.kernel` should be I8 [2, 4], but is F32 [2, 4]"),
    ("floats_by_the_names", "tensor `dense.kernel` should be I8 [2, 4], but is F32 [2, 4]"),
    ("scale_zero", "number 0 of tensor `dense.input_scale` is no finite number above 0"),
    ("scale_zero_with_a_sign", "number 0 of tensor `dense.input_scale` is no finite number above 0"),
    ("scale_negative", "number 0 of tensor `dense_1.input_scale` is no finite number above 0"),
    ("scale_nan", "number 0 of tensor `dense_2.input_scale` is no finite number above 0"),
    ("scale_infinite", "number 0 of tensor `dense_2.input_scale` is no finite number above 0"),
    ("kernel_scale_zero", "number 3 of tensor `dense.kernel_scale` is no finite number above 0"),
    ("kernel_scale_negative", "number 1 of tensor `dense_1.kernel_scale` is no finite number above 0"),
    ("kernel_scale_nan", "number 1 of tensor `dense_2.kernel_scale` is no finite number above 0"),
    ("zero_point_128", "number 0 of tensor `dense_1.input_zero_point` is not from -128 to 127"),
    ("zero_point_least", "number 0 of tensor `dense_1.input_zero_point` is not from -128 to 127"),
    ("big_endian_numbers", "number 0 of tensor `dense.input_zero_point` is not from -128 to 127"),
    ("checksum", "its numbers have changed since they were written: their checksum should be `0123456789abcdef`"),
    ("sample_of_words", "its sample input should be 2 finite numbers, but is not"),
    ("output_of_another", "output 0 for its sample input should be 1000000000000000000000000000000, but is -16"),
];

#[test]
fn the_corpus_is_refused() {
    let mut files: Vec<_> = fs::read_dir(fixture("hostile_int8")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let mut names: Vec<_> = CORPUS.map(|(name, _)| fixture(&format!("hostile_int8/{name}.safetensors"))).into();
    names.sort();
    assert_eq!(files, names);
    let mut faults = String::new();
    for (name, reason) in CORPUS {
        let path = fixture(&format!("hostile_int8/{name}.safetensors"));
        let (result, peak) = peak(|| Quantized::<Linear>::load(&path).map(drop));
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Weights { .. }), "{name}: {error}");
        let error = error.to_string();
        if !error.contains(reason) {
            writeln!(faults, "{name}: {error}\nshould contain: {reason}").unwrap();
        }
        assert!(error.chars().all(|c| !c.is_control()), "{name}: {error:?}");
        assert!(peak < SMALL, "{name}: {peak} bytes");
    }
    assert!(faults.is_empty(), "{faults}");
    Quantized::<Linear>::load(fixture("plain.int8.safetensors")).unwrap();
}

/// A network of floats takes none of them but the one of floats, nor the good one.
#[test]
fn the_corpus_is_refused_by_floats() {
    let mut network = Linear::new(&mut StdRng::seed_from_u64(1));
    let before = network.clone();
    for name in CORPUS.map(|(name, _)| name).into_iter().filter(|name| *name != "floats") {
        let path = fixture(&format!("hostile_int8/{name}.safetensors"));
        let error = network.load(&path).unwrap_err();
        assert!(matches!(error, Error::Weights { .. }), "{name}: {error}");
        network.load_cast(&path).unwrap_err();
    }
    let good = fixture("plain.int8.safetensors");
    let error = network.load(&good).unwrap_err().to_string();
    assert!(error.ends_with("tensor `dense.kernel` should be F32 [2, 4], but is I8 [2, 4]"), "{error}");
    network.load_cast(&good).unwrap_err();
    assert_eq!(network, before);
}
