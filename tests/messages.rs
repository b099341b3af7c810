//! The messages as a whole: there is one for each mistake, and the page "if the compiler says ..." of `network!` quotes what
//! the compiler really says, and leaves nothing out.
//!
//! The real texts are those beside the programs in `ui/`. In the page names and numbers are examples, and `...` stands
//! for anything, so a row is about all messages that differ from its own in no more than these.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "runtime/docs/network.md";

/// Errors without a code come from the macro, but for these, which are the compiler's own.
const OF_THE_COMPILER: [&str; 3] =
    ["cannot find attribute ", "`#[inline]` attribute cannot be used on ", "couldn't read "];

#[test]
fn the_page_says_what_the_compiler_says() -> Result<(), Box<dyn Error>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(tests.join("..").join(PAGE))?;
    let rows: Vec<(usize, &str)> = rows(&page).collect();
    let mut messages = BTreeMap::new();
    for (path, text) in texts(&tests.join("ui"))? {
        gather(&path, &text, &mut messages);
    }
    assert!(rows.len() > 50 && messages.len() > 50, "{} rows, {} messages", rows.len(), messages.len());

    let unsaid = rows.iter().filter(|(_, row)| !messages.keys().any(|said| fits(&shape(row), said)));
    let unsaid = unsaid.map(|(line, row)| format!("{PAGE}:{line}: mend or remove, no text in tests/ui says: {row}\n"));
    let silent = messages.iter().filter(|(said, _)| !rows.iter().any(|(_, row)| fits(&shape(row), said)));
    let silent = silent.map(|(_, (message, file))| format!("{PAGE}: add a row for what {file} says: {message}\n"));
    let wrong: String = unsaid.chain(silent).collect();
    assert!(wrong.is_empty(), "\n{wrong}");
    Ok(())
}

/// A program gives one error, unless it says how many there must be: `//~ 3 mistakes`. Any further would follow from another,
/// and nobody could mend it.
#[test]
fn no_mistake_is_reported_twice() -> Result<(), Box<dyn Error>> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let mut wrong = String::new();
    for (path, text) in texts(&ui)? {
        let program = fs::read_to_string(path.with_extension("rs"))?;
        let stated = program.lines().find_map(|line| line.strip_prefix("//~ ")?.split(' ').next()?.parse().ok());
        let stated: usize = stated.unwrap_or(1);
        let found = text.lines().filter(|line| line.starts_with("error")).count();
        if stated != found {
            writeln!(wrong, "{}: {found} errors, where the program says {stated}", path.display())?;
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    Ok(())
}

/// The first cell of each row of the page's tables, and its line.
fn rows(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = page.lines().zip(1..).skip_while(|(line, _)| !line.starts_with("# If the compiler says"));
    let cells = lines.filter_map(|(line, number)| Some((number, line.strip_prefix("| ")?.split_once(" | ")?.0)));
    cells.filter(|(_, cell)| !["it says", "---"].contains(cell))
}

/// What the compiler says about each program in `folder`, with the path of the text.
fn texts(folder: &Path) -> Result<Vec<(PathBuf, String)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(texts(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            let text = fs::read_to_string(&path)?;
            found.push((path, text));
        }
    }
    Ok(found)
}

/// The first lines of typenet's errors in a text: those of the macro, and those of traits that say in their own words what
/// is missing. One of each shape, with the file that has it.
fn gather(path: &Path, text: &str, messages: &mut BTreeMap<String, (String, String)>) {
    for line in text.lines() {
        let of_macro = line.strip_prefix("error: ");
        let of_macro = of_macro.filter(|said| !OF_THE_COMPILER.iter().any(|own| said.starts_with(own)));
        let of_trait = line.strip_prefix("error[E0277]: ").filter(|said| !said.starts_with("the trait bound "));
        // of a type that takes other arguments than the macro gives it
        let of_arguments = line.strip_prefix("error[E0107]: ");
        if let Some(message) = of_macro.or(of_trait).or(of_arguments) {
            messages.insert(shape(message), (message.to_owned(), path.display().to_string()));
        }
    }
}

/// Whether `text` is `pattern` with any text in place of each `...`.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once("...") {
        None => pattern == text,
        Some((before, after)) => text
            .strip_prefix(before)
            .is_some_and(|rest| rest.char_indices().any(|(at, _)| fits(after, &rest[at..])) || fits(after, "")),
    }
}

/// `message` with one name for all that stands in backticks and one number for all; what is counted is singular.
fn shape(message: &str) -> String {
    let parts = message.split('`').enumerate();
    let text: String = parts.map(|(index, part)| if index % 2 == 0 { part } else { "`name`" }).collect();
    let mut counted = false;
    let words = text.split(' ').map(|word| {
        let rest = word.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let noun = rest.trim_end_matches(',');
        let singular = noun.strip_suffix('s').filter(|_| counted).unwrap_or(noun);
        counted = rest.len() < word.len();
        [if counted { "1" } else { "" }, singular, &rest[noun.len()..]].concat()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn names_numbers_and_dots_may_differ() {
    let covers = |row, message| fits(&shape(row), &shape(message));
    let row = "layer `Dense` takes 5 inputs, but the layer before it produces 4";
    assert!(covers(row, "layer `my::Gate` takes 1 input, but the layer before it produces 16"));
    assert!(!covers(row, "layer `Dense` gives 5 outputs, but the layer before it produces 4"));
    assert!(!covers(row, "layer Dense takes 5 inputs, but the layer before it produces 4"));
    assert!(covers("expected a network, found ...", "expected a network, found keyword `let`"));
    assert!(covers("loss `...` fits neither ... nor ...", "loss `A` fits neither `b` nor `c`"));
    assert!(!covers("expected a network, found ...", "expected a layer, found keyword `let`"));
}
