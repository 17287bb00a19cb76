//! Addresses are written and read by one list.
// A failed test is meant to panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_adapters_twilio::{Address, CallRoute, PageRoute, PublicUrl, Route};
use nightdesk_domain::ids::{CallId, CaseId, TenantId};
use nightdesk_domain::reply::Heard;
use proptest::prelude::*;

fn id() -> impl Strategy<Value = String> {
    "[A-Za-z0-9_.-]{1,64}".prop_filter("a step in a path", |id| id != "." && id != "..")
}

fn call_route() -> impl Strategy<Value = CallRoute> {
    prop_oneof![
        any::<(u32, u32, u32)>().prop_map(|(turn, news, polls)| CallRoute::Turn { turn, heard: Heard { news, polls } }),
        any::<u32>().prop_map(CallRoute::Partial),
        any::<u32>().prop_map(CallRoute::Recorded),
        Just(CallRoute::Transcribed),
        Just(CallRoute::Recording),
        any::<u32>().prop_map(CallRoute::Office),
        any::<u32>().prop_map(CallRoute::Left),
        Just(CallRoute::Now),
    ]
}

fn page_route() -> impl Strategy<Value = PageRoute> {
    prop_oneof![
        Just(PageRoute::Answered),
        any::<u32>().prop_map(PageRoute::Turn),
        Just(PageRoute::Left),
        Just(PageRoute::Status),
        Just(PageRoute::Machine),
        Just(PageRoute::Now),
    ]
}

fn route() -> impl Strategy<Value = Route> {
    prop_oneof![
        Just(Route::Voice),
        Just(Route::Status),
        any::<bool>().prop_map(|recorded| Route::Fallback { recorded }),
        Just(Route::Sms),
        (id(), call_route()).prop_map(|(id, route)| Route::Call(CallId::parse(&id).unwrap(), route)),
        (id(), any::<u32>(), page_route()).prop_map(|(id, n, route)| Route::Page(
            CaseId::parse(&id).unwrap(),
            n,
            route
        )),
        id().prop_map(|id| Route::Room(CaseId::parse(&id).unwrap())),
    ]
}

fn split(url: &str) -> (&str, Option<&str>) {
    url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)))
}

proptest! {
    #[test]
    fn every_address_we_give_out_is_read_back_as_it_was(tenant in id(), route in route()) {
        let tenant = TenantId::parse(&tenant).unwrap();
        let public = PublicUrl::parse("https://desk.example.com/some/prefix").unwrap();
        let url = public.of(&tenant, &route);
        prop_assert!(url::Url::parse(&url).unwrap().as_str() == url, "a client would change the address on its way");
        let (path, query) = split(url.strip_prefix("https://desk.example.com/some/prefix").unwrap());
        prop_assert_eq!(Address::parse(path, query), Ok(Address { tenant, route }));
    }

    #[test]
    fn any_path_and_query_is_read_without_a_panic(path in any::<String>(), query in any::<Option<String>>()) {
        let _ = Address::parse(&path, query.as_deref());
        let _ = Route::parse(&path, query.as_deref());
    }

    #[test]
    fn paths_that_look_like_ours_are_read_without_a_panic(
        parts in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec!["twilio", "call", "page", "case", "turn", "room", "now", "left", "1", "x", "", ".."])
                    .prop_map(str::to_owned),
                ".{0,8}",
            ],
            0..8,
        ),
        query in "[a-z]{0,6}=[-0-9+%a-f]{0,12}&news=[-0-9+%]{0,12}",
    ) {
        let _ = Address::parse(&format!("/{}", parts.join("/")), Some(&query));
    }
}

#[track_caller]
fn refused(path: &str, query: Option<&str>) {
    assert!(Address::parse(path, query).is_err(), "{path} {query:?} was taken");
}

#[test]
fn what_is_not_on_the_list_is_refused() {
    refused("", None);
    refused("/", None);
    refused("/voice", None);
    refused("/twilio/", None);
    refused("/twilio//voice", None);
    refused("/twilio/northwind", None);
    refused("/twilio/northwind/", None);
    refused("/twilio/northwind/voice/", None);
    refused("/twilio/northwind/Voice", None);
    refused("/twilio/../voice", None);
    refused("/twilio/north wind/voice", None);
    refused("/twilio/northwind/call/../turn/1", None);
    refused("/twilio/northwind/call/CA1", None);
    refused("/twilio/northwind/call/CA1/turn", None);
    refused("/twilio/northwind/call/CA1/turn/1/2", None);
    refused("/twilio/northwind/page/CA1/answered", None);
    refused("/twilio/northwind/case/CA1/1/room", None);
}

#[test]
fn numbers_that_are_none_are_refused() {
    refused("/twilio/northwind/call/CA1/turn/-1", None);
    refused("/twilio/northwind/call/CA1/turn/+1", None);
    refused("/twilio/northwind/call/CA1/turn/4294967296", None);
    refused("/twilio/northwind/call/CA1/turn/1e3", None);
    refused("/twilio/northwind/call/CA1/turn/1", Some("news=many"));
    refused("/twilio/northwind/call/CA1/turn/1", Some("polls="));
    refused("/twilio/northwind/page/CA1/two/now", None);
}

#[test]
fn a_turn_without_a_query_has_heard_nothing_and_foreign_fields_are_ignored() {
    let turn = |query| match Address::parse("/twilio/northwind/call/CA1/turn/7", query).unwrap().route {
        Route::Call(_, CallRoute::Turn { turn: 7, heard }) => heard,
        other => panic!("{other:?}"),
    };
    assert_eq!(turn(None), Heard::default());
    assert_eq!(turn(Some("polls=2&bodySHA256=ab&news=1")), Heard { news: 1, polls: 2 });
}

#[test]
fn the_addresses_are_those_that_a_tenant_enters_at_the_carrier() {
    let public = PublicUrl::parse("https://desk.example.com/").unwrap();
    let tenant = TenantId::parse("northwind").unwrap();
    assert_eq!(public.of(&tenant, &Route::Voice), "https://desk.example.com/twilio/northwind/voice");
    assert_eq!(
        public.of(&tenant, &Route::Fallback { recorded: false }),
        "https://desk.example.com/twilio/northwind/fallback"
    );
    assert_eq!(public.of(&tenant, &Route::Status), "https://desk.example.com/twilio/northwind/status");
    let heard = Heard { news: 1, polls: 3 };
    let turn = Route::Call(CallId::parse("CA1").unwrap(), CallRoute::Turn { turn: 2, heard });
    assert_eq!(public.of(&tenant, &turn), "https://desk.example.com/twilio/northwind/call/CA1/turn/2?news=1&polls=3");
    let room = Route::Room(CaseId::parse("CA1").unwrap());
    assert_eq!(public.of(&tenant, &room), "https://desk.example.com/twilio/northwind/case/CA1/room");
}

#[test]
fn a_public_url_has_a_scheme_and_a_host_and_nothing_after_its_path() {
    for bad in
        ["", "desk.example.com", "ftp://desk.example.com", "https://", "https://a/?x=1", "https://a/#b", "HTTPS:a"]
    {
        assert!(PublicUrl::parse(bad).is_err(), "{bad} was taken");
    }
    assert_eq!(PublicUrl::parse(" http://127.0.0.1:8080// ").unwrap().as_str(), "http://127.0.0.1:8080");
}
