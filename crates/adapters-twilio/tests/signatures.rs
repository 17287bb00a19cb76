//! Signatures, against vectors computed with another language's HMAC.
// A failed test is meant to panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use nightdesk_adapters_twilio::form::Form;
use nightdesk_adapters_twilio::signature::{Body, is_genuine, signature_of};
use nightdesk_adapters_twilio::{InvalidAccount, PublicUrl, TwilioAccount};
use proptest::prelude::*;
use secrecy::SecretString;

const TOKEN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const TURN: &str =
    "CallSid=CA11&From=%2B13125550142&Digits=1&SpeechResult=el+servidor+est%C3%A1+ca%C3%ADdo+%26+m%C3%A1s";

fn genuine(tokens: &[&str], url: &str, body: &str, signature: &str) -> bool {
    let tokens: Vec<SecretString> = tokens.iter().map(|token| SecretString::from(*token)).collect();
    is_genuine(&tokens, url, Body::Form(&Form::parse(body.as_bytes())), signature)
}

#[track_caller]
fn accepted(url: &str, body: &str, signature: &str) {
    assert!(genuine(&[TOKEN], url, body, signature), "refused: {url}");
}

#[track_caller]
fn refused(url: &str, body: &str, signature: &str) {
    assert!(!genuine(&[TOKEN], url, body, signature), "accepted: {url}");
}

#[test]
fn a_form_is_signed_together_with_its_address_and_query() {
    let url = "https://desk.example.com/twilio/northwind/call/CA11/turn/3?news=1&polls=2";
    accepted(url, TURN, "VFM0obfMoR6bcO83KEUJ82n0WBk=");
    refused(&url.replace("polls=2", "polls=3"), TURN, "VFM0obfMoR6bcO83KEUJ82n0WBk=");
    refused(&url.replace("northwind", "southwind"), TURN, "VFM0obfMoR6bcO83KEUJ82n0WBk=");
    refused(url, &TURN.replace("Digits=1", "Digits=2"), "VFM0obfMoR6bcO83KEUJ82n0WBk=");
    refused(url, &format!("{TURN}&Extra=1"), "VFM0obfMoR6bcO83KEUJ82n0WBk=");
}

#[test]
fn the_order_of_the_fields_does_not_matter() {
    let turned = "SpeechResult=el+servidor+est%C3%A1+ca%C3%ADdo+%26+m%C3%A1s&Digits=1&From=%2B13125550142&CallSid=CA11";
    accepted("https://desk.example.com/twilio/northwind/voice", turned, "2Kv1yHRyypEa79l3gyBpCSNmNMw=");
}

#[test]
fn a_form_without_fields_is_signed_by_its_address_alone() {
    accepted("https://desk.example.com/twilio/northwind/sms", "", "W+TjZJ4kq82+QGpF5FCSaMeUIv4=");
}

#[test]
fn the_standard_port_may_be_signed_though_the_address_leaves_it_out() {
    let url = "https://desk.example.com/twilio/northwind/call/CA11/turn/3?news=1&polls=2";
    accepted(url, TURN, "NUhNxNZqtUR+nxvQS6cQMCyp4KA=");
    accepted("http://desk.example.com/twilio/northwind/voice", TURN, "F37a4VuaZF8uB+aU997km0osI+M=");
    accepted("http://[2001:db8::1]/twilio/a/voice", "A=z", "45NdKbC57ROgGiG/1CD2cwp73DI=");
    accepted("https://u:p@desk.example.com/twilio/a/voice", "A=z", "kAtXybTYTEbQ2554NWoqSB3kjRI=");
}

#[test]
fn a_port_of_the_address_may_be_left_out_of_the_signature_but_another_may_not_be_put_in() {
    let url = "https://desk.example.com:8443/twilio/northwind/voice";
    accepted(url, TURN, "2ATH3h1Be42uOBfQMyJE88/XbeU=");
    accepted(url, TURN, "2Kv1yHRyypEa79l3gyBpCSNmNMw=");
    accepted("http://[2001:db8::1]:80/twilio/a/voice", "A=z", "6PMkypDrIyRNRDMXW1dbXUj4Www=");
    refused("https://desk.example.com/twilio/northwind/voice", TURN, "2ATH3h1Be42uOBfQMyJE88/XbeU=");
}

#[test]
fn a_repeated_field_is_signed_once_for_each_of_its_values_in_their_order() {
    let url = "https://desk.example.com/twilio/northwind/sms";
    accepted(url, "Media=b&Media=a&Media=b&A=z", "HidYBxFhTrCmNgh5YyyhZk0QRjI=");
    accepted(url, "A=z&Media=a&Media=b", "HidYBxFhTrCmNgh5YyyhZk0QRjI=");
    refused(url, "A=z&Media=a", "HidYBxFhTrCmNgh5YyyhZk0QRjI=");
}

