//! The examples on real data learn as well as scikit-learn's network of the same shape.

mod support;

use std::error::Error;

/// The first numbers that the example prints after each of two names.
fn scores(example: &str, names: [&str; 2]) -> Result<[f64; 2], Box<dyn Error>> {
    let output = support::example(example, &[])?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(output.status.success(), "{stderr}");
    let score = |name| -> Result<f64, Box<dyn Error>> {
        let mut lines = stdout.lines().map(str::split_whitespace);
        let row = lines.find_map(|mut words| (words.next() == Some(name)).then_some(words));
        let number = row.and_then(|mut words| words.next()).ok_or_else(|| format!("no `{name}` in:\n{stdout}"))?;
        Ok(number.parse()?)
    };
    Ok([score(names[0])?, score(names[1])?])
}

/// Each is a mean over 30 seeds: two such means of a deviation of 0.008 differ by 0.002 by chance, of 3 grams by 0.8.
#[test]
fn as_good_as_scikit_learn() -> Result<(), Box<dyn Error>> {
    for (example, tolerance) in [("iris", 0.005), ("breast_cancer", 0.005), ("digits", 0.003), ("penguins", 2.5)] {
        let [typenet, scikit_learn] = scores(example, ["typenet", "scikit-learn"])?;
        assert!((typenet - scikit_learn).abs() < tolerance, "{example}: {typenet}, scikit-learn's {scikit_learn}");
    }
    Ok(())
}

/// Nor is a network much worse in integers of eight bits: of 569 tumours it tells less than one in 500 another way.
#[test]
fn as_good_in_integers() -> Result<(), Box<dyn Error>> {
    let [real, integers] = scores("quantized", ["f32", "int8"])?;
    assert!(real > 0.97 && (real - integers).abs() < 0.002, "{integers}, {real} in real numbers");
    Ok(())
}

/// Every seed learns to balance a pole.
#[test]
fn learns_by_trying() -> Result<(), Box<dyn Error>> {
    let output = support::example("cart_pole", &[])?;
    let stdout = String::from_utf8(output.stdout)?;
    let last = stdout.lines().last().unwrap_or_default();
    assert!(output.status.success() && last.starts_with("30 of 30 solved it"), "{stdout}");
    Ok(())
}
