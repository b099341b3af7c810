//! Files that must be refused: with a clear error, no panic, a network that stays as it was, and no more memory than the
//! file is long enough for.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::prelude::*;
use typenet::{Error, network};

network! { pub Linear = Dense(2 -> 4), Dense(4 -> 4), Dense(4 -> 2) }

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which knows how many bytes this thread holds at most.
struct Peak;

// SAFETY: everything is handed to the system's allocator; counting touches no memory of its own heap.
unsafe impl GlobalAlloc for Peak {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.get() + layout.size();
        NOW.set(now);
        PEAK.set(PEAK.get().max(now));
        // SAFETY: the caller's promise is passed on
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // what another thread has allocated is not in this one's count
        NOW.set(NOW.get().saturating_sub(layout.size()));
        // SAFETY: the caller's promise is passed on
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Peak = Peak;

/// How many bytes `work` holds at most.
pub fn peak<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = NOW.get();
    PEAK.set(before);
    let result = work();
    (result, PEAK.get() - before)
}

/// Loads a file that must be refused, and gives the reason and the bytes that it took.
fn refused(path: &Path) -> (String, usize) {
    let mut network = Linear::new(&mut StdRng::seed_from_u64(1));
    let before = network.clone();
    let (result, peak) = peak(|| network.load(path));
    assert_eq!(network, before, "{}", path.display());
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Weights { .. }), "{error}");
    // nothing of it is worth casting either
    network.load_cast(path).unwrap_err();
    assert_eq!(network, before, "{}", path.display());
    (error.to_string(), peak)
}

/// Names of paths, messages and the like, for a file of any size.
pub const SMALL: usize = 16 * 1024;

const NO_FILE: &str = "it is no safetensors file: ";

/// What the files of the corpus are refused for.
#[rustfmt::skip]
const CORPUS: [(&str, &str); 51] = [
    ("empty", "it is no safetensors file: it ends after 0 bytes"),
    ("end_in_length", "it is no safetensors file: it ends after 5 bytes"),
    ("end_in_header", "its header should have 461 bytes, but 92 follow"),
    ("end_in_numbers", "its tensors take 168 bytes, but 167 follow the header"),
    ("more_after_the_numbers", "its tensors take 168 bytes, but 169 follow the header"),
    ("length_of_a_terabyte", "its header should have 1099511627776 bytes, but 629 follow"),
    ("length_of_a_gigabyte", "its header should have 1073741824 bytes, but 629 follow"),
    ("length_max", "its header should have 18446744073709551615 bytes, but 629 follow"),
    ("length_zero", "its header is wrong: EOF"),
    ("length_big_endian", "its bytes are in big-endian order"),
    ("zip", "it is a zip archive, as `torch.save`"),
    ("hdf5", "it is an HDF5 file, as Keras's"),
    ("not_json", "its header is wrong: key must be a string at line 1 column 2"),
    ("not_utf8", "its header is wrong: invalid unicode code point at line 1"),
    ("an_array", "its header is wrong: invalid type: sequence, expected the names of tensors"),
    ("no_tensors", "there is no tensor `dense.kernel`, nor any other"),
    ("nested", "its header is wrong: EOF while parsing a list"),
    ("unfinished", "its header is wrong: EOF while parsing an object"),
    ("two_headers", "its header is wrong: trailing characters"),
    ("metadata_of_numbers", "its header is wrong: invalid type: integer `1`, expected a string"),
    ("metadata_is_a_list", "its header is wrong: invalid type: sequence, expected a map"),
    ("field_missing", "its header is wrong: missing field `data_offsets`"),
    ("twice_the_same_name", "there are two tensors `dense.bias`"),
    ("overlapping", "tensor `dense.bias` should begin at byte 32, but begins at 16"),
    ("all_at_the_same_place", "should begin at byte 8, but begins at 0"),
    ("a_gap", "tensor `dense_2.bias` should begin at byte 160, but begins at 164"),
    ("beyond_the_file", "its tensors take 4398046511264 bytes, but 168 follow the header"),
    ("ends_before_it_begins", "tensor `dense.bias`, F32 [4], cannot be the bytes 48..32"),
    ("shorter_than_its_shape", "tensor `dense_2.bias`, F32 [3], cannot be the bytes 160..168"),
    ("shape_overflows", "tensor `dense_2.bias`, F32 [4611686018427387904, 4611686018427387904], cannot be the bytes"),
    ("shape_overflows_in_bytes", "tensor `dense_2.bias`, F32 [2305843009213693954], cannot be the bytes 160..168"),
    ("shape_negative", "its header is wrong: invalid value: integer `-2`, expected usize"),
    ("shape_of_fractions", "its header is wrong: invalid type: floating point `2.5`, expected usize"),
    ("shape_beyond_64_bits", "its header is wrong: invalid type: floating point"),
    ("other_rank", "tensor `dense_2.kernel` should be F32 [4, 2], but is F32 [2, 2, 2]"),
    ("transposed", "tensor `dense.kernel` should be F32 [2, 4], but is F32 [4, 2]"),
    ("integers", "tensor `dense_1.kernel` should be F32 [4, 4], but is I32 [4, 4]"),
    ("unknown_type", "its header is wrong: unknown variant `F31`"),
    ("type_speaks_to_the_terminal", "its header is wrong: unknown variant `F\\u{1b}[31m\\u{7}`, expected one of"),
    ("half_precision", "tensor `dense_1.kernel` should be F32 [4, 4], but is F16 [4, 8]"),
    ("one_missing", "there is no tensor `dense_2.bias`, only `dense.bias`, `dense.kernel`, "),
    ("one_too_many", "there is a tensor `dense_3.bias`, which this network does not have"),
    ("speaks_to_the_terminal", "only `\\u{1b}[31mdense.bias\\u{7}`, `dense.kernel`"),
    ("nan", "number 1 of tensor `dense.bias` is NaN"),
    ("infinity", "number 1 of tensor `dense_2.bias` is -inf"),
    ("big_endian_numbers", "its numbers have changed since they were written: their checksum should be `0123456789abcdef`"),
    ("sample_of_words", "its sample input should be 2 finite numbers, but is not"),
    ("sample_too_long", "its sample input should be 2 finite numbers, but is not"),
    ("sample_not_finite", "its sample input should be 2 finite numbers, but is not"),
    ("output_not_finite", "its sample output should be 2 finite numbers, but is not"),
    ("other_layers", "the network in it is `A: f32 = Dense(2 -> 4, tanh)`, but this one is `Linear: f32 = Dense(2 -> 4, lin"),
];

