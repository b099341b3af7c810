//! The main job, run as a user runs it.

mod support;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

type Checked = Result<(), Box<dyn Error>>;

fn xor(options: &[&str]) -> Result<Output, Box<dyn Error>> {
    Ok(support::example("xor", options)?)
}

/// A new directory of this name.
fn directory(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::create_dir_all(&directory)?;
    Ok(directory)
}

#[test]
fn the_notebook_works() -> Checked {
    let out = directory("example-xor")?.join("made").join("by the example");
    let output = xor(&["--out", &out.to_string_lossy()])?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(output.status.success(), "{stderr}");

    for expected in ["x_train: 10000 x 2", "y_train: 10000 x 2", "y_test: 5000 x 2", "training time: ", "epoch"] {
        assert!(stdout.contains(expected), "no `{expected}` in:\n{stdout}");
    }
    // the summary: three layers with 12, 20 and 10 parameters
    for expected in ["dense", "dense_1", "dense_2", "12", "20", "10", "42"] {
        assert!(
            stdout.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == expected),
            "no `{expected}` in:\n{stdout}"
        );
    }
    // five rows each of points, labels and predictions
    assert_eq!(stdout.lines().filter(|line| line.starts_with("  [")).count(), 15, "{stdout}");
    // without a terminal, progress is plain lines
    assert!(stderr.lines().any(|line| line.starts_with("epoch   1/200 loss: ")), "{stderr}");
    assert!(stderr.lines().any(|line| line.starts_with("epoch 200/200 loss: ")), "{stderr}");

    let accuracy: f64 = stdout
        .lines()
        .find_map(|line| line.split_once("test accuracy: "))
        .ok_or_else(|| format!("no test accuracy in:\n{stdout}"))?
        .1
        .parse()?;
    assert!(accuracy > 0.97, "the default seed must be a good one, but its accuracy is {accuracy}");
    assert!(!stdout.contains("--seed"), "a good result needs no advice:\n{stdout}");

    for (name, circles) in [("xor-training.svg", 10_002), ("xor-loss.svg", 0), ("xor-predictions.svg", 5_002)] {
        let path = out.join(name);
        assert!(stdout.contains(&*path.to_string_lossy()), "{name} is not named in:\n{stdout}");
        let svg = fs::read_to_string(&path)?;
        let document = roxmltree::Document::parse(&svg)?;
        assert_eq!(document.root_element().tag_name().name(), "svg");
        assert_eq!(document.descendants().filter(|node| node.has_tag_name("circle")).count(), circles, "{name}");
        assert!(svg.len() < 1_500_000, "{name} has {} bytes", svg.len());
    }
    Ok(())
}

#[test]
fn a_bad_result_says_what_to_try() -> Checked {
    let out = directory("example-xor-short")?;
    let output = xor(&["--epochs", "1", "--batch-size", "10000", "--out", &out.to_string_lossy()])?;
    let stdout = String::from_utf8(output.stdout)?;
    assert!(output.status.success());
    assert!(stdout.contains("Train it longer: `--epochs 200`."), "{stdout}");
    Ok(())
}

#[test]
fn bad_options_are_refused() -> Checked {
    let directory = directory("example-xor-refused")?;
    let file = directory.join("file");
    fs::write(&file, "not a directory")?;
    let below = file.join("pictures");
    let below = below.to_string_lossy();
    let cases: [(&[&str], &[&str]); 6] = [
        (&["--epochs", "0"], &["--epochs", "'0'"]),
        (&["--batch-size", "0"], &["--batch-size", "'0'"]),
        (&["--epochs", "many"], &["--epochs", "'many'"]),
        (&["--sed", "1"], &["--sed", "--seed"]),
        (&["--out", &below], &["cannot create the directory", &below]),
        (&["--out", &file.to_string_lossy()], &["cannot create the directory", &file.to_string_lossy()]),
    ];
    for (options, named) in cases {
        let output = xor(options)?;
        let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        assert!(!output.status.success(), "{options:?} was taken");
        assert!(stderr.starts_with("error: "), "{options:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{options:?}: {stderr}");
        assert_eq!(stdout, "", "{options:?} was noticed late");
        for name in named {
            assert!(stderr.contains(name), "{options:?}: no `{name}` in: {stderr}");
        }
    }
    Ok(())
}

#[test]
fn help_names_every_option() -> Checked {
    let output = xor(&["--help"])?;
    let stdout = String::from_utf8(output.stdout)?;
    assert!(output.status.success());
    for option in ["--seed", "--epochs", "--batch-size", "--out <DIR>", "[default: 200]", "[default: 100]"] {
        assert!(stdout.contains(option), "no `{option}` in:\n{stdout}");
    }
    Ok(())
}
