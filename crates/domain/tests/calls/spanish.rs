//! Spanish callers: from the first word, or on request; the MSP's side stays English.

use super::{dana, stranger};
use nightdesk_domain::vocabulary::{Language, Priority};

#[test]
fn spanish_is_spoken_from_the_first_answer_on_with_the_notice_of_recording() {
    stranger()
        .says("buenas noches mi impresora no funciona")
        .expect_language(Language::Spanish)
        .hears("Esta llamada puede ser grabada.")
        .hears("¿Con quién hablo");
}

#[test]
fn a_critical_spanish_call_wakes_and_is_read_in_english() {
    stranger()
        .says("se cayó el servidor y nadie puede trabajar")
        .hears("Estoy avisando al técnico de guardia")
        .rings("alex")
        .picks_up()
        .is_told("This is NightDesk, calling for Northwind IT.")
        .is_told("priority Critical.")
        .expect_ticket(Priority::Critical)
        .expect_in_ticket("The caller's words (in Spanish, not translated):")
        .expect_in_ticket("> se cayó el servidor y nadie puede trabajar");
}

#[test]
fn the_language_is_switched_on_request_and_the_question_put_again() {
    stranger().says("español por favor").hears("¿Qué es lo que no funciona").hears("Esta llamada puede ser grabada.");
    stranger()
        .says("hello")
        .hears("What is not working")
        .says("español por favor")
        .hears("¿Qué es lo que no funciona")
        .does_not_hear("Lo siento");
    dana()
        .says("operator")
        .says("español por favor")
        .hears("¿Hay alguien que no pueda trabajar en este momento?")
        .expect_nobody_woken()
        .says("sí")
        .rings("alex");
    stranger()
        .says("buenas noches mi impresora no funciona")
        .says("english please")
        .expect_language(Language::English)
        .hears("Who am I speaking with");
}

#[test]
fn a_promise_is_read_back_in_spanish() {
    dana()
        .says("mi impresora no funciona, llámenme mañana a las diez")
        .hears("Le llamaremos el jueves a las 10:00 de la mañana, hora del centro.")
        .hears("Su número de ticket es")
        .hears("Adiós.");
}

#[test]
fn yes_and_no_are_understood_in_spanish() {
    let asked = || dana().says("quiero hablar con una persona por favor").hears("¿Hay alguien que no pueda trabajar");
    asked().says("sí").rings("alex");
    asked().says("no estoy seguro").rings("alex");
    asked().says("nadie puede trabajar").rings("alex");
    asked().says("no").expect_nobody_woken();
}

#[test]
fn a_number_that_is_said_in_words_is_taken_as_said_and_mixed_with_no_other_turn() {
    nightdesk_testkit::script::Night::new()
        .call_withheld()
        .says("se cayó el servidor y nadie puede trabajar desde las nueve")
        .hears("¿A qué número podemos llamarle?")
        .says("tres uno dos cinco cinco cinco cero uno cuatro dos")
        .says("soy dana de acme dental")
        .rings("alex")
        .hangs_up()
        .accepts()
        .expect_number("3125550142")
        .is_told("Please call 3 1 2, 5 5 5, 0 1 4 2.")
        .expect_in_ticket("Since: desde las nueve\n");
}
