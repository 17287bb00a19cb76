//! Texts as people write them, and what they ask for.

use super::*;

/// Expects a wish of each text, one a line.
#[track_caller]
pub(super) fn check(wish: Option<Wish>, texts: &str) {
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

#[test]
fn a_no_is_heard_however_it_is_put() {
    check(
        Some(Wish::OptOut),
        "Kindly stop texting this phone
         pls stop w/ the msgs
         would you please quit messaging me
         I'm asking you nicely, stop sending texts
         For the last time: stop.
         already told you guys to stop
         Stop!! I never signed up for this
         I didn't sign up for this, stop
         how many times do I have to say stop
         you got the wrong person, stop texting
         Wrong number. Please remove.
         please take my cell off this list
         get my number off of your list
         erase my number please
         remove my cell number from your list
         I don't want any messages from you
         we do not want to receive texts
         do not want texts
         I do not wish to be texted
         I'd prefer not to receive text messages
         I would rather not be texted
         don't ever text me
         don't message us anymore
         please do not send text messages
         please do not send anything else to this phone
         no more texting please
         no more sms please
         no sms messages please
         just email me, no texts
         email me instead of texting
         I withdraw my permission to text me
         I revoke permission for texts
         I no longer give consent to texts
         opt out please
         Opt me out of these messages
         unsubscribe this phone
         cancel all texts to my phone
         turn off the text messages please
         switch off the texts
         please discontinue these texts
         enough with these messages
         quit bugging me
         stop pestering us
         leave us alone
         stp
         STOPP
         unsubscribe!!
         remove please
         stop spam texts
         stop sending me spam
         who are you and why do you text me, stop
         I am at work, stop texting
         this is a landline, stop
         it's 3am stop texting me!!!
         stop texting me at night
         Do not text this line
         stop - Pat
         I replied stop and you still text me
         STOP 🛑
         This is Pat. Stop.
         stop texting me about the server
         my computer is fine now stop texting me",
    );
}

#[test]
fn a_no_is_heard_however_it_is_put_in_spanish() {
    check(
        Some(Wish::OptOut),
        "dejen de mandarme textos a este celular
         por favor paren de mandarme mensajes
         pare de enviarme mensajes
         ya no me manden textos por favor
         no me mandes nada
         favor no enviar más mensajes
         no deseo más textos
         no queremos recibir más mensajes
         no me sigan escribiendo
         no vuelvan a contactarme
         no me vuelva a enviar mensajes
         no sigan escribiendo
         quite mi número de la lista
         elimínenme de su lista
         sáquenme de su lista por favor
         denme de baja por favor
         quisiera darme de baja
         me pueden dar de baja
         cancelen los textos
         detengan los textos por favor
         basta de mandarme mensajes
         ya basta con los mensajes
         no más SMS por favor
         retiro mi permiso
         no doy mi consentimiento para mensajes
         no acepto mensajes
         déjeme en paz por favor
         no moleste
         dejen de fastidiar con mensajes
         número equivocado, paren
         se equivocaron de número, no escriban
         prefiero que llamen, no manden mensajes
         no quiero que me sigan escribiendo
         les dije que pararan",
    );
}

#[test]
fn a_yes_with_anything_beside_it_is_none() {
    for text in [
        "you can text me again, or I call my lawyer",
        "Resume texting? never",
        "opt in, not",
        "start? no",
        "Start!!! my printer is dead",
        "you may text me. as if",
        "can you text me again?",
        "nobody may text me",
        "pueden escribirme, jamás",
        "¿pueden mandarme mensajes?",
        "que nunca vuelvan a escribirme",
    ] {
        assert_ne!(read(text).map(|said| said.wish), Some(Wish::OptIn), "{text:?}");
    }
}

#[test]
fn what_stands_beside_a_no_is_kept() {
    for (text, beside) in [
        ("4821. Stop.", "4821"),
        ("4821 20 min and please stop texting me", "4821 20 min"),
        ("4821 done. No me manden más mensajes", "4821 done"),
        ("do not text me", ""),
        ("4821 ok", "4821 ok"),
    ] {
        assert_eq!(beside_opt_out(text), beside, "{text:?}");
    }
}

#[test]
fn aloud_a_no_must_name_texts() {
    for said in [
        "no do not text me ever again",
        "my printer is jammed and please stop texting me",
        "no i told you not to text me",
        "mi impresora no funciona y ya no me manden mensajes",
        "no texts please",
    ] {
        assert!(refuses_aloud(said), "{said:?}");
    }
    for said in [
        "stop",
        "no please don't",
        "leave me alone",
        "no just call me",
        "how do i stop these text messages",
        "our phones get no text messages",
        "the system should stop texting the patients",
        "yes you can text me",
        "i want to cancel",
    ] {
        assert!(!refuses_aloud(said), "{said:?}");
    }
}
