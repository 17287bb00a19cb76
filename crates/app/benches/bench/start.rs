//! From the start of the process to its first answered webhook, and the memory that it took.

use crate::Failure;
use crate::report::{Aim, Report, progress};
use crate::server::{Program, call_sid};
use crate::stats::median;
use std::path::Path;

const SECTION: &str = "start of the program, to the answer of its first webhook";

pub(crate) async fn measure(scratch: &Path, quick: bool, report: &mut Report) -> Result<(), Failure> {
    let runs = if quick { 5 } else { 21 };
    for (what, fresh) in [("a database that is there", false), ("no database yet", true)] {
        let (mut milliseconds, mut memory) = (Vec::new(), Vec::new());
        let shared = scratch.join("start");
        std::fs::create_dir_all(&shared)?;
        // Makes the database that later runs find, and warms the page cache for both kinds alike.
        drop(Program::start(&shared, "http://127.0.0.1:9")?);
        for run in 0..runs {
            progress(&format!("start: {what}, {} of {runs}", run + 1));
            let folder = if fresh { scratch.join(format!("start-{run}")) } else { shared.clone() };
            std::fs::create_dir_all(&folder)?;
            let program = Program::start(&folder, "http://127.0.0.1:9")?;
            // A client that is ready, so that its own making is not counted much.
            let answered = program.carrier()?.ring(&call_sid(u64::MAX, run)).await?;
            milliseconds.push(program.started.elapsed().as_secs_f64() * 1000.0);
            answered.turn().ok_or("the first webhook was answered without a question")?;
            memory.extend(program.memory_peak_mib());
        }
        let slowest = milliseconds.iter().copied().fold(f64::NAN, f64::max);
        report.aimed(SECTION, format!("{what}: median of {runs}"), median(milliseconds), "ms", Aim::Below(100.0));
        report.figure(SECTION, format!("{what}: slowest"), slowest, "ms");
        if !memory.is_empty() {
            report.figure(SECTION, format!("{what}: peak memory, median"), median(memory), "MiB");
        }
    }
    Ok(())
}
