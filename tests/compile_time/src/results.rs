//! What has been measured, kept in the target directory, so that a part can be measured anew; and the table of it.

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

/// Figures by their names: seconds by library, program, command and when; bytes by profile.
pub struct Results(BTreeMap<String, f64>);

impl Results {
    pub fn read() -> Self {
        let text = fs::read_to_string(here("target/figures.txt")).unwrap_or_default();
        let figures = text.lines().filter_map(|line| line.rsplit_once(": "));
        Self(figures.filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?))).collect())
    }

    /// Keeps a figure, and writes the table anew.
    pub fn put(&mut self, name: String, value: f64) -> Result<(), Box<dyn Error>> {
        println!("{name}: {value}");
        self.0.insert(name, value);
        let mut figures = String::new();
        for (name, value) in &self.0 {
            writeln!(figures, "{name}: {value}")?;
        }
        fs::write(here("target/figures.txt"), figures)?;
        Ok(fs::write(here("RESULTS.md"), self.table()?)?)
    }

    fn table(&self) -> Result<String, Box<dyn Error>> {
        let measured = |library: &str| self.0.keys().any(|name| name.split(' ').next() == Some(library));
        let libraries: Vec<&str> =
            LIBRARIES.map(|(library, _)| library).into_iter().filter(|it| measured(it)).collect();
        let mut text = format!(
            "# Compile time and size\n\nWritten by the program here; README.md says how.\n\n- {}\n",
            machine()?
        );
        for library in &libraries {
            writeln!(text, "- {library} {}", version(library)?)?;
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
                    let figure = self.0.get(&format!("{library} {} {command} {when}", program.name));
                    figure.map_or_else(String::new, |seconds| format!("{seconds:.2}"))
                });
                let figures = figures.collect::<Vec<_>>().join(" | ");
                writeln!(text, "| {} | `{command}` | {when} | {figures} |", program.about)?;
            }
        }
        writeln!(text, "\nBytes that the prediction of 2-4-4-2 adds to an empty program, stripped:\n")?;
        writeln!(text, "| `[profile.release]` | typenet |\n| --- | --- |")?;
        for (build, about) in SIZES {
            if let Some(bytes) = self.0.get(&size(&build)) {
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
