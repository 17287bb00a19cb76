//! Nights per second of the simulator, built as `cargo xtask sim` builds it.

use crate::Failure;
use crate::report::Report;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const SECTION: &str = "simulator";

pub(crate) fn measure(scratch: &Path, quick: bool, report: &mut Report) -> Result<(), Failure> {
    let testkit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit");
    if !testkit.join("src/bin/sim.rs").exists() && !testkit.join("src/bin/sim").exists() {
        report.note("Nights per second: this tree has no simulator.");
        return Ok(());
    }
    let nights = if quick { 50 } else { 200 };
    let mut build = Command::new("cargo");
    build.args(["build", "--profile", "sim", "-p", "nightdesk-testkit", "--bin", "sim"]);
    if !build.current_dir(env!("CARGO_MANIFEST_DIR")).stdout(Stdio::null()).status()?.success() {
        return Err("the simulator does not build".into());
    }
    // Cargo names a profile's folder after the profile; the tests' scratch folder lies beside it.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target folder")?;
    let mut simulator = Command::new(target.join("sim/sim"));
    simulator.args(["--seeds", &nights.to_string()]).current_dir(scratch).stdout(Stdio::null());
    let began = Instant::now();
    if !simulator.status()?.success() {
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
