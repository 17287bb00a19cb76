//! Alerts of other tools: the same ladder and the same ticket, and nobody who waits on a line.

use nightdesk_domain::case::{AlertState, CaseEvent, Misstated, PageEvent, PageOutcome, ToolAlert, Work, WrittenAlert};
use nightdesk_domain::effect::Effect;
use nightdesk_domain::policy::{Channel, Reach, Way};
use nightdesk_domain::vocabulary::{Category, Disposition, Priority};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;

fn written() -> WrittenAlert {
    let own = |text: &str| Some(text.to_owned());
    WrittenAlert {
        source: "rmm".into(),
        key: "disk-7".into(),
        summary: own("RAID 5 of hv-01 has lost a second disk"),
        details: own("Slot 3 failed at 01:58.\nSlot 5 failed at 01:59."),
        company: own("acme-dental"),
        system: own("hv-01"),
        category: own("server"),
        priority: own("Critical"),
    }
}

fn told(change: impl FnOnce(&mut WrittenAlert)) -> ToolAlert {
    let mut alert = written();
    change(&mut alert);
    alert.read().unwrap()
}

fn raid() -> Night {
    Night::new().alerted(told(|_| {}))
}

fn state(night: &Night) -> AlertState {
    night.case().alert_status(&night.policy).unwrap().state
}

/// Everything that technicians hear, read, and find in the ticket.
fn all_words(night: &Night) -> String {
    let read = night.effects.iter().map(|planned| match &planned.effect {
        Effect::TextTechnician(order) => order.body.reveal().to_owned(),
        Effect::MessagePage(order) => format!("{}\n{}", order.subject.reveal(), order.body.reveal()),
        _ => String::new(),
    });
    let read: Vec<String> = read.collect();
    format!("{}\n{}\n{}", night.briefing().say.join(" "), read.join("\n"), night.ticket_text())
}

#[test]
fn an_alert_rings_alex_whose_mailbox_answers_then_bea_who_accepts_and_nothing_more_happens() {
    let night = raid();
    assert_eq!(state(&night), AlertState::Paging);
    let night = night.rings("alex").mailbox().expect_page_ended(1, PageOutcome::Machine).rings("bea");
    assert_eq!(state(&night), AlertState::Escalated { rung: 2, tries: 2 });
    let night = night.accepts().expect_accepted_by("bea");
    let at = night.now;
    assert_eq!(state(&night), AlertState::Acknowledged { acknowledged_by: "Bea".into(), acknowledged_at: at });
    night.expect_ticket(Priority::Critical).expect_category(Category::Server).silence_for_minutes(60);
}

#[test]
fn a_technician_hears_reads_and_finds_in_the_ticket_an_alert_of_that_tool_and_nothing_of_a_caller() {
    let night = raid()
        .rings("alex")
        .picks_up()
        .is_told("This is NightDesk, calling for Northwind IT. An alert of rmm about Acme Dental, priority Critical.")
        .is_told("Server (hv-01): RAID 5 of hv-01 has lost a second disk. To accept, press 1.")
        .keys(Some("1"))
        .is_told("You have accepted. I am texting you the details. The ticket is")
        .expect_text(
            "+13125550111",
            "done once it is taken care of. Server (hv-01): RAID 5 of hv-01 has lost a second disk. Alert of rmm.",
        )
        .expect_in_ticket("Alert of: rmm")
        .expect_in_ticket("What rmm says (its key: disk-7):")
        .expect_in_ticket("> Slot 5 failed at 01:59.");
    let words = all_words(&night).to_lowercase();
    assert!(!words.contains("caller"), "{words}");
    let draft = night.drafts()[0];
    assert_eq!(draft.summary.reveal(), "Acme Dental: Server (hv-01): RAID 5 of hv-01 has lost a second disk");
    assert_eq!((&draft.contact_name, &draft.contact_number), (&None, &None));
}

