//! What has been measured: RESULTS.md, which is read back, so that a part can be measured anew and the rest stays.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::programs::Program;
use crate::users::{CHECK, RELEASE};
use crate::{LIBRARIES, SIZES, size};

/// When a program is built: with only its dependencies there, or again, after a change.
pub const WHEN: [&str; 2] = ["clean", "changed"];

/// Figures by their names, as they stand in the table: seconds by library, program, command and when; bytes by profile.
pub struct Results {
    figures: BTreeMap<String, String>,
    /// Of each library that has figures.
    versions: BTreeMap<String, String>,
}

impl Results {
    /// Those of the table that there is; none if that is of another machine or compiler.
    pub fn read() -> Result<Self, Box<dyn Error>> {
        let text = fs::read_to_string(here("RESULTS.md")).unwrap_or_default();
        let mut results = Self { figures: BTreeMap::new(), versions: BTreeMap::new() };
        if !text.contains(&format!("- {}\n", machine()?)) {
            return Ok(results);
        }
        let mut libraries = Vec::new();
        for line in text.lines() {
            if let Some((library, version)) = line.strip_prefix("- ").and_then(|line| line.split_once(' ')) {
                if LIBRARIES.iter().any(|(name, _)| *name == library) {
                    results.versions.insert(library.to_owned(), version.to_owned());
                }
                continue;
            }
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            match cells[..] {
                ["program", "command", "when", ref names @ ..] => libraries = names.to_vec(),
                [about, command, when, ref figures @ ..] => {
                    let Some(program) = Program::timed().into_iter().find(|it| it.about == about) else { continue };
                    let name = format!("{} {} {when}", program.name, command.trim_matches('`'));
                    results
                        .keep(libraries.iter().map(|library| format!("{library} {name}")).zip(figures.iter().copied()));
                }
                [profile, bytes] => {
                    let build = SIZES.iter().find(|(_, about)| *about == profile);
                    results.keep(build.map(|(build, _)| (size(build), bytes)));
                }
                _ => {}
            }
        }
        Ok(results)
    }

    /// Keeps figures that are numbers: a cell may be empty.
    fn keep<'a>(&mut self, figures: impl IntoIterator<Item = (String, &'a str)>) {
        let figures = figures.into_iter().filter(|(_, figure)| figure.parse::<f64>().is_ok());
        self.figures.extend(figures.map(|(name, figure)| (name, figure.to_owned())));
    }

    /// Puts seconds in the place of an older figure of `library`, and writes the table anew.
    pub fn put_seconds(&mut self, library: &str, name: String, seconds: f64) -> Result<(), Box<dyn Error>> {
        self.versions.insert(library.to_owned(), version(library)?);
        self.put(name, format!("{seconds:.2}"))
    }

    /// Puts a figure in the place of an older one, and writes the table anew.
    pub fn put(&mut self, name: String, figure: String) -> Result<(), Box<dyn Error>> {
        println!("{name}: {figure}");
        self.figures.insert(name, figure);
        Ok(fs::write(here("RESULTS.md"), self.table()?)?)
    }

    fn table(&self) -> Result<String, Box<dyn Error>> {
        let libraries = LIBRARIES.map(|(library, _)| library);
        let libraries: Vec<&str> = libraries.into_iter().filter(|&it| self.versions.contains_key(it)).collect();
        let mut text = format!(
            "# Compile time and size\n\nWritten by the program here; README.md says how.\n\n- {}\n",
            machine()?
        );
        for library in &libraries {
            writeln!(text, "- {library} {}", self.versions[*library])?;
        }
        writeln!(
            text,
            "\nSeconds, the best of some runs:\n\n| program | command | when | {} |",
            libraries.join(" | ")
        )?;
        writeln!(text, "| --- | --- | --- |{}", " --- |".repeat(libraries.len()))?;
        for program in Program::timed() {
            for (command, when) in [CHECK, RELEASE].iter().flat_map(|build| WHEN.map(|when| (build.command, when))) {
                let figures = libraries.iter().map(|library| {
                    let figure = self.figures.get(&format!("{library} {} {command} {when}", program.name));
                    figure.map_or("", String::as_str)
                });
                let figures = figures.collect::<Vec<_>>().join(" | ");
                writeln!(text, "| {} | `{command}` | {when} | {figures} |", program.about)?;
            }
        }
        writeln!(text, "\nBytes that the prediction of 2-4-4-2 adds to an empty program, stripped:\n")?;
        writeln!(text, "| `[profile.release]` | typenet |\n| --- | --- |")?;
        for (build, about) in SIZES {
            if let Some(bytes) = self.figures.get(&size(&build)) {
                writeln!(text, "| {about} | {bytes} |")?;
            }
        }
        Ok(text)
    }
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn machine() -> Result<String, Box<dyn Error>> {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(std::env::consts::ARCH, |(_, model)| model);
    let rustc = String::from_utf8(Command::new("rustc").arg("--version").output()?.stdout)?;
    Ok(format!("{model}, {} cores; {}", std::thread::available_parallelism()?, rustc.trim()))
}

/// The version of a library that its users' lock file names.
fn version(library: &str) -> Result<String, Box<dyn Error>> {
    let lock = fs::read_to_string(here(&format!("target/users/{library}/Cargo.lock")))?;
    let package = if library == "candle" { "candle-core" } else { library };
    let version = lock.split_once(&format!("name = \"{package}\"\nversion = \""));
    Ok(version.and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Results, here};

    #[test]
    fn what_is_read_is_written() -> Result<(), Box<dyn std::error::Error>> {
        let mut results = Results::read()?;
        if results.figures.is_empty() {
            return Ok(());
        }
        let text = std::fs::read_to_string(here("RESULTS.md"))?;
        assert_eq!(results.table()?, text);
        results.figures.remove("typenet xor check clean");
        let table = results.table()?;
        let differ: Vec<_> = table.lines().zip(text.lines()).filter(|(new, old)| new != old).collect();
        assert!(matches!(differ[..], [(new, _)] if new.starts_with("| 2-4-4-2 | `check` | clean |  |")), "{differ:?}");
        Ok(())
    }
}
