//! Who the caller is: by number, by line, by the name said; unknown people are served like known ones.

use super::STRANGER;
use nightdesk_testkit::sample::contact;
use nightdesk_testkit::script::Night;

/// Who a call seems to be from, before and after the first words.
fn check(night: Night, name: Option<&str>, company: Option<&str>) {
    let identity = night.call().identity.clone();
    assert_eq!(identity.name.as_ref().map(|name| name.reveal()), name);
    assert_eq!(identity.company.as_ref().map(|company| company.as_str()), company);
}

#[test]
fn a_number_of_its_own_names_the_person_and_the_company() {
    let night = Night::new().known_as(vec![contact("Dana", "acme-dental", &[STRANGER])]).call_from(STRANGER);
    check(night, Some("Dana"), Some("acme-dental"));
}

#[test]
fn a_shared_number_names_the_company_and_never_a_person() {
    let reception = vec![contact("Dana", "acme-dental", &[STRANGER]), contact("Lee", "acme-dental", &[STRANGER])];
    check(Night::new().known_as(reception).call_from(STRANGER), None, Some("acme-dental"));
    let building = vec![contact("Dana", "acme-dental", &[STRANGER]), contact("Sam", "harbor-law", &[STRANGER])];
    check(Night::new().known_as(building).call_from(STRANGER), None, None);
}

#[test]
fn a_line_of_its_own_names_the_company() {
    check(Night::new().dialling("+13125550101").call_from(STRANGER), None, Some("harbor-law"));
    check(Night::new().dialling("+13125550101").call_withheld(), None, Some("harbor-law"));
}

#[test]
fn a_name_that_is_said_names_the_company() {
    check(
        Night::new().call_from(STRANGER).says("this is lee at acme dental, the printer is jammed"),
        None,
        Some("acme-dental"),
    );
}

#[test]
fn unknown_and_withheld_numbers_stop_nothing() {
    check(Night::new().call_from(STRANGER), None, None);
    Night::new()
        .call_withheld()
        .says("our server is down and nobody can work")
        .rings("alex")
        .picks_up()
        .is_told("Unknown company, priority Critical.");
}
