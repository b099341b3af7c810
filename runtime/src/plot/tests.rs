use std::io;

use roxmltree::Document;

use super::range::{Axis, range};
use super::*;
use crate::history::{Epoch, History, Scores};

/// Parses a picture, after checking what holds for every one.
fn check(svg: &str) -> Document<'_> {
    for bad in ["NaN", "inf", "-2147483648", "2147483647"] {
        assert!(!svg.contains(bad), "{bad} in {svg}");
    }
    let document = Document::parse(svg);
    assert!(document.is_ok(), "{document:?}");
    document.unwrap_or_else(|_| unreachable!())
}

fn count(document: &Document<'_>, tag: &str) -> usize {
    document.descendants().filter(|node| node.has_tag_name(tag)).count()
}

fn texts<'a>(document: &'a Document<'_>) -> Vec<&'a str> {
    document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text())
        .map(str::trim)
        .collect()
}

fn history(losses: &[f64], validation: bool) -> History {
    let scores = |loss: f64| Scores { loss, metrics: vec![("accuracy", 1.0 - loss / 2.0)] };
    let epoch = |(index, loss): (usize, &f64)| Epoch {
        epoch: index + 1,
        training: scores(*loss),
        validation: validation.then(|| scores(loss * 1.1)),
        learning_rate: 0.1,
        seconds: 0.1,
    };
    History { epochs: losses.iter().enumerate().map(epoch).collect() }
}

#[test]
fn every_point_is_a_circle() -> Result<(), String> {
    let points: Vec<[f32; 2]> = (0..10_000_u16).map(|i| [f32::from(i).sin(), f32::from(i).cos()]).collect();
    let (left, right): (Vec<[f32; 2]>, Vec<[f32; 2]>) = points.iter().partition(|[x, _]| *x < 0.0);
    let svg = Plane::new("Circle").axes("across", "up").class("left", left).class("right", right).draw()?;
    let document = check(&svg);
    // and one for each class in the legend
    assert_eq!(count(&document, "circle"), 10_002);
    for text in ["Circle", "across", "up", "left", "right", "0.5", "\u{2212}0.5"] {
        assert!(texts(&document).contains(&text), "{text}: {:?}", texts(&document));
    }
    assert!(svg.len() < 1_500_000, "{} bytes", svg.len());
    Ok(())
}

#[test]
fn a_picture_is_square_and_as_large_as_it_says() -> Result<(), String> {
    let svg = Plane::new("").class("a", [[0.0, 0.0], [10.0, 1.0]]).draw()?;
    let document = check(&svg);
    let root = document.root_element();
    let number = |name| root.attribute(name).and_then(|text| text.parse::<f64>().ok());
    let (width, height) = (number("width"), number("height"));
    let view = root.attribute("viewBox");
    let doubled = width.zip(height).map(|(width, height)| format!("0 0 {} {}", 2.0 * width, 2.0 * height));
    assert_eq!(view, doubled.as_deref());
    // equal numbers are equally far apart on both axes: a tenth of the width from the lower to the upper point
    let places: Vec<[f64; 2]> = document
        .descendants()
        .filter(|node| node.has_tag_name("circle"))
        .filter_map(|node| Some([node.attribute("cx")?.parse().ok()?, node.attribute("cy")?.parse().ok()?]))
        .collect();
    let [.., low, high] = places[..] else { return Err("no points".to_owned()) };
    assert!(((high[0] - low[0]) - 10.0 * (low[1] - high[1])).abs() <= 10.0, "{low:?} {high:?}");
    Ok(())
}

#[test]
fn regions_are_few_rectangles() -> Result<(), String> {
    let plane = |picture: Plane<'static>| picture.class("a", [[-1.0, -1.0]]).class("b", [[1.0, 1.0]]);
    let svg = plane(Plane::new("quadrants")).regions(|[x, y]| usize::from(x * y <= 0.0)).draw()?;
    let document = check(&svg);
    // the paper and four quadrants
    assert_eq!(count(&document, "rect"), 5);
    let areas: Vec<u32> = document
        .descendants()
        .filter(|node| node.has_tag_name("rect"))
        .filter_map(|node| {
            Some(node.attribute("width")?.parse::<u32>().ok()? * node.attribute("height")?.parse::<u32>().ok()?)
        })
        .collect();
    assert_eq!(areas[1..], [600 * 600; 4]);
    // probabilities fade towards the border; a NaN paints nothing
    let svg = plane(Plane::new("sure")).regions(|[x, _]| [0.5 - x / 2.0, 0.5 + x / 2.0]).draw()?;
    let shades = count(&check(&svg), "rect");
    assert!((10..=20).contains(&shades), "{shades}");
    let svg = plane(Plane::new("unknown")).regions(|_| [f32::NAN, 0.5]).draw()?;
    assert_eq!(count(&check(&svg), "rect"), 1);
    // more classes than were named, and none at all
    check(&plane(Plane::new("many")).regions(|_| usize::MAX).draw()?);
    check(&plane(Plane::new("none")).regions(|_| [0.0_f32; 0]).draw()?);
    Ok(())
}

