//! How long a user waits for the compiler, and how large the program is: see README.md.

mod programs;
mod results;
mod users;

use std::env;
use std::error::Error;
use std::time::Duration;

use programs::Program;
use results::{Results, WHEN};
use users::{ABORT, Build, CHECK, RELEASE, SMALL, Users};

/// What the users of each library write in `[dependencies]`.
const LIBRARIES: [(&str, &str); 5] = [
    ("typenet", "typenet = { path = \"{runtime}\" }\nrand = \"0.10\"\n"),
    ("nalgebra", "nalgebra = \"0.35\"\nrand = \"0.10\"\n"),
    ("burn", "burn = { version = \"=0.22.1\", default-features = false, features = [\"std\", \"optim\", \"flex\"] }\n"),
    (
        "dfdx",
        "dfdx = { version = \"=0.13.0\", default-features = false, features = [\"std\", \"fast-alloc\", \"cpu\"] }\n",
    ),
    ("candle", "candle-core = \"=0.11.1\"\ncandle-nn = \"=0.11.1\"\n"),
];

/// How many of them need nothing that the repository does not need itself.
const OWN: usize = 2;

/// What a user writes who only predicts.
const PREDICTS: &str = "typenet = { path = \"{runtime}\", default-features = false, features = [\"std\"] }\n";

/// What a user can write in `[profile.release]`, or not.
const SIZES: [(Build, &str); 2] =
    [(SMALL, "`lto = true`, `codegen-units = 1`"), (ABORT, "`lto = true`, `codegen-units = 1`, `panic = \"abort\"`")];

/// The most bytes that the prediction of Xor may add to an empty program, and with a network that is built in.
const ROOM: f64 = 100.0 * 1024.0;
const ROOM_INCLUDED: f64 = 32.0 * 1024.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut wanted: Vec<String> = env::args().skip(1).collect();
    let mut option = |name: &str| wanted.iter().position(|it| it == name).map(|at| wanted.remove(at)).is_some();
    let (peers, once, size_alone) = (option("--peers"), option("--once"), option("--check-size"));
    if size_alone {
        for (program, room) in
            [(Program::PREDICT, ROOM), (Program::INCLUDED, ROOM_INCLUDED), (Program::INCLUDED_INT8, ROOM_INCLUDED)]
        {
            println!("{}: {} bytes", program.about, added(&program, &SMALL, room)?);
        }
        return Ok(());
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| name.contains(it));
    let mut results = Results::read()?;
    for (library, dependencies) in &LIBRARIES[..if peers { LIBRARIES.len() } else { OWN }] {
        let programs = Program::timed();
        let users = Users::write(library, dependencies, &programs)?;
        for (program, build) in programs.iter().flat_map(|program| [(program, &CHECK), (program, &RELEASE)]) {
            let name = format!("{library} {} {}", program.name, build.command);
            if is_wanted(&name) {
                // its dependencies are those of all programs but the empty one
                users.build(&programs[1], build)?;
                let times = time(&users, program, build, if once { 1 } else { 3 })?;
                for (when, time) in WHEN.iter().zip(times) {
                    results.put_seconds(library, format!("{name} {when}"), time.as_secs_f64())?;
                }
            }
        }
    }
    for (build, _) in SIZES.iter().filter(|(build, _)| is_wanted(&size(build))) {
        results.put(size(build), added(&Program::PREDICT, build, ROOM)?.to_string())?;
    }
    Ok(())
}

/// What the size of a build is called.
fn size(build: &Build) -> String {
    format!("size {}", build.command)
}

/// The shortest times of a build of which only the dependencies are there, and of one after a change.
fn time(users: &Users, program: &Program, build: &Build, runs: u32) -> Result<[Duration; 2], Box<dyn Error>> {
    let mut shortest = [Duration::MAX; 2];
    for run in 1..=runs {
        users.clean(program, build)?;
        shortest[0] = shortest[0].min(users.build(program, build)?);
        users.change(program, run)?;
        shortest[1] = shortest[1].min(users.build(program, build)?);
    }
    users.change(program, 0)?;
    Ok(shortest)
}

/// The bytes that a program which predicts with Xor has more than an empty one; an error if they are more than `room`.
fn added(program: &Program, build: &Build, room: f64) -> Result<f64, Box<dyn Error>> {
    let programs = [Program::EMPTY, Program::PREDICT, Program::INCLUDED, Program::INCLUDED_INT8];
    let users = Users::write("size", PREDICTS, &programs)?;
    users.build(&programs[0], build)?;
    users.build(program, build)?;
    let added = users.size(program, build)? - users.size(&programs[0], build)?;
    if added > room { Err(format!("{} adds {added} bytes, more than {room}", program.about).into()) } else { Ok(added) }
}