#[test]
fn without_a_company_the_tool_stands_in_its_place() {
    let night = Night::new().alerted(told(|alert| {
        (alert.company, alert.system, alert.category) = (None, None, None);
        alert.summary = Some("agent 4711 stopped answering".into());
    }));
    assert_eq!(night.drafts()[0].summary.reveal(), "rmm: agent 4711 stopped answering");
    night.rings("alex").picks_up().is_told("An alert of rmm, priority Critical. agent 4711 stopped answering.");
}

#[test]
fn an_alert_is_accepted_by_a_text_and_the_word_done_marks_it_as_handled() {
    let mut policy = sample::policy();
    policy.technicians[0].reach =
        vec![Reach { priorities: vec![], ways: vec![Way { by: Channel::Text, after_seconds: 0 }] }];
    let night = Night::with(policy).alerted(told(|_| {})).is_messaged("alex", Channel::Text).acknowledges(Some(20));
    let words = all_words(&night).to_lowercase();
    assert!(words.contains("to accept. server (hv-01)") && !words.contains("caller"), "{words}");
    assert!(matches!(night.case().work, Work::Held { arrival: None, .. }), "nobody is promised a call");
    let night = night.silence_for_minutes(600).writes_done().expect_noted("Marked as handled by Alex.");
    assert_eq!(state(&night), AlertState::Handled);
    assert_eq!(night.case().message_reply(1, &night.policy), "Thank you. It is marked as handled.");
}

#[test]
fn medium_and_low_only_file_a_ticket_and_high_wakes_as_the_tenant_has_it() {
    for (priority, wakes) in [("Critical", true), ("High", true), ("Medium", false), ("low", false)] {
        let night = Night::new().alerted(told(|alert| {
            alert.priority = Some(priority.into());
            alert.summary = Some("a check of the nightly report needs a look".into());
            (alert.details, alert.category, alert.system) = (None, None, None);
        }));
        assert_eq!(night.case().brief.wake, wakes, "{priority}");
        if !wakes {
            assert_eq!(state(&night), AlertState::Filed);
            assert_eq!(night.case().brief.disposition, Some(Disposition::Ticket));
            night.expect_nobody_woken().silence_for_minutes(60);
        }
    }
    let mut policy = sample::policy();
    policy.paging.wake_for_high = false;
    Night::with(policy).alerted(told(|alert| alert.priority = Some("High".into()))).expect_nobody_woken();
}

#[test]
fn the_words_may_raise_the_priority_and_never_lower_it() {
    let raised = Night::new().alerted(told(|alert| {
        alert.priority = Some("Low".into());
        alert.summary = Some("ransomware note found, all files are encrypted".into());
    }));
    raised.rings("alex").expect_ticket(Priority::Critical).expect_in_ticket("alert/raised-by-its-words: Critical");
    let polite = Night::new().alerted(told(|alert| {
        alert.summary = Some("no rush, a printer is jammed, tomorrow is fine".into());
        alert.details = None;
    }));
    let status = polite.case().alert_status(&polite.policy).unwrap();
    assert_eq!((status.priority, status.stated_priority), (Priority::Critical, Priority::Critical));
    polite.rings("alex");
}

fn exhausted(priority: &str) -> Night {
    let busy = |night: Night, name: &str| night.rings(name).ends(PageOutcome::Busy);
    let night = Night::new().alerted(told(|alert| {
        alert.priority = Some(priority.into());
        alert.summary = Some("a check of the nightly report needs a look".into());
        (alert.details, alert.category, alert.system) = (None, None, None);
    }));
    busy(busy(busy(night, "alex"), "bea"), "morgan")
}

