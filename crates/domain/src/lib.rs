//! NightDesk's domain: what to do about an after-hours call, as values and pure functions.
//!
//! Two machines, [`call::Call`] and [`case::Case`], map (state, context, event) to (state, effects, verdict).
//! Nothing here touches a clock, a random source, a socket or a global; there is no async.

pub mod budget;
pub mod call;
pub mod case;
pub mod consent;
pub mod effect;
pub mod facts;
pub mod ids;
pub mod limits;
pub mod machine;
pub mod model;
pub mod phone;
pub mod policy;
pub mod private;
pub mod reply;
pub mod rota;
pub mod skills;
pub mod triage;
pub mod vocabulary;
pub mod windows;