fn folder() -> PathBuf {
    super::others::fixture("hostile")
}

#[test]
fn the_corpus_is_refused() {
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    let mut names: Vec<_> = CORPUS.iter().map(|(name, _)| format!("{name}.safetensors")).collect();
    names.sort();
    assert!(files.iter().eq(names.iter().map(AsRef::<std::ffi::OsStr>::as_ref)), "{files:?} {names:?}");
    let mut faults = String::new();
    for (name, reason) in CORPUS {
        let path = folder().join(format!("{name}.safetensors"));
        let (error, peak) = refused(&path);
        if !error.contains(reason) {
            writeln!(faults, "{name}: {error}\nshould contain: {reason}").unwrap();
        }
        assert!(error.chars().all(|c| !c.is_control()), "{name}: {error:?}");
        assert!(peak < SMALL, "{name}: {peak} bytes");
        // a summary looks at the header alone, and says the same of it
        match typenet::weights::summary(&path) {
            Ok(summary) => assert!(!error.contains(NO_FILE) && !summary.to_string().contains('\u{1b}'), "{name}"),
            Err(summary) => assert!(error.contains(NO_FILE) && summary.to_string().contains(NO_FILE), "{name}"),
        }
    }
    assert!(faults.is_empty(), "{faults}");
    // the same without a fault
    let mut network = Linear::new(&mut StdRng::seed_from_u64(1));
    network.load(super::others::fixture("plain.safetensors")).unwrap();
    assert_eq!(network.dense.kernel[(3, 1)], 7.0 / 8.0 - 2.0);
}

/// A file with this header, as long as is told: what lies behind what is written takes no room on the disk.
fn file(path: &Path, claimed: u64, header: &[u8], length: u64) {
    let mut file = File::create(path).unwrap();
    file.write_all(&claimed.to_le_bytes()).unwrap();
    file.write_all(header).unwrap();
    file.set_len(length).unwrap();
}

