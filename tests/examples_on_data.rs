//! The examples on real data learn as well as scikit-learn's network of the same shape.

use std::error::Error;
use std::path::Path;
use std::process::Command;

/// The accuracies that the example prints: typenet's and scikit-learn's.
fn accuracies(example: &str) -> Result<[f64; 2], Box<dyn Error>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).args(["run", "--quiet", "--example", example]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo.output()?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(output.status.success(), "{stderr}");
    let accuracy = |name| -> Result<f64, Box<dyn Error>> {
        let mut lines = stdout.lines().map(str::split_whitespace);
        let row = lines.find_map(|mut words| (words.next() == Some(name)).then_some(words));
        let number = row.and_then(|mut words| words.next()).ok_or_else(|| format!("no `{name}` in:\n{stdout}"))?;
        Ok(number.parse()?)
    };
    Ok([accuracy("typenet")?, accuracy("scikit-learn")?])
}

/// Each is a mean over 30 seeds, whose deviation is below 0.008: two such means differ by 0.002 by chance.
#[test]
fn as_good_as_scikit_learn() -> Result<(), Box<dyn Error>> {
    for example in ["iris", "breast_cancer"] {
        let [typenet, scikit_learn] = accuracies(example)?;
        assert!((typenet - scikit_learn).abs() < 0.005, "{example}: {typenet}, scikit-learn's {scikit_learn}");
    }
    Ok(())
}
