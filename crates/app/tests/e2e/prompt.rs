//! A person at the terminal: `nightdesk call` without a script, driven through pipes.

use crate::support::*;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

struct Terminal {
    child: Child,
    typed: Option<ChildStdin>,
    shown: Lines<BufReader<ChildStdout>>,
    all: String,
}

impl Terminal {
    fn open(folder: &Folder, args: &[&str]) -> Terminal {
        let mut command = folder.command(&[&["call", "--pace", "20"], args].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let typed = child.stdin.take();
        let shown = BufReader::new(child.stdout.take().unwrap()).lines();
        Terminal { child, typed, shown, all: String::new() }
    }

    async fn types(&mut self, line: &str) {
        self.typed.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// Reads until a line holds these words.
    async fn until(&mut self, words: &str) -> String {
        let reading = async {
            while let Some(line) = self.shown.next_line().await.unwrap() {
                self.all.push_str(&line);
                self.all.push('\n');
                if line.contains(words) {
                    return line;
                }
            }
            panic!("{words:?} was never shown: {}", self.all)
        };
        tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap_or_else(|_| panic!("no {words:?}"))
    }

    /// Reads to the end and gives the exit code.
    async fn ends(mut self) -> (i32, String) {
        let reading = async {
            while let Some(line) = self.shown.next_line().await.unwrap() {
                self.all.push_str(&line);
                self.all.push('\n');
            }
            self.child.wait().await.unwrap().code().unwrap_or(-1)
        };
        let code = tokio::time::timeout(Duration::from_secs(30), reading).await.expect("the command ends");
        (code, self.all)
    }
}

#[tokio::test]
async fn a_person_calls_answers_the_technicians_phone_accepts_and_talks() {
    let folder = Folder::new();
    let mut terminal = Terminal::open(&folder, &[]);
    terminal.until("Type what the caller says").await;
    terminal.until("How can I help?").await;
    terminal.types(SERVER_DOWN).await;
    terminal.until("Alex's phone rings").await;
    terminal.types("/answer").await;
    terminal.until("To accept, press 1").await;
    terminal.types("/1").await;
    terminal.until("Alex is in the room").await;
    // They talk for longer than a dropped line would last: 20 seconds at twenty times the pace of life.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    terminal.types("/hang").await;
    let (code, all) = terminal.ends().await;
    assert_eq!(code, 0, "{all}");
    assert!(all.contains("caller is in the room"), "{all}");
    assert!(all.contains("Disposition  Escalate"), "{all}");
    assert!(all.contains("alex: Accepted"), "{all}");
    assert!(!all.contains("NOT WELL"), "{all}");
}

#[tokio::test]
async fn a_declined_page_goes_to_the_next_person() {
    let folder = Folder::new();
    let mut terminal = Terminal::open(&folder, &[]);
    terminal.until("How can I help?").await;
    terminal.types("/1").await;
    terminal.until("no technician's phone rings").await;
    terminal.types(SERVER_DOWN).await;
    terminal.until("Alex's phone rings").await;
    terminal.types("/decline").await;
    terminal.until("Bea's phone rings").await;
    terminal.types("/answer").await;
    terminal.until("To accept, press 1").await;
    terminal.types("/2").await;
    terminal.until("Morgan's phone rings").await;
    terminal.types("/answer").await;
    terminal.until("To accept, press 1").await;
    terminal.types("/1").await;
    terminal.until("Morgan is in the room").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    terminal.types("/end").await;
    let (code, all) = terminal.ends().await;
    assert!(all.contains("alex: Busy") && all.contains("bea: Passed") && all.contains("morgan: Accepted"), "{all}");
    assert_eq!(code, 0, "{all}");
}

#[tokio::test]
async fn whoever_closes_the_terminal_hangs_up_and_the_ticket_is_there() {
    let folder = Folder::new();
    let mut terminal = Terminal::open(&folder, &["--technician", "accept"]);
    terminal.until("How can I help?").await;
    terminal.types(PRINTER).await;
    terminal.until("We will call you back").await;
    terminal.typed = None;
    let (code, all) = terminal.ends().await;
    assert_eq!(code, 0, "{all}");
    assert!(all.contains("Disposition  Callback"), "{all}");
}
