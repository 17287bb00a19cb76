//! The words of the field that everything else is written in: language, category, priority, disposition.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The language that a caller is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Language {
    /// English; also what an undecided caller is spoken to in.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

/// How much a guess is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Confidence {
    /// A hint.
    Low,
    /// More likely than not.
    Medium,
    /// As good as certain.
    High,
}

/// How urgent the work is. Ordered: `Low < Medium < High < Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// P4: a request or information.
    Low,
    /// P3: one person hindered; a workaround or the morning is fine.
    Medium,
    /// P2: one person fully blocked with a deadline tonight, or a shared service badly degraded.
    High,
    /// P1: business stopped for many, or security, data or safety at risk now.
    Critical,
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Priority::Low => "Low",
            Priority::Medium => "Medium",
            Priority::High => "High",
            Priority::Critical => "Critical",
        })
    }
}

/// How a finished call ends; exactly one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Disposition {
    /// Somebody is woken.
    Escalate,
    /// Somebody calls back at a promised time.
    Callback,
    /// A ticket for office hours.
    Ticket,
    /// The caller said that the fix worked (closed), or will try it (pending verification).
    Resolve,
    /// A recorded message.
    Voicemail,
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

macro_rules! categories {
    ($($name:ident = $label:literal),+ $(,)?) => {
        /// What kind of problem it is: exactly these 22. "Unclassified" is the absence of one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Category {
            $(#[doc = $label] #[serde(rename = $label)] $name,)+
        }

        impl Category {
            /// All of them, in the order of the product's list.
            pub const ALL: &'static [Category] = &[$(Category::$name,)+];

            /// The name that people read.
            pub fn label(self) -> &'static str {
                match self { $(Category::$name => $label,)+ }
            }

            /// The category of a name that people read; upper and lower case are the same.
            pub fn from_label(label: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|c| c.label().eq_ignore_ascii_case(label.trim()))
            }

            /// Whether it is of security: each such case is looked at by itself, at once, whatever explains others.
            pub fn is_attack(self) -> bool {
                matches!(self, Self::Malware | Self::Breach | Self::Phishing)
            }
        }
    };
}

categories! {
    Server = "Server", Ups = "UPS", Workstation = "Workstation", Crash = "Crash", Patch = "Patch",
    License = "License", Vpn = "VPN", Connectivity = "Connectivity", Dns = "DNS", Firewall = "Firewall",
    Email = "Email", Phishing = "Phishing", Password = "Password", Locked = "Locked", Mfa = "MFA",
    Rdp = "RDP", Backup = "Backup", Malware = "Malware", Breach = "Breach", M365 = "M365",
    Printer = "Printer", NewDevice = "New Device",
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The name of a category that may be absent.
pub fn category_label(category: Option<Category>) -> &'static str {
    category.map_or("Unclassified", Category::label)
}
