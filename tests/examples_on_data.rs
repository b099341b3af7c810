//! The examples on real data learn as well as scikit-learn's network of the same shape.

mod support;

use std::error::Error;

/// The scores that the example prints: typenet's and scikit-learn's.
fn scores(example: &str) -> Result<[f64; 2], Box<dyn Error>> {
    let output = support::example(example, &[])?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(output.status.success(), "{stderr}");
    let score = |name| -> Result<f64, Box<dyn Error>> {
        let mut lines = stdout.lines().map(str::split_whitespace);
        let row = lines.find_map(|mut words| (words.next() == Some(name)).then_some(words));
        let number = row.and_then(|mut words| words.next()).ok_or_else(|| format!("no `{name}` in:\n{stdout}"))?;
        Ok(number.parse()?)
    };
    Ok([score("typenet")?, score("scikit-learn")?])
}

/// Each is a mean over 30 seeds: two such means of a deviation of 0.008 differ by 0.002 by chance, of 3 grams by 0.8.
#[test]
fn as_good_as_scikit_learn() -> Result<(), Box<dyn Error>> {
    for (example, tolerance) in [("iris", 0.005), ("breast_cancer", 0.005), ("penguins", 2.5)] {
        let [typenet, scikit_learn] = scores(example)?;
        assert!((typenet - scikit_learn).abs() < tolerance, "{example}: {typenet}, scikit-learn's {scikit_learn}");
    }
    Ok(())
}
