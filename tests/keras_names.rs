//! The README's table beside Keras names everything that Keras has, and nothing that typenet has not.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    names: BTreeMap<String, BTreeSet<String>>,
}

/// A row: the names of Keras that it has, and the names of typenet that stand for them.
struct Row {
    keras: Vec<String>,
    ours: Vec<String>,
}

/// What stands in backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

fn rows() -> BTreeMap<String, Row> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with("Beside Keras")).unwrap();
    // below the head of the table
    let rows = section.lines().skip_while(|line| !line.starts_with("| ---")).skip(1).filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let [module, same, other, absent] = cells.as_slice() else { return None };
        let mut row = Row { keras: Vec::new(), ours: Vec::new() };
        for name in quoted(same) {
            row.keras.push(name.to_owned());
            row.ours.push(name.to_owned());
        }
        for pair in other.split(", ") {
            if let [keras, ours] = quoted(pair).collect::<Vec<_>>().as_slice() {
                assert!(pair.contains(&format!("`{keras}` as `{ours}`")), "{pair}");
                row.keras.push((*keras).to_owned());
                row.ours.push((*ours).to_owned());
            }
        }
        // the words before a colon say why
        for reason in absent.split("; ").filter(|reason| !reason.is_empty()) {
            assert!(reason.contains(": ") && !reason.starts_with('`'), "no reason: {reason}");
            // a name of ours may be part of the reason
            row.keras.extend(quoted(reason).filter(|name| *name != "Callback").map(str::to_owned));
        }
        Some(((*module).to_owned(), row))
    });
    rows.collect()
}

/// All that is written in a folder of sources.
fn sources(folder: &Path, text: &mut String) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, text)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path)?);
        }
    }
    Ok(())
}

#[test]
fn the_table_has_every_name_of_keras_once() {
    let (rows, keras) = (rows(), support::fixture::<Fixture>("names").names);
    let modules = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<BTreeSet<_>>();
    assert_eq!(modules(&mut rows.keys()), modules(&mut keras.keys()));
    let mut wrong = String::new();
    for (module, names) in keras {
        let mut listed = rows[&module].keras.clone();
        listed.sort();
        for pair in listed.windows(2).filter(|pair| pair[0] == pair[1]) {
            writeln!(wrong, "{module}: `{}` twice", pair[0]).unwrap();
        }
        let listed: BTreeSet<String> = listed.into_iter().collect();
        writeln!(wrong, "{module}: missing {:?}, unknown {:?}", &names - &listed, &listed - &names).unwrap();
    }
    assert!(
        !wrong.contains("twice") && wrong.lines().all(|line| line.ends_with("missing {}, unknown {}")),
        "\n{wrong}"
    );
}

#[test]
fn what_the_table_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut text = String::new();
    sources(&root.join("runtime/src"), &mut text).unwrap();
    sources(&root.join("macros/src"), &mut text).unwrap();
    let words: BTreeSet<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    for (module, row) in rows() {
        for name in row.ours {
            assert!(words.contains(&*name), "{module}: there is no `{name}`");
        }
    }
}