#[test]
fn a_ladder_that_nobody_answers_is_no_answer_and_a_critical_one_begins_again() {
    let night = exhausted("High").expect_alerts(1);
    assert_eq!(state(&night), AlertState::NoAnswer { again_at: None });
    assert!(night.case().is_red());
    night.silence_for_minutes(600);

    let night = exhausted("Critical").expect_alerts(1);
    assert_eq!(state(&night), AlertState::NoAnswer { again_at: Some(night.now + chrono::TimeDelta::minutes(15)) });
    let night = night.silence_for_minutes(14).seconds_pass(61).rings("alex");
    assert_eq!(state(&night), AlertState::Escalated { rung: 1, tries: 4 });
    let night = night.case_event(CaseEvent::MarkedHandled { by: "rmm".into() }).silence_for_minutes(600);
    assert_eq!(state(&night), AlertState::Handled);
}

#[test]
fn what_is_repeated_or_late_changes_nothing() {
    let again = CaseEvent::Page { page: 2, event: PageEvent::Keyed { turn: 1, keys: Some("1".into()), words: None } };
    raid()
        .rings("alex")
        .ends(PageOutcome::Busy)
        .rings("bea")
        .accepts()
        .case_event(again)
        .expect_ignored()
        .page(1)
        .picks_up()
        .is_told("Bea has accepted this already.")
        .expect_accepted_by("bea");
}

#[test]
fn one_name_for_one_key_of_one_tool() {
    let named = |source: &str, key: &str, again| {
        told(|alert| (alert.source, alert.key) = (source.into(), key.into())).case_id(again)
    };
    assert_eq!(named("rmm", "a", 0), named("rmm", "a", 0));
    let others = [named("rmm", "a", 0), named("rmm", "a", 1), named("rmm", "b", 0), named("backup", "a", 0)];
    let mut unique = others.to_vec();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), others.len());
    assert!(others[0].as_str().starts_with("alert-"));
}

#[track_caller]
fn check_refused(change: impl FnOnce(&mut WrittenAlert), field: &str, detail: &str) {
    let mut alert = written();
    change(&mut alert);
    let wrong = alert.read().unwrap_err();
    assert!(matches!(&wrong[..], [one] if one.field == field && one.detail.contains(detail)), "{wrong:?}");
}

#[test]
fn what_cannot_be_taken_is_named_by_its_field_and_never_repeated() {
    check_refused(|alert| alert.summary = None, "summary", "in one line");
    check_refused(|alert| alert.summary = Some(" \n".into()), "summary", "in one line");
    check_refused(|alert| alert.summary = Some("x".repeat(201)), "summary", "at most 200 characters");
    check_refused(|alert| alert.details = Some("x".repeat(8_001)), "details", "at most 8000 characters");
    check_refused(|alert| alert.system = Some("x".repeat(101)), "system", "at most 100 characters");
    check_refused(|alert| alert.priority = None, "priority", "Critical, High, Medium and Low");
    check_refused(|alert| alert.priority = Some("P1".into()), "priority", "Critical, High, Medium and Low");
    check_refused(|alert| alert.category = Some("Toaster".into()), "category", "New Device");
    check_refused(|alert| alert.company = Some("a b".into()), "company", "1 to 64 characters");
    check_refused(|alert| alert.key = String::new(), "idempotency_key", "1 to 200 visible ASCII characters");
    check_refused(|alert| alert.key = "a key".into(), "idempotency_key", "1 to 200 visible ASCII characters");
    check_refused(|alert| alert.key = "x".repeat(201), "idempotency_key", "1 to 200 visible ASCII characters");
    let all = WrittenAlert { key: "k".into(), category: Some("Secret".into()), ..WrittenAlert::default() };
    let wrong: Vec<Misstated> = all.read().unwrap_err();
    let fields: Vec<&str> = wrong.iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["summary", "category", "priority"]);
    assert!(!format!("{wrong:?}").contains("Secret"));
    let stranger = told(|alert| alert.company = Some("nobody".into()));
    assert_eq!(stranger.is_known_to(&sample::policy()).unwrap_err().field, "company");
}

#[test]
fn a_line_stays_a_line() {
    let alert = told(|alert| alert.summary = Some("  two\nlines\u{7}\tof it ".into()));
    assert_eq!(alert.summary.reveal(), "two lines of it");
}
