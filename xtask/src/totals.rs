//! How many tests passed and failed, read from what `cargo test` prints.

use std::ops::AddAssign;

/// Test counts, summed over test binaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Totals {
    /// Reads one line of output; `None` unless it is the last line of a test binary.
    pub(crate) fn from_line(line: &str) -> Option<Totals> {
        let counts = line.trim_start().strip_prefix("test result: ")?;
        let count = |what: &str| {
            let before = counts.split(';').find_map(|part| part.trim_end().strip_suffix(what))?;
            before.trim_end().rsplit(' ').next()?.parse().ok()
        };
        Some(Totals { passed: count("passed")?, failed: count("failed")?, ignored: count("ignored")? })
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Totals) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_a_test_binary_is_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s";
        assert_eq!(Totals::from_line(line), Some(Totals { passed: 12, failed: 3, ignored: 1 }));
    }

    #[test]
    fn coloured_counts_are_counted() {
        let line = "test result: \u{1b}[32mok\u{1b}[m. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Totals::from_line(line), Some(Totals { passed: 4, failed: 0, ignored: 0 }));
    }

    #[test]
    fn other_lines_count_for_nothing() {
        for line in ["", "running 3 tests", "test a_test ... ok", "test result: later", "3 passed; 0 failed; 0 ignored"]
        {
            assert_eq!(Totals::from_line(line), None, "{line}");
        }
    }

    #[test]
    fn totals_add_up() {
        let mut totals = Totals { passed: 1, failed: 2, ignored: 3 };
        totals += Totals { passed: 10, failed: 20, ignored: 30 };
        assert_eq!(totals, Totals { passed: 11, failed: 22, ignored: 33 });
    }
}
