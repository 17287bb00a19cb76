//! The real program as a process of its own, and somebody who calls it as the carrier does.

use crate::Failure;
use bytes::Bytes;
use nightdesk::config::{SIMULATOR_ACCOUNT_SID, simulator_token};
use nightdesk::transport::HyperTransport;
use nightdesk_adapters_local::phone::sign;
use nightdesk_ports::HttpTransport;
use secrecy::ExposeSecret;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The tenant of the demo file, which a new database gets.
pub(crate) const TENANT: &str = "lakeside";
/// Its first line.
pub(crate) const LINE: &str = "+13125550100";
/// How long the program may take to listen.
const LISTEN_TIME_MAX: Duration = Duration::from_secs(20);
/// How long an answer may take: as long as the carrier waits.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(15);

/// A running `nightdesk serve`; ends with this value.
pub(crate) struct Program {
    child: Child,
    pub(crate) started: Instant,
    pub(crate) address: SocketAddr,
    pub(crate) database: PathBuf,
    folder: PathBuf,
}

impl Program {
    /// Starts the program on the database of a folder, and waits for it to listen.
    pub(crate) fn start(folder: &Path, simulator_api: &str) -> Result<Self, Failure> {
        let address = free_address()?;
        Self::start_at(address, folder, simulator_api, &[])
    }

    /// The same at an address, with more arguments.
    pub(crate) fn start_at(
        address: SocketAddr,
        folder: &Path,
        simulator_api: &str,
        more: &[&str],
    ) -> Result<Self, Failure> {
        // Before the clock runs: otherwise the program would draw the token itself, on its first start only.
        simulator_token(folder)?;
        let database = folder.join("nightdesk.sqlite");
        let mut command = Command::new(env!("CARGO_BIN_EXE_nightdesk"));
        command.arg("serve").arg("--database").arg(&database).arg("--listen").arg(address.to_string());
        command.args(["--simulator-api", simulator_api]).args(more).stdout(Stdio::null());
        // Settings of whoever measures must not change what is measured.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("NIGHTDESK_")) {
            command.env_remove(name);
        }
        let started = Instant::now();
        let child = command.spawn()?;
        let mut program = Self { child, started, address, database, folder: folder.to_owned() };
        while TcpStream::connect(address).is_err() {
            if let Some(status) = program.child.try_wait()? {
                return Err(format!("the program ended instead of listening: {status}").into());
            }
            if started.elapsed() > LISTEN_TIME_MAX {
                return Err("the program does not listen".into());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(program)
    }

    /// The most memory that it has had so far, in MiB; none where there is no /proc.
    pub(crate) fn memory_peak_mib(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }

    /// The processor time that it has used so far, in all its threads; none where there is no /proc.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // The name may hold anything but ends at the last parenthesis; `utime` and `stime` are fields 14 and 15.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        // Linux shows hundredths of a second here, whatever its own tick (USER_HZ).
        Some(Duration::from_millis(10 * (user + system)))
    }

    /// Somebody who signs webhooks with the token that this program expects.
    pub(crate) fn carrier(&self) -> Result<Carrier, Failure> {
        let token = simulator_token(&self.folder)?.expose_secret().to_owned();
        Ok(Carrier { base: format!("http://{}", self.address), token, http: Arc::new(HyperTransport::new()) })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _over_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// An address that was free a moment ago.
pub(crate) fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

/// Calls webhooks as the carrier does.
#[derive(Clone)]
pub(crate) struct Carrier {
    base: String,
    token: String,
    http: Arc<HyperTransport>,
}

/// A webhook's answer, and how long it took from the first byte sent to the last one received.
pub(crate) struct Answered {
    pub(crate) took: Duration,
    pub(crate) document: String,
}

impl Carrier {
    /// The address of a webhook of the tenant.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}/twilio/{TENANT}/{path}", self.base)
    }

    /// Posts a signed form with the fields that the carrier sends along with every call, and some more.
    pub(crate) async fn post(&self, url: &str, call: &str, more: &[(&str, &str)]) -> Result<Answered, Failure> {
        let common = [
            ("CallSid", call),
            ("AccountSid", SIMULATOR_ACCOUNT_SID),
            ("ApiVersion", "2010-04-01"),
            ("Direction", "inbound"),
            ("From", "+13125550170"),
            ("Caller", "+13125550170"),
            ("CallerCity", "CHICAGO"),
            ("CallerState", "IL"),
            ("CallerCountry", "US"),
            ("CallerZip", "60601"),
            ("FromCity", "CHICAGO"),
            ("FromState", "IL"),
            ("FromCountry", "US"),
            ("FromZip", "60601"),
            ("To", LINE),
            ("Called", LINE),
            ("ToCity", "CHICAGO"),
            ("ToState", "IL"),
            ("ToCountry", "US"),
        ];
        let fields: Vec<(String, String)> =
            common.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let request = http::Request::post(url)
            .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("X-Twilio-Signature", sign(&self.token, url, &fields))
            .body(Bytes::from(body))?;
        let began = Instant::now();
        let response = self.http.send(request, ANSWER_TIME_MAX).await?;
        let took = began.elapsed();
        if !response.status().is_success() {
            return Err(format!("a webhook was answered with {}", response.status()).into());
        }
        Ok(Answered { took, document: String::from_utf8_lossy(response.body()).into_owned() })
    }

    /// A request that the router refuses unread: what HTTP, both processes and this client cost by themselves.
    pub(crate) async fn knock(&self) -> Result<Duration, Failure> {
        let request = http::Request::get(format!("{}/nothing-here", self.base)).body(Bytes::new())?;
        let began = Instant::now();
        self.http.send(request, ANSWER_TIME_MAX).await?;
        Ok(began.elapsed())
    }

    /// A call comes in; gives the document with the greeting.
    pub(crate) async fn ring(&self, call: &str) -> Result<Answered, Failure> {
        self.post(&self.url("voice"), call, &[("CallStatus", "ringing")]).await
    }

    /// The caller's turn ends with these words.
    pub(crate) async fn say(&self, turn: &str, call: &str, words: &str) -> Result<Answered, Failure> {
        let more =
            [("CallStatus", "in-progress"), ("SpeechResult", words), ("Confidence", "0.91"), ("Language", "en-US")];
        self.post(turn, call, &more).await
    }

    /// The caller has hung up.
    pub(crate) async fn hang_up(&self, call: &str) -> Result<Answered, Failure> {
        self.post(&self.url("status"), call, &[("CallStatus", "completed"), ("CallDuration", "40")]).await
    }
}

impl Answered {
    /// Where the result of the gather goes; none if the document does not listen.
    pub(crate) fn turn(&self) -> Option<String> {
        let gather = self.document.split_once("<Gather")?.1;
        let action = gather.split_once("action=\"")?.1.split_once('"')?.0;
        Some(action.replace("&amp;", "&"))
    }
}

/// A call sid that nobody else has.
pub(crate) fn call_sid(run: u64, number: usize) -> String {
    format!("CA{run:016x}{number:016x}")
}
