//! One tenant's ConnectWise settings, and what is wrong with them before anybody is asked.

use http::HeaderValue;
use nightdesk_domain::vocabulary::Priority;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use url::{Host, Url};

/// The path of the REST API on ConnectWise's own hosts.
const API_PATH: &str = "/v4_6_release/apis/3.0";

/// How a tenant's ConnectWise PSA is reached, and what its people call things there.
#[derive(Debug, Clone)]
pub struct ConnectWiseConfig {
    /// `https://api-na.myconnectwise.net`, or with a path where the API lives elsewhere than under
    /// `/v4_6_release/apis/3.0`.
    pub base_url: String,
    /// The login company.
    pub company: String,
    /// The API member's public key.
    pub public_key: String,
    /// The API member's private key.
    pub private_key: SecretString,
    /// The integration's client id, issued by ConnectWise; every request carries it.
    pub client_id: String,
    /// Identifier of the company that tickets go to when the caller's company is unknown: a ticket needs one.
    pub catch_all_company: String,
    /// Name of the service board.
    pub board: String,
    /// Name of the board's status for open work.
    pub status_open: String,
    /// Name of the board's status for a fix that the caller will try.
    pub status_pending: String,
    /// Name of the board's status for finished work.
    pub status_closed: String,
    /// Their name for each of our priorities; all four must be there.
    pub priorities: BTreeMap<Priority, String>,
    /// Name of the source that tickets are marked with.
    pub source: String,
}

impl ConnectWiseConfig {
    /// Everything that is wrong and can be seen without asking ConnectWise; empty if nothing is.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Err(problem) = self.api_root() {
            problems.push(problem);
        }
        let required = [
            ("company", self.company.as_str(), "the login company"),
            ("public_key", &self.public_key, "the API member's public key"),
            ("private_key", self.private_key.expose_secret(), "the API member's private key"),
            ("client_id", &self.client_id, "the integration's client id"),
            (
                "catch_all_company",
                &self.catch_all_company,
                "a ticket needs a company, also when the caller's is unknown",
            ),
            ("board", &self.board, "the service board"),
            ("status_open", &self.status_open, "the board's status for open work"),
            ("status_pending", &self.status_pending, "the board's status for a fix to be verified"),
            ("status_closed", &self.status_closed, "the board's status for finished work"),
            ("source", &self.source, "the source that tickets are marked with"),
        ];
        for (setting, value, meaning) in required {
            if value.trim().is_empty() {
                problems.push(format!("connectwise.{setting} is missing: {meaning}"));
            }
        }
        if self.company.contains([':', '+']) || self.public_key.contains(':') {
            problems.push("connectwise.company and public_key must hold neither ':' nor (company) '+'".to_owned());
        }
        if HeaderValue::from_str(&self.client_id).is_err() {
            problems.push("connectwise.client_id holds a character that no header may carry".to_owned());
        }
        for priority in [Priority::Critical, Priority::High, Priority::Medium, Priority::Low] {
            if self.priorities.get(&priority).is_none_or(|name| name.trim().is_empty()) {
                problems.push(format!("connectwise.priorities has no name for {priority}"));
            }
        }
        problems
    }

    /// The address that paths are appended to, without a slash at its end.
    pub(crate) fn api_root(&self) -> Result<String, String> {
        let url = Url::parse(self.base_url.trim()).map_err(|_| {
            "connectwise.base_url is not an address, for example https://api-na.myconnectwise.net".to_owned()
        })?;
        let local = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            return Err("connectwise.base_url must begin with https:// (the keys travel with every request)".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return Err("connectwise.base_url must hold only host and path".to_owned());
        }
        let path = match url.path().trim_end_matches('/') {
            "" => API_PATH,
            path => path,
        };
        Ok(format!("{}{path}", url.origin().ascii_serialization()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn sound() -> ConnectWiseConfig {
        ConnectWiseConfig {
            base_url: "https://api-na.myconnectwise.net/".to_owned(),
            company: "northwind".to_owned(),
            public_key: "public".to_owned(),
            private_key: "private-key-value".to_owned().into(),
            client_id: "7d1c3a52-0000-4000-8000-000000000001".to_owned(),
            catch_all_company: "CatchAll".to_owned(),
            board: "Service Desk".to_owned(),
            status_open: "New".to_owned(),
            status_pending: "Waiting".to_owned(),
            status_closed: "Closed".to_owned(),
            priorities: [
                (Priority::Critical, "P1".to_owned()),
                (Priority::High, "P2".to_owned()),
                (Priority::Medium, "P3".to_owned()),
                (Priority::Low, "P4".to_owned()),
            ]
            .into(),
            source: "Phone".to_owned(),
        }
    }

    #[test]
    fn sound_settings_have_no_problems() {
        assert_eq!(sound().problems(), Vec::<String>::new());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let mut config = sound();
        config.base_url = "http://psa.example.com".to_owned();
        config.catch_all_company = " ".to_owned();
        config.board = String::new();
        config.private_key = String::new().into();
        config.client_id = "a\nb".to_owned();
        config.priorities.remove(&Priority::High);
        let problems = config.problems().join("\n");
        for word in ["base_url", "catch_all_company", "board", "private_key", "client_id", "High"] {
            assert!(problems.contains(word), "{word} is not named in: {problems}");
        }
        assert_eq!(config.problems().len(), 6);
    }

    #[test]
    fn the_api_path_is_added_unless_the_address_has_one() {
        let mut config = sound();
        assert_eq!(config.api_root().unwrap(), "https://api-na.myconnectwise.net/v4_6_release/apis/3.0");
        config.base_url = "https://psa.example.com/v2025_1/apis/3.0/".to_owned();
        assert_eq!(config.api_root().unwrap(), "https://psa.example.com/v2025_1/apis/3.0");
    }

    #[test]
    fn plain_http_is_taken_on_this_machine_only() {
        let mut config = sound();
        for (address, fits) in [
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000", true),
            ("http://localhost:9000", true),
            ("http://localhost.example.com", false),
            ("ftp://127.0.0.1", false),
            ("https://user@example.com", false),
            ("nonsense", false),
        ] {
            config.base_url = address.to_owned();
            assert_eq!(config.problems().is_empty(), fits, "{address}");
        }
    }

    #[test]
    fn debug_shows_no_private_key() {
        assert!(!format!("{:?}", sound()).contains("private-key-value"));
    }
}
