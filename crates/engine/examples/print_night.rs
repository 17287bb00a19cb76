//! The engine for embedders: the memory store, and a telephone network that prints what it is asked to do.
//!
//! `cargo run -p nightdesk-engine --example print_night` plays a short call: the server is down, Alex's
//! telephone rings, Alex presses 1, and the caller is put through.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use async_trait::async_trait;
use bytes::Bytes;
use nightdesk_domain::call::{Arrival, CallEvent, Speech};
use nightdesk_domain::case::PageEvent;
use nightdesk_domain::effect::{Line, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, LegId, OwnerId, RecordingId, TenantId};
use nightdesk_domain::reply::{Heard, Then, VoiceReply};
use nightdesk_engine::{Engine, Ports, Settings};
use nightdesk_ports::{ClearedText, DeliveryError, Telephony, TenantRepository};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample;
use std::error::Error;
use std::sync::Arc;

/// A network of one telephone.
struct Printing;

#[async_trait]
impl Telephony for Printing {
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError> {
        println!("  (network: {}'s telephone rings)", order.technician);
        LegId::parse("TE1").map_err(|error| DeliveryError::Refused(error.to_string()))
    }
    async fn find_page(&self, _: &PageOrder) -> Result<Option<LegId>, DeliveryError> {
        Ok(None)
    }
    async fn refetch(&self, _: &TenantId, _: &Line) -> Result<(), DeliveryError> {
        println!("  (network: the line is told to ask again)");
        Ok(())
    }
    async fn hang_up(&self, _: &TenantId, leg: &LegId) -> Result<(), DeliveryError> {
        println!("  (network: {leg} is hung up)");
        Ok(())
    }
    async fn text(&self, _: &TenantId, order: &TextOrder) -> Result<(), DeliveryError> {
        println!("  (network: a text: {})", order.body.reveal());
        Ok(())
    }
    async fn text_caller(&self, text: &ClearedText) -> Result<(), DeliveryError> {
        println!("  (network: a text to the caller: {})", text.body().reveal());
        Ok(())
    }
    async fn recording(&self, _: &TenantId, _: &RecordingId) -> Result<(String, Bytes), DeliveryError> {
        Err(DeliveryError::Refused("nothing is recorded here".to_owned()))
    }
}

fn hears(who: &str, reply: &VoiceReply) {
    println!("{who} hears: {}", reply.say.join(" "));
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = MemoryStore::new();
    store.import(&sample::policy(), &[], sample::FILE).await?;
    let clock = HandClock::at(sample::at(0));
    let obedient = ports(&store, clock.clone(), Arc::new(Obedient::default()));
    let engine = Engine::new(Ports { telephony: Arc::new(Printing), ..obedient }, Settings::new("example"));
    let (tenant, call) = (sample::tenant(), CallId::parse("CA1")?);

    let (dialled, from) = (sample::number("+13125550100"), Some(sample::number("+13125550142")));
    let arrival = Arrival { tenant: tenant.clone(), call: call.clone(), dialled, from };
    let reply = engine.arrive(&arrival).await?;
    hears("caller", &reply);

    let Then::Listen(listen) = &reply.then else { return Err("the assistant does not listen".into()) };
    let words = "this is dana at acme dental, our server is down and nobody can work";
    println!("caller says: {words}");
    let speech = Speech { words: words.into(), confidence_percent: Some(92) };
    let said = CallEvent::Said { turn: listen.turn, heard: listen.heard, words: Some(speech), keys: None };
    clock.advance(10);
    hears("caller", &engine.call_event(&tenant, &call, said, listen.heard).await?);

    clock.advance(5);
    let case = call.case();
    let answered = PageEvent::Answered { leg: LegId::parse("TE1")? };
    hears("technician", &engine.page_event(&tenant, &case, 1, answered).await?);
    clock.advance(8);
    println!("technician presses 1");
    let accepts = PageEvent::Keyed { turn: 1, keys: Some("1".to_owned()), words: None };
    hears("technician", &engine.page_event(&tenant, &case, 1, accepts).await?);
    let reply = engine.call_now(&tenant, &call).await?;
    hears("caller", &reply);
    assert!(matches!(reply.then, Then::Join { .. }), "the caller is put through");

    engine.call_event(&tenant, &call, CallEvent::HungUp, Heard::default()).await?;
    while !engine.run_due(16).await?.is_idle() {}
    let replay = engine.replay(&tenant, &OwnerId::Call(call)).await?;
    println!("{} events are recorded; deciding them again changes {}", replay.steps.len(), replay.differences.len());
    Ok(())
}
