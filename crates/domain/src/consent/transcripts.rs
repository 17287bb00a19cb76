//! Texts as people write them, and what they ask for.

use super::*;

/// Expects a wish of each text, one a line.
#[track_caller]
fn check(wish: Option<Wish>, texts: &str) {
    for text in texts.lines().map(str::trim).filter(|text| !text.is_empty()) {
        assert_eq!(read(text).map(|said| said.wish), wish, "{text:?}");
    }
}

#[test]
fn the_carriers_single_words_are_read_as_the_carrier_does() {
    for word in OPT_OUT_WORDS {
        for text in [word.to_owned(), word.to_lowercase(), format!("  {word}\n")] {
            assert_eq!(read(&text), Some(Said { wish: Wish::OptOut, carriers_word: true }), "{text:?}");
        }
    }
    for word in OPT_IN_WORDS {
        assert_eq!(read(&word.to_lowercase()), Some(Said { wish: Wish::OptIn, carriers_word: true }), "{word:?}");
    }
    for word in HELP_WORDS {
        assert_eq!(read(word), None, "{word}");
    }
}

#[test]
fn a_word_with_something_around_it_is_ours_to_act_on_and_not_the_carriers() {
    for text in
        ["Stop.", "STOP!!!", "stop please", "Please stop", "stop it", "ok stop", "unsubscribe please", "Cancel."]
    {
        assert_eq!(read(text), Some(Said { wish: Wish::OptOut, carriers_word: false }), "{text:?}");
    }
}

#[test]
fn no_more_texts_in_english() {
    check(
        Some(Wish::OptOut),
        "please stop texting me
         Stop texting me!!
         can you please stop texting me
         could you stop sending me these messages?
         why don't you stop texting me
         STOP SENDING ME TEXTS
         stop sending me text messages
         stop all texts
         stop the texts please
         please stop the messages
         stop messaging this number
         quit texting me
         cease all messages to my phone
         Hi, this is Dana. please stop texting me, thanks
         stop contacting me
         stop calling and texting me
         how do i stop these texts
         make it stop, stop texting me
         no more texts
         No more messages please
         please no more text messages
         I want no more texts from you
         don't text me
         Don’t text me anymore
         do not text me again
         please do not message this number
         never text me again
         dont ever contact me again
         I asked you not to text me
         do not send me any more messages
         please don't send texts
         I don't want these texts
         i do not want to receive any more messages
         I don't want to be texted
         I no longer wish to be contacted
         I don't want you to text me
         unsubscribe me
         please unsubscribe me from this list
         I want to unsubscribe
         opt out
         opt me out
         I'd like to opt out of your texts
         take me off your list
         remove me from the list
         please remove me
         remove my number
         lose my number
         leave me alone
         revoke my consent
         thanks but stop texting me
         don't call me and stop texting me",
    );
}

#[test]
fn no_more_texts_in_spanish() {
    check(
        Some(Wish::OptOut),
        "no me manden mensajes
         No me manden más mensajes, por favor
         ya no me manden mensajes
         por favor no me envíen mensajes de texto
         no me escriban
         ya no me escriban más
         no me escribas a este número
         no quiero mensajes
         no quiero más mensajes
         no quiero recibir mensajes
         ya no quiero que me manden mensajes
         no deseo recibir sus mensajes
         no más mensajes
         dejen de mandarme mensajes
         Deja de escribirme
         dejen de enviarme textos
         paren de mandar mensajes
         basta de mensajes
         quiero darme de baja
         denme de baja
         quítenme de la lista
         bórrenme de su lista por favor
         BAJA
         alto por favor
         no me manden nada",
    );
}

#[test]
fn what_only_looks_like_it() {
    check(
        None,
        "stop by the office
         can you stop by tomorrow
         I'll stop in at nine
         the server stopped
         the server stopped texting me alerts
         our backup stops at 3
         it's at the bus stop
         don't stop
         please don't stop texting me
         do not stop the texts
         never stop sending me messages
         did you stop texting me
         why did you stop texting me
         you stopped sending me texts
         the printer won't stop printing
         the alarm won't stop sending me messages
         I can't stop the messages popping up
         can you stop the messages popping up on my screen
         please stop sending me the invoice
         stop the server
         end the call
         cancel my appointment
         cancel please
         we want to cancel the ticket
         quit Outlook and start it again
         I don't text while driving
         we don't text patients
         you don't text me anymore
         don't text Bob
         don't unsubscribe me
         how do I unsubscribe from a newsletter in Outlook
         I cannot unsubscribe from the mailing list of a vendor
         there are no more messages in my inbox
         I get no more messages on my phone
         no more disk space
         I don't want to reboot the server
         i do not need a new laptop
         remove me from the Finance group in Teams
         remove my number from the phone system
         take me off hold
         delete the messages in quarantine
         my text messages do not arrive
         ok thanks
         help
         info
         yes please
         Tuesday at 9 works",
    );
}

#[test]
fn what_only_looks_like_it_in_spanish() {
    check(
        None,
        "no dejen de mandarme mensajes
         no dejes de escribirme
         no paren de escribirme
         el servidor no me manda mensajes
         no me llegan mensajes
         quiero que el sistema no me mande mensajes de error
         no me manden la factura
         para el servidor
         la impresora para de imprimir
         la parada del autobús
         no quiero reiniciar el servidor
         no más internet
         dejen el equipo en la oficina
         no me llamen hoy
         gracias
         sí, por favor",
    );
}

#[test]
fn texts_again() {
    check(
        Some(Wish::OptIn),
        "START
         start!
         Please start texting me again
         you can text me again
         text me again please
         opt me back in
         I want texts again
         unstop.
         pueden mandarme mensajes otra vez
         vuelvan a escribirme",
    );
}

#[test]
fn what_is_no_wish_for_texts() {
    check(
        None,
        "you can't text me
         don't start texting me again today
         start the server again
         can you start my computer
         you can text me the link at this address
         text me when it is done
         yes please call me
         when can you start texting me again maybe",
    );
}

#[test]
fn who_asks_for_both_gets_no_texts() {
    check(
        Some(Wish::OptOut),
        "stop texting me. start texting me again
         you can text me again, no wait, stop texting me",
    );
}

#[test]
fn nothing_breaks_on_odd_texts() {
    check(None, "🌙\n\u{0}\n....\n¿¡?!\n123456\n東京");
    assert_eq!(read(""), None);
    assert_eq!(read(&"stop by ".repeat(10_000)), None);
    assert_eq!(read(&"\u{301}".repeat(5_000)), None);
}
