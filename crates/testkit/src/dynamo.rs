//! Starts the DynamoDB emulator of the folder `emulator/` as a process of its own, on a free loopback port.
//!
//! The emulator is a workspace with its own lock; `cargo xtask test` builds it, and so does the first test that
//! finds it missing. Nothing is skipped without it.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test without its emulator has failed")]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// An emulator with no tables. It ends when this is dropped, or when the process that started it ends, however
/// that happens: then its standard input closes.
#[derive(Debug)]
pub struct Emulator {
    /// Where it answers: `http://127.0.0.1:PORT`. Any region and any credentials will do.
    pub endpoint: String,
    process: Child,
}

impl Emulator {
    /// Starts one, building it where it is missing; it answers when this returns.
    ///
    /// # Panics
    /// If it cannot be built or started.
    pub fn start() -> Self {
        let mut process = Command::new(program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the emulator does not start: {error}"));
        // The line comes once the port is open: what connects from then on waits until it is served.
        let mut endpoint = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut endpoint).unwrap();
        let endpoint = endpoint.trim().to_owned();
        assert!(endpoint.starts_with("http://127.0.0.1:"), "the emulator did not tell where it is: {endpoint:?}");
        Self { endpoint, process }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // By its id, and waited for, so that nothing is left of it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The emulator's program, built if it is missing.
fn program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = root.join("emulator");
    let program = folder.join("target/debug").join(format!("nightdesk-emulator{}", std::env::consts::EXE_SUFFIX));
    // Test binaries may run side by side: one builds, the others wait.
    let lock = File::create(folder.join(".lock")).unwrap();
    lock.lock().unwrap();
    if !program.exists() {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--locked", "--manifest-path", "emulator/Cargo.toml", "--target-dir", "emulator/target"])
            .current_dir(&root)
            .status();
        assert!(built.as_ref().is_ok_and(std::process::ExitStatus::success), "the emulator is not built: {built:?}");
    }
    program
}
