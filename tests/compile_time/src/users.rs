//! The users' crates: for each library a workspace in the target directory, with a member for each program.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::programs::Program;

/// How a program is built.
pub struct Build {
    /// What its user types.
    pub command: &'static str,
    profile: &'static str,
}

pub const CHECK: Build = Build { command: "check", profile: "dev" };
pub const RELEASE: Build = Build { command: "build --release", profile: "release" };
pub const SMALL: Build = Build { command: "build --profile small", profile: "small" };
pub const ABORT: Build = Build { command: "build --profile abort", profile: "abort" };

/// What Cargo does not know of itself.
const PROFILES: &str = "
[profile.small]
inherits = \"release\"
lto = true
codegen-units = 1
strip = true

[profile.abort]
inherits = \"small\"
panic = \"abort\"
";

/// The crates of the users of one library.
pub struct Users {
    folder: PathBuf,
    library: &'static str,
}

impl Users {
    /// Writes the crates. They take the versions that the repository's lock file names, where it does.
    pub fn write(library: &'static str, dependencies: &str, programs: &[Program]) -> Result<Self, Box<dyn Error>> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let users = Self { folder: here.join("target/users").join(library), library };
        let dependencies = dependencies.replace("{runtime}", &here.join("../../runtime").display().to_string());
        for program in programs {
            let dependencies = if program.name == "empty" { "" } else { &dependencies };
            let package = format!("[package]\nname = \"{}\"\nedition = \"2024\"\n", program.name);
            users
                .put(&format!("{}/Cargo.toml", program.name), &format!("{package}\n[dependencies]\n{dependencies}"))?;
            users.change(program, 0)?;
        }
        let members: Vec<_> = programs.iter().map(|program| program.name).collect();
        users.put("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n{PROFILES}"))?;
        if !users.folder.join("Cargo.lock").exists() {
            fs::copy(here.join("../../Cargo.lock"), users.folder.join("Cargo.lock"))?;
        }
        Ok(users)
    }

    /// Changes one number in the program.
    pub fn change(&self, program: &Program, number: u32) -> Result<(), Box<dyn Error>> {
        self.put(&format!("{}/src/main.rs", program.name), &program.source(self.library, number))
    }

    /// Forgets what has been built of the program, and keeps its dependencies.
    pub fn clean(&self, program: &Program, build: &Build) -> Result<(), Box<dyn Error>> {
        self.cargo(&["clean", "--profile", build.profile], program).map(drop)
    }

    /// Builds the program; how long that takes.
    pub fn build(&self, program: &Program, build: &Build) -> Result<Duration, Box<dyn Error>> {
        self.cargo(&build.command.split(' ').collect::<Vec<_>>(), program)
    }

    /// The bytes of the program.
    pub fn size(&self, program: &Program, build: &Build) -> Result<f64, Box<dyn Error>> {
        let path = self.folder.join("target").join(build.profile).join(program.name);
        let bytes = fs::metadata(path.with_extension(std::env::consts::EXE_EXTENSION))?.len();
        Ok(u32::try_from(bytes)?.into())
    }

    fn cargo(&self, arguments: &[&str], program: &Program) -> Result<Duration, Box<dyn Error>> {
        let mut cargo = Command::new("cargo");
        cargo.args(arguments).args(["-p", program.name]).current_dir(&self.folder);
        // what this program is built with is not what its users build with
        for variable in ["CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "RUSTFLAGS"] {
            cargo.env_remove(variable);
        }
        let start = Instant::now();
        let output = cargo.output()?;
        let duration = start.elapsed();
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && !said.contains("warning") {
            return Ok(duration);
        }
        Err(format!("{}: cargo {}\n{said}", self.folder.join(program.name).display(), arguments.join(" ")).into())
    }

    /// Writes a file, unless it is already as it shall be.
    fn put(&self, path: &str, text: &str) -> Result<(), Box<dyn Error>> {
        let path = self.folder.join(path);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        Ok(fs::write(path, text)?)
    }
}
