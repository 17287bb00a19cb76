//! The machine that is measured: figures without it mean nothing.

use std::fs;
use std::path::Path;

/// Name and value, one line each. What this system does not tell is "unknown".
pub(crate) fn describe(folder: &Path) -> Vec<(&'static str, String)> {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_once([':', '=']).map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(unknown);
    let kilobytes = field("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let memory = kilobytes.map_or_else(unknown, |kilobytes| format!("{:.0} GiB", kilobytes / 1024.0 / 1024.0));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').take(1).collect::<String>();
    vec![
        ("date", chrono::Utc::now().format("%Y-%m-%d %H:%M UTC").to_string()),
        ("cores", format!("{cores} ({model})")),
        ("memory", memory),
        (
            "kernel",
            fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(|_| unknown(), |text| text.trim().into()),
        ),
        ("disk", disk(folder).unwrap_or_else(unknown)),
        ("load", format!("{load} processes wanted a core in the minute before")),
    ]
}

/// Device and file system below a folder: the longest mount point that it begins with.
fn disk(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/mounts").ok()?;
    let mount = mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (device, at, kind) = (words.next()?, words.next()?, words.next()?);
            folder.starts_with(at).then_some((at.len(), device, kind))
        })
        .max()?;
    Some(format!("{} ({})", mount.1, mount.2))
}

fn unknown() -> String {
    "unknown".to_owned()
}
