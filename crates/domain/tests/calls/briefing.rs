//! What whoever is woken is told: by voice, as a text, in the ticket; and what is known from before.

use super::{STRANGER, dana, holding, stranger};
use nightdesk_domain::case::{Briefing, CaseEvent, History};
use nightdesk_domain::effect::{Effect, Outcome};
use nightdesk_domain::limits::{
    BRIEFING_SPOKEN_SECONDS_MAX, BRIEFING_TEXT_CHARS_MAX, PAGE_SPOKEN_SECONDS_MAX, SPEECH_CHARS_PER_SECOND,
    SPOKEN_DIGIT_CHARS, TEXT_LINK_CHARS,
};
use nightdesk_domain::triage::{Affected, FlagKind, Mood};
use nightdesk_domain::vocabulary::{Category, Language, Priority};
use nightdesk_testkit::sample;
use nightdesk_testkit::script::Night;
use proptest::prelude::*;

/// The past is looked up, and this is what comes of it.
fn remembers(night: Night, history: History) -> Night {
    let asked = night.effects.iter().rev().find(|planned| matches!(planned.effect, Effect::AskHistory(_)));
    let effect = asked.unwrap_or_else(|| night.fail("nobody has asked")).id.clone();
    night.case_event(CaseEvent::Settled { effect, outcome: Outcome::Remembered(Box::new(history)) })
}

fn asks(night: &Night) -> usize {
    night.effects.iter().filter(|planned| matches!(planned.effect, Effect::AskHistory(_))).count()
}

fn known_client() -> History {
    History {
        open_tickets: Some(4),
        last_call: Some(sample::at(-3 * 86_400)),
        last_fix: Some("restarted the virtual host".into()),
    }
}

#[test]
fn a_known_client_is_told_with_its_past() {
    let night = remembers(holding().rings("alex"), known_client()).picks_up();
    let heard = night.briefing().say;
    assert_eq!(
        heard[1..7],
        [
            "Acme Dental, priority Critical.",
            "Server: our server is down and nobody can work since nine.",
            "The caller is Dana.",
            "Last time this helped: restarted the virtual host.",
            "Last call 3 days ago.",
            "4 open tickets.",
        ]
    );
    let night = night.keys(Some("1"));
    assert!(night.case().briefing(&night.policy).lines().contains(&"Open tickets of this client: 4".to_owned()));
    night
        .expect_noted("Open tickets of this client: 4\nLast call of this client: 3 days ago")
        .expect_noted("What helped last time: restarted the virtual host");
}

#[test]
fn nothing_is_said_of_what_is_not_known() {
    let heard = stranger().says("our server is down and nobody can work").rings("alex").picks_up().briefing().say;
    let heard = heard.join(" ");
    for absent in ["open", "Last", "helped", "Careful", "Planned", "The caller is", "null", "None"] {
        assert!(!heard.contains(absent), "{absent:?} in {heard:?}");
    }
}

#[test]
fn a_page_never_waits_for_the_past_and_an_empty_answer_changes_nothing() {
    let night = holding().rings("alex");
    assert_eq!(asks(&night), 1);
    let told = night.briefing();
    let night = remembers(night, History::default()).expect_ignored();
    assert_eq!(night.briefing(), told);
    remembers(night.picks_up().keys(Some("1")), known_client()).expect_accepted_by("alex");
}

#[test]
fn the_past_is_asked_for_only_where_somebody_is_woken_and_once_for_each_client() {
    assert_eq!(asks(&dana().says("my printer is jammed, no rush, no call needed")), 0);
    assert_eq!(asks(&dana().says("our server is down and nobody can work").says("everybody").hangs_up()), 1);
    // The stranger's number is looked up first, and the company as soon as it is known.
    let night = stranger().says("our server is down and nobody can work");
    assert_eq!(asks(&night), 1);
    assert_eq!(asks(&night.says("this is dana at acme dental")), 2);
    assert_eq!(asks(&Night::new().call_withheld().says("our server is down and nobody can work")), 0);
}

#[test]
fn what_the_ticketing_system_is_asked_follows_from_company_and_category() {
    let night = holding();
    let question = night.case().history_question(&night.policy).unwrap();
    assert_eq!((question.company.as_str(), question.category), ("acme-dental", Some(Category::Server)));
    let unknown = stranger().says("our server is down and nobody can work");
    assert_eq!(unknown.case().history_question(&unknown.policy), None);
}

