//! `nightdesk`: the server and the command line.

use clap::Parser;
use nightdesk::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    nightdesk::logging::start(cli.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime could be started");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(nightdesk::commands::run(cli));
    // A terminal that is being read would hold us until somebody presses Enter.
    runtime.shutdown_background();
    code
}