#[test]
fn while_a_token_is_rotated_both_are_accepted_and_afterwards_one() {
    let url = "https://desk.example.com/twilio/northwind/sms";
    assert!(genuine(&[TOKEN, "previous-token"], url, "A=z", "bK1oawOZBHTSdPlJWEEAySOagkM="));
    assert!(!genuine(&[TOKEN], url, "A=z", "bK1oawOZBHTSdPlJWEEAySOagkM="));
}

#[test]
fn neither_a_missing_signature_nor_a_missing_token_is_ever_genuine() {
    let url = "https://desk.example.com/twilio/northwind/sms";
    for signature in ["", " ", "=", "W", "W+TjZJ4kq82+QGpF5FCSaMeUIv4", "w+TjZJ4kq82+QGpF5FCSaMeUIv4=", "\u{FFFD}"] {
        refused(url, "", signature);
    }
    assert!(!genuine(&[], url, "", "W+TjZJ4kq82+QGpF5FCSaMeUIv4="));
    // Signed with the empty key, which anybody can do.
    assert!(!genuine(&[""], url, "A=z", "TQG+uy3gTZwV79PL0Qd6bx97/CI="));
    assert!(!genuine(&[""], url, "A=z", ""));
}

#[test]
fn of_another_body_the_hash_in_the_query_is_signed() {
    let tokens = [SecretString::from(TOKEN)];
    let hash = "4afb3959a36ada38cfe4e3cc69f7c1f3710008441ea4f770b23ebc022bb2709d";
    let url = format!("https://desk.example.com/twilio/northwind/events?bodySHA256={hash}");
    let signature = "OwnzOGmYnQhk6As+84LiS35OqKU=";
    let body = br#"{"status":"ok","n":2}"#;
    assert!(is_genuine(&tokens, &url, Body::Other(body), signature));
    assert!(!is_genuine(&tokens, &url, Body::Other(br#"{"status":"ok","n":3}"#), signature));
    assert!(!is_genuine(&tokens, &url.replace("4afb", "5afb"), Body::Other(body), signature));
    let unhashed = "https://desk.example.com/twilio/northwind/sms";
    assert!(!is_genuine(&tokens, unhashed, Body::Other(body), "W+TjZJ4kq82+QGpF5FCSaMeUIv4="));
}

#[test]
fn behind_a_proxy_the_configured_address_counts_and_not_the_one_that_the_server_sees() {
    let public = PublicUrl::parse("https://desk.example.com/").unwrap();
    let url = public.received("/twilio/northwind/call/CA11/turn/3?news=1&polls=2");
    accepted(&url, TURN, "VFM0obfMoR6bcO83KEUJ82n0WBk=");
    refused(
        "http://10.0.0.7:8080/twilio/northwind/call/CA11/turn/3?news=1&polls=2",
        TURN,
        "VFM0obfMoR6bcO83KEUJ82n0WBk=",
    );
}

#[test]
fn an_account_without_a_real_sid_or_token_is_refused() {
    let sid = "AC00000000000000000000000000000001";
    let account = |sid: &str, token: &str, old: Option<&str>| {
        TwilioAccount::new(sid, token.into(), old.map(Into::into)).map(|account| account.tokens().count())
    };
    assert_eq!(account(sid, TOKEN, None), Ok(1));
    assert_eq!(account(sid, TOKEN, Some("previous-token")), Ok(2));
    assert_eq!(account(sid, " ", None), Err(InvalidAccount::AuthToken));
    assert_eq!(account(sid, TOKEN, Some("")), Err(InvalidAccount::AuthToken));
    assert_eq!(account("AC1/../AC2", TOKEN, None), Err(InvalidAccount::AccountSid));
    let shown = format!("{:?}", TwilioAccount::new(sid, TOKEN.into(), None).unwrap());
    assert!(!shown.contains(TOKEN), "{shown}");
}

proptest! {
    #[test]
    fn whatever_comes_is_judged_without_a_panic_and_never_genuine(
        url in any::<String>(), body in any::<Vec<u8>>(), signature in any::<String>(),
    ) {
        let tokens = [SecretString::from(TOKEN)];
        prop_assert!(!is_genuine(&tokens, &url, Body::Form(&Form::parse(&body)), &signature));
        prop_assert!(!is_genuine(&tokens, &url, Body::Other(&body), &signature));
    }

    #[test]
    fn what_is_signed_is_genuine_and_with_one_byte_more_it_is_not(
        fields in prop::collection::vec(("[A-Za-z]{1,8}", any::<String>()), 0..8),
    ) {
        let token = SecretString::from(TOKEN);
        let url = "https://desk.example.com/twilio/northwind/voice";
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let signature = signature_of(&token, url, &Form::parse(body.as_bytes())).unwrap();
        prop_assert!(genuine(&[TOKEN], url, &body, &signature));
        let longer = format!("{body}&zzzzzzzzz=1");
        prop_assert!(!genuine(&[TOKEN], url, &longer, &signature));
    }
}
