//! Examples in the help of the commands that only look, check and list.

pub(super) const TICKETS: &str = "\
Examples:
  nightdesk tickets
  nightdesk tickets 82382685                              one, with its notes
  nightdesk tickets --limit 10 --json";

pub(super) const CALLS: &str = "\
Examples:
  nightdesk calls
  nightdesk calls --limit 10 --json

`nightdesk call-log` has everything about one.";

pub(super) const CALL_LOG: &str = "\
Examples:
  nightdesk call-log 82382685                             by the ticket number that the caller heard
  nightdesk call-log CA0123456789abcdef0123456789abcdef --json";

pub(super) const REPLAY: &str = "\
Examples:
  nightdesk replay 82382685                               by the ticket number that the caller heard
  nightdesk replay CA0123456789abcdef0123456789abcdef --json

Exit code 1: another decision comes out than was made.";

pub(super) const CHECK: &str = "\
Examples:
  nightdesk check --tenant my-msp.toml
  nightdesk check --tenant my-msp.toml --tenant another.toml --online

Exit code 1: there are problems. It also names stored overrides of the rota that would change nothing.";

pub(super) const TENANT: &str = "\
Examples:
  nightdesk tenant demo > my-msp.toml                     a file to start from
  nightdesk tenant import my-msp.toml
  nightdesk tenant list";

pub(super) const INBOX: &str = "\
Examples:
  nightdesk inbox
  nightdesk inbox --limit 5 --json";

pub(super) const TEST_PAGE: &str = "\
Examples:
  nightdesk test-page alex
  nightdesk test-page alex --technician voicemail --json  what the simulated phone does; not with a carrier

Exit code 1: nobody has accepted.";

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_help_of_what_people_type_has_examples() {
        for words in [
            "override",
            "override add",
            "override swap",
            "override list",
            "override cancel",
            "feed",
            "oncall",
            "test-page",
            "tickets",
            "calls",
            "call-log",
            "replay",
            "check",
            "inbox",
            "tenant",
        ] {
            let mut command = Cli::command();
            for word in words.split(' ') {
                command = command.find_subcommand(word).cloned().unwrap();
            }
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example") && help.contains(&format!("nightdesk {words}")), "{words}: {help}");
        }
    }
}