#[test]
fn degenerate_points_make_a_picture() -> Result<(), String> {
    let cases: [&[[f64; 2]]; 8] = [
        &[],
        &[[3.0, 4.0]],
        &[[0.0, 0.0], [0.0, 0.0]],
        &[[-2.0, 5.0]; 3],
        &[[1e99, -1e99]],
        &[[1e-300, 2e-300], [f64::MIN_POSITIVE, 0.0]],
        &[[1e16, 1e16], [1e16 + 2.0, 1e16]],
        &[[0.0, 1.0], [0.0, 2.0]],
    ];
    for points in cases {
        let svg = Plane::new("few").class("a", points).regions(|[x, y]| usize::from(x < y)).draw()?;
        assert_eq!(count(&check(&svg), "circle"), points.len() + 1, "{points:?}");
    }
    check(&Plane::new("nothing").draw()?);
    Ok(())
}

#[test]
fn a_point_that_is_nowhere_is_an_error() {
    for value in [f64::NAN, f64::INFINITY, 1e200] {
        let plane = Plane::new("bad").class("good", [[0.0, 1.0]]).class("bad", [[0.0, 1.0], [value, 2.0]]);
        let Err(error) = plane.save("never-written.svg") else { unreachable!("{value} was drawn") };
        assert!(matches!(&error, Error::Plot { .. }));
        assert_eq!(error.to_string(), format!("cannot draw `never-written.svg`: point 1 of `bad` is [{value}, 2]"));
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let path = std::path::PathBuf::from("typenet-no-such-directory/plane.svg");
    for error in [Plane::new("a").save(&path), Curves::new("b").save(&path)] {
        assert!(
            matches!(&error, Err(Error::File { action: "write", path: named, source })
                if *named == path && source.kind() == io::ErrorKind::NotFound),
            "{error:?}"
        );
    }
}

#[test]
fn names_may_hold_anything() -> Result<(), String> {
    let name = "a < b & \"c\" \u{1}\u{7}'d' \u{1f600}";
    let shown = "a < b & \"c\"   'd' \u{1f600}";
    let svg = Plane::new(name).axes(name, name).class(name, [[0.0, 0.0]]).marks(name, [[0.0, 0.0]]).draw()?;
    assert_eq!(texts(&check(&svg)).iter().filter(|text| **text == shown).count(), 5);
    let svg = Curves::new(name).axes(name, name).curve("x".repeat(5_000), [1.0]).curve(name, []).draw()?;
    assert_eq!(texts(&check(&svg)).iter().filter(|text| **text == shown).count(), 4);
    Ok(())
}

#[test]
fn a_history_becomes_curves() -> Result<(), String> {
    let losses: Vec<f64> = (1..=200).map(|epoch| 1.0 / f64::from(epoch)).collect();
    let svg = Curves::loss(&history(&losses, false)).draw()?;
    let document = check(&svg);
    let lines = |document: &Document<'_>| {
        document
            .descendants()
            .filter_map(|node| Some(node.attribute("points")?.split_whitespace().count()))
            .filter(|points| *points > 2)
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&document), [200]);
    for text in ["Loss by epoch", "epoch", "loss", "training", "0.0", "0.8", "20", "200"] {
        assert!(texts(&document).contains(&text), "{text}: {:?}", texts(&document));
    }
    let svg = Curves::metric(&history(&losses, true), "accuracy").title("How well").draw()?;
    let document = check(&svg);
    assert_eq!(lines(&document), [200, 200]);
    for text in ["How well", "accuracy", "training", "validation"] {
        assert!(texts(&document).contains(&text), "{text}: {:?}", texts(&document));
    }
    Ok(())
}

#[test]
fn degenerate_histories_make_a_picture() -> Result<(), String> {
    let cases: [&[f64]; 9] = [
        &[],
        &[0.5],
        &[0.0; 3],
        &[1e-12, 2e-12],
        &[1e80, 1.0],
        &[f64::NAN],
        &[0.7, f64::NAN, 0.5, f64::INFINITY, 0.3, 0.2],
        &[-5.0, -5.0],
        &[1e15, 1e15 + 1.0],
    ];
    for losses in cases {
        let history = history(losses, true);
        check(&Curves::loss(&history).draw()?);
        check(&Curves::metric(&history, "accuracy").draw()?);
        check(&Curves::metric(&history, "unknown").draw()?);
    }
    Ok(())
}

#[test]
fn long_curves_are_thinned_and_keep_their_peaks() -> Result<(), String> {
    let values = (0..1_000_000_u32).map(|i| if i == 700_000 { 5.0 } else { f64::from(i % 100) / 100.0 });
    let svg = Curves::new("long").curve("a", values).draw()?;
    check(&svg);
    assert!(svg.len() < 100_000, "{} bytes", svg.len());
    let flat = Curves::new("long").curve("a", (0..1_000_000_u32).map(|i| f64::from(i % 100) / 100.0)).draw()?;
    assert_ne!(svg, flat);
    Ok(())
}

#[test]
fn ticks_have_the_digits_they_need() {
    let labels = |low: f64, high: f64, values: &[f64]| {
        let axis = Axis::new("", low..high, 10);
        values.iter().map(|value| axis.label(*value)).collect::<Vec<_>>()
    };
    assert_eq!(labels(-4.2, 4.2, &[-4.0, -1e-17, 3.0]), ["\u{2212}4", "0", "3"]);
    assert_eq!(labels(0.0, 0.72, &[0.0, 0.1, 0.7]), ["0.0", "0.1", "0.7"]);
    assert_eq!(labels(0.0, 3e-9, &[0.0, 1.5e-9]), ["0", "1.5e\u{2212}9"]);
    assert_eq!(labels(0.0, 4e7, &[1e7]), ["1.0e7"]);
    assert_eq!(range([f64::NAN].into_iter()), -1.0..1.0);
}