#[test]
fn long_files_are_refused_unread() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("long.safetensors");
    // a header of a gigabyte, all there
    file(&path, 1 << 30, b"{", (1 << 30) + 8);
    let (error, peak) = refused(&path);
    assert!(error.contains("its header has 1073741824 bytes, more than 4194304"), "{error}");
    assert!(peak < SMALL, "{peak} bytes");
    // sixteen gigabytes of numbers behind a good header
    let good = fs::read(super::others::fixture("plain.safetensors")).unwrap();
    let header = &good[8..good.len() - 4 * Linear::PARAMETERS];
    file(&path, header.len() as u64, header, 1 << 34);
    let (error, peak) = refused(&path);
    assert!(error.contains("its tensors take 168 bytes, but 17179868715 follow the header"), "{error}");
    assert!(peak < SMALL, "{peak} bytes");
    // and such as are announced
    let header = r#"{"a":{"dtype":"F32","shape":[4,1073741824],"data_offsets":[0,17179869184]}}"#;
    file(&path, header.len() as u64, header.as_bytes(), 8 + header.len() as u64 + (1 << 34));
    let (error, peak) = refused(&path);
    assert!(error.contains("there is no tensor `dense.kernel`, only `a`"), "{error}");
    assert!(peak < SMALL, "{peak} bytes");
}

/// What is many times shorter as text than in memory.
#[test]
fn headers_take_at_most_sixteen_times_their_length() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("header.safetensors");
    let tensor = |name: &str| format!(r#""{name}":{{"dtype":"U8","shape":[],"data_offsets":[0,1]}}"#);
    let count = 20_000;
    let listed = |item: &dyn Fn(usize) -> String| (0..count).map(item).collect::<Vec<_>>().join(",");
    let headers = [
        format!(r#"{{"a":{{"dtype":"U8","shape":[{}],"data_offsets":[0,1]}}}}"#, listed(&|_| "1".into())),
        format!("{{{}}}", listed(&|i| tensor(&i.to_string()))),
        format!("{{{}}}", listed(&|_| tensor("a"))),
        format!(r#"{{"__metadata__":{{{}}}}}"#, listed(&|i| format!(r#""{i}":"""#))),
        format!("{{{}}}", listed(&|_| r#""__metadata__":{}"#.into())),
        format!(r#"{{"__metadata__":{{"typenet":"input: {}\noutput: 1 1"}}}}"#, listed(&|_| "1 ".into())),
        format!(r#"{{"{}":0}}"#, r"\u0001".repeat(count)),
        format!(r#"{{"a":{{"dtype":"{}"}}}}"#, "F".repeat(count)),
        format!(r#"{{"a":{}"#, r#"{"b":"#.repeat(count)),
    ];
    let mut most = String::new();
    for header in headers {
        file(&path, header.len() as u64, header.as_bytes(), 8 + header.len() as u64);
        let (error, peak) = refused(&path);
        let times = peak / header.len();
        writeln!(most, "{times} times: {} -> {}", &header[..40], &error[error.len() - 40..]).unwrap();
        assert!(times < 16 && peak <= 16 * header.len() + SMALL, "{times} times the header\n{most}");
    }
}

/// What stands where a network is saved is replaced by nothing that its owner would not want.
#[cfg(unix)]
#[test]
fn what_stands_there_stays_what_it_is() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("file.safetensors"), directory.path().join("link.safetensors"));
    let network = Linear::new(&mut StdRng::seed_from_u64(1));
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    // a secret is still one
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    network.save(&file).unwrap();
    assert_eq!(mode(), 0o600);
    // a link leads where it led
    symlink("file.safetensors", &link).unwrap();
    fs::write(&file, "").unwrap();
    network.save(&link).unwrap();
    assert!(link.is_symlink() && mode() == 0o600);
    Linear::new(&mut StdRng::seed_from_u64(2)).load(&file).unwrap();
    // and what must not be written is not
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    let error = network.save(&link).unwrap_err();
    assert!(error.to_string().ends_with("this file is read-only"), "{error}");
    let socket = directory.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let error = network.save(&socket).unwrap_err();
    assert!(error.to_string().ends_with("this is a device or a pipe, not a file"), "{error}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "no temporary file is left");
}

#[cfg(unix)]
#[test]
fn a_file_that_must_not_be_read() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secret.safetensors");
    let mut network = Linear::new(&mut StdRng::seed_from_u64(1));
    network.save(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // root may read everything
    if File::open(&path).is_err() {
        let error = network.load(&path).unwrap_err();
        assert!(matches!(&error, Error::File { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied));
    }
    // a name that leads to itself
    let path = directory.path().join("loop.safetensors");
    symlink(&path, &path).unwrap();
    assert!(matches!(network.load(&path), Err(Error::File { action: "read", .. })));
}
