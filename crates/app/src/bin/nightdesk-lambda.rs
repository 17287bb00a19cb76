//! `bootstrap` of every function on AWS Lambda; which one it is, the template's `Handler` says.

use std::process::ExitCode;

fn main() -> ExitCode {
    nightdesk::logging::start(1);
    // One invocation at a time, on a fraction of a core: further threads would only cost memory.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime could be started");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(nightdesk::lambda::run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = nightdesk::lambda::with_causes(&*error), "the function cannot run");
            ExitCode::FAILURE
        }
    }
}
