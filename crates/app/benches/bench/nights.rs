//! Nights per second of the simulator, built as `cargo xtask sim` builds it.

use crate::Failure;
use crate::report::Report;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const SECTION: &str = "simulator";

pub(crate) fn measure(quick: bool, report: &mut Report) -> Result<(), Failure> {
    let testkit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit");
    if !testkit.join("src/bin/sim.rs").exists() && !testkit.join("src/bin/sim").exists() {
        report.note("Nights per second: this tree has no simulator.");
        return Ok(());
    }
    let nights = if quick { 50 } else { 200 };
    let cargo = |command: &str| {
        let mut cargo = Command::new("cargo");
        cargo.args([command, "--profile", "sim", "-p", "nightdesk-testkit", "--bin", "sim"]);
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stdout(Stdio::null());
        cargo
    };
    if !cargo("build").status()?.success() {
        return Err("the simulator does not build".into());
    }
    let began = Instant::now();
    let seeds = nights.to_string();
    if !cargo("run").args(["--", "--seeds", &seeds]).status()?.success() {
        return Err("a simulated night failed: see `cargo xtask sim`".into());
    }
    report.figure(
        SECTION,
        format!("nights per second, of {nights}"),
        f64::from(nights) / began.elapsed().as_secs_f64(),
        "/s",
    );
    Ok(())
}