#[test]
fn the_last_call_is_the_newest_earlier_case_of_the_same_client() {
    let now = holding();
    let earlier = |days: i64, night: fn() -> Night| {
        let mut case = night().case().clone();
        case.id = nightdesk_domain::ids::CaseId::parse(&format!("CX{days}")).unwrap();
        case.opened_at = now.now - chrono::Duration::days(days);
        case
    };
    let unknown: fn() -> Night = || stranger().says("our server is down and nobody can work");
    let mut others = vec![earlier(9, holding), earlier(4, holding), earlier(1, unknown), now.case().clone()];
    assert_eq!(now.case().last_call_among(&others), Some(now.now - chrono::Duration::days(4)));
    assert_eq!(unknown().case().last_call_among(&others[2..3]), Some(now.now - chrono::Duration::days(1)));
    others.truncate(0);
    assert_eq!(now.case().last_call_among(&others), None, "a first call");
}

#[test]
fn what_fixed_the_newest_case_like_it_is_found_among_our_own() {
    let now = holding();
    let earlier = |days: i64, how: &str| {
        let fixed = CaseEvent::Fixed { by: "Alex".into(), how: how.into() };
        let mut case = holding().rings("alex").accepts().case_event(fixed).case().clone();
        case.id = nightdesk_domain::ids::CaseId::parse(&format!("CX{days}")).unwrap();
        case.opened_at = now.now - chrono::Duration::days(days);
        case
    };
    let mut cases = vec![earlier(9, "replaced the disk"), earlier(2, "restarted the virtual host")];
    let told = now.case().last_fix_among(&cases).unwrap();
    assert_eq!(told.reveal(), "restarted the virtual host (Alex)");
    cases[1].brief.category = Some(Category::Vpn);
    assert_eq!(now.case().last_fix_among(&cases).unwrap().reveal(), "replaced the disk (Alex)");
    assert_eq!(now.case().last_fix_among(&[]), None);
}

#[test]
fn the_text_says_who_waits_where_and_what_helped_last_time() {
    remembers(holding().rings("alex"), known_client())
        .hangs_up()
        .accepts()
        .expect_text("+13125550111", "Northwind IT: Critical, Acme Dental.")
        .expect_text("+13125550111", "Dana is waiting for your call at +13125550142.")
        .expect_text("+13125550111", "Last time this helped: restarted the virtual host.")
        .expect_text("+13125550111", "Last call 3 days ago. 4 open tickets.");
}

#[test]
fn a_spanish_caller_is_told_of_in_english() {
    let night = Night::new()
        .known_as(vec![sample::contact("Ana", "acme-dental", &[STRANGER])])
        .call_from(STRANGER)
        .says("se cayó el servidor y nadie puede trabajar");
    let briefing = night.case().briefing(&night.policy);
    let told = briefing.spoken().join(" ");
    assert!(told.contains("Affected: everybody.") && !told.contains("servidor"), "{told}");
    assert!(
        briefing.text(None, false, BRIEFING_TEXT_CHARS_MAX).contains("Say: Hola"),
        "the opening is in the caller's language"
    );
}

#[test]
fn what_fixed_it_becomes_a_note_that_resolves_and_only_once() {
    let fixed = || CaseEvent::Fixed { by: "Alex".into(), how: "restarted the virtual host".into() };
    let night = holding().rings("alex").accepts().case_event(fixed());
    let resolves = night.effects.iter().any(|planned| match &planned.effect {
        Effect::AddNote(note) => {
            note.resolves && note.text.reveal().starts_with("What fixed it: restarted the virtual")
        }
        _ => false,
    });
    assert!(resolves);
    night.case_event(fixed()).expect_ignored();
    holding().case_event(CaseEvent::Fixed { by: "Alex".into(), how: " ".into() }).expect_ignored();
}

#[test]
fn all_that_a_technician_hears_before_the_keys_takes_less_than_twenty_seconds() {
    let night = remembers(holding().rings("alex"), known_client()).picks_up();
    let say = night.briefing().say;
    let (keys, told) = say.split_last().unwrap();
    assert!(keys.starts_with("To accept, press 1."));
    assert!(takes(&told.join(" ")) < PAGE_SPOKEN_SECONDS_MAX as usize * SPEECH_CHARS_PER_SECOND, "{told:?}");
}

/// How many characters a voice takes: a digit is read as a word.
fn takes(text: &str) -> usize {
    text.chars().map(|c| if c.is_numeric() { SPOKEN_DIGIT_CHARS } else { 1 }).sum()
}

#[test]
fn a_number_that_is_read_out_takes_its_time() {
    let mut night = stranger().says("our server is down and nobody can work").rings("alex").picks_up();
    let seconds = night.case().briefing(&night.policy).spoken_seconds();
    night.case.as_mut().unwrap().brief.number = None;
    assert!(night.case().briefing(&night.policy).spoken_seconds() + 4 <= seconds, "ten digits are seconds");
    night.case.as_mut().unwrap().brief.words = vec!["ticket 12345 67890 ".repeat(12).as_str().into()];
    let spoken = night.case().briefing(&night.policy).spoken();
    assert!(takes(&spoken.join(" ")) <= BRIEFING_SPOKEN_SECONDS_MAX as usize * SPEECH_CHARS_PER_SECOND, "{spoken:?}");
}

#[test]
fn an_msp_with_a_long_name_keeps_its_pages_short() {
    let mut night = remembers(holding().rings("alex"), known_client()).picks_up();
    night.policy.name =
        "The Very Thorough and Old Established Managed Information Technology Partners of Lakeside".into();
    let say = night.briefing().say;
    assert_eq!(say[0], "This is NightDesk, calling for The Very Thorough and Old….");
    let (_, told) = say.split_last().unwrap();
    assert!(takes(&told.join(" ")) < PAGE_SPOKEN_SECONDS_MAX as usize * SPEECH_CHARS_PER_SECOND, "{told:?}");
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zñáé ]{0,400}",
        "\\PC{0,60}",
        Just("our server is down and nobody can work since nine".to_owned()),
        Just(String::new()),
    ]
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<T>> {
    prop::option::of(of).boxed()
}

fn briefing() -> impl Strategy<Value = Briefing> {
    let private = || maybe(words().prop_map(|words| words.as_str().into()));
    let kinds = [
        FlagKind::OrdersAssistant,
        FlagKind::ChangesIdentity,
        FlagKind::AsksForSecret,
        FlagKind::NamesDestination,
        FlagKind::ChangesPayment,
    ];
    let moods = [Mood::Calm, Mood::Confused, Mood::Urgent, Mood::Frustrated, Mood::Hostile];
    let who = (words(), maybe(words()), private(), private(), words());
    let what = (
        prop::sample::select(vec![Priority::Low, Priority::High, Priority::Critical]),
        maybe(prop::sample::select(Category::ALL.to_vec())),
        maybe(prop::sample::select(vec![Affected::One, Affected::Some(12), Affected::All])),
        prop::sample::select(vec![Language::English, Language::Spanish]),
        maybe(prop::sample::select(moods.to_vec())),
        any::<bool>(),
    );
    let more = (
        prop::sample::subsequence(kinds.to_vec(), 0..=5),
        prop::collection::vec(words(), 0..3),
        maybe(any::<u32>()),
        maybe(0..4_000u32),
        private(),
    );
    (who, what, more).prop_map(|(who, what, more)| {
        let base = holding();
        let (msp, client, contact, number, problem) = who;
        let (priority, category, affected, language, mood, has_message) = what;
        let (flags, windows, open_tickets, days_since_last_call, last_fix) = more;
        Briefing {
            msp,
            client,
            contact,
            number,
            problem: problem.as_str().into(),
            priority,
            category,
            affected,
            language,
            mood,
            has_message,
            flags,
            windows,
            open_tickets,
            days_since_last_call,
            last_fix,
            ..base.case().briefing(&base.policy)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_briefing_is_never_longer_than_its_bounds_and_never_without_the_case(briefing in briefing()) {
        let spoken = briefing.spoken();
        prop_assert!(takes(&spoken.join(" ")) <= BRIEFING_SPOKEN_SECONDS_MAX as usize * SPEECH_CHARS_PER_SECOND);
        let all = format!("{} {}", briefing.calling(), spoken.join(" "));
        prop_assert!(takes(&all) < PAGE_SPOKEN_SECONDS_MAX as usize * SPEECH_CHARS_PER_SECOND, "{all:?}");
        prop_assert!(briefing.spoken_seconds() <= BRIEFING_SPOKEN_SECONDS_MAX);
        prop_assert!(spoken.len() >= 2, "whose and what always fit: {spoken:?}");
        let urgency = format!("priority {}.", briefing.priority);
        prop_assert!(spoken[0].ends_with(&urgency));
        prop_assert_eq!(briefing.careful().is_some(), spoken.iter().any(|said| said.starts_with("Careful: ")));

        let accept = Some("Reply 1234 to accept, or 1234 20 if you ring the caller in 20 minutes.");
        let page = briefing.text(accept, false, BRIEFING_TEXT_CHARS_MAX - TEXT_LINK_CHARS);
        prop_assert!(page.chars().count() + TEXT_LINK_CHARS <= BRIEFING_TEXT_CHARS_MAX, "{page:?}");
        prop_assert!(page.contains("Reply 1234"));
        prop_assert!(page.contains("he number was withheld") == briefing.number.is_none(), "{page:?}");
        let text = briefing.text(
            Some("Reply 12345 to accept, or 12345 20 if you ring in 20 minutes."), true, BRIEFING_TEXT_CHARS_MAX,
        );
        prop_assert!(text.chars().count() <= BRIEFING_TEXT_CHARS_MAX);
        prop_assert!(text.contains("Reply 12345"));
        prop_assert!(text.contains("waiting for your call"));
        prop_assert!(!text.contains(['…', '“', 'á', '\n', '[']), "{text:?}");
    }
}
