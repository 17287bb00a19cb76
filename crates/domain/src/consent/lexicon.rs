//! The words by which wishes about texts are recognised, by what they have in common. Lower case, no accents.

use super::clauses::Words;

// Both languages.

pub(super) const POLITE: Words = "please pls plz ok okay thanks thank you thx just hey hi hello now already immediately \
     sorry sir maam por favor gracias porfavor porfa hola oye oiga ya";
/// What is spoken of in a request for help: beside it, a lone "stop" is about that.
pub(super) const SUPPORT: Words = "work works working worked fixed fix solved resolved error errors code screen server \
     servers computer computers pc laptop printer printers outlook internet vpn wifi backup job update reboot \
     restarted broken crash crashed crashes beeping funciona funcionan arreglado servidor computadora impresora \
     pantalla codigo";
/// What does things by itself: of these, no wish is spoken.
pub(super) const THINGS: Words = "server software app application outlook teams scanner printer alarm monitor pc laptop \
     program device router firewall website script servidor programa aplicacion impresora escaner alarma telefono \
     celular correo equipo";
/// The same; but who calls us a system may still mean us.
pub(super) const MACHINES: Words = "system computer machine sistema computadora maquina";
/// What may stand between a thing and what it does.
pub(super) const MODALS: Words = "should must needs need to has have will would can could does also just that which \
     debe tiene que puede ya siempre tambien deberia";
/// Other people's texts are no matter of ours.
pub(super) const OTHERS: Words = "our patients patient clients client customers customer users user staff employees \
     them him her they he she people everyone everybody members students tenants guests pacientes paciente clientes \
     cliente usuarios usuario empleados gente";

// English.

/// With these, "stop" is still the whole of it.
pub(super) const POINTERS: Words = "it this that all again stop everything ya yall u guys and desist";
/// "Stop", and how it is misspelt.
pub(super) const STOPS: Words = "stop stopp sstop sttop stoop stpo sotp st0p stp stopall unsub unsubscribe unsubcribe \
     unsuscribe unsubscibe optout revoke cease desist remove";
/// Words that end texts when they are all that is written, and may be about anything when they are not.
pub(super) const ALONE: Words = "cancel end delete cancelar parar para detener";
pub(super) const CEASE: Words = "stop quit cease discontinue end cancel disable stp stpo sotp";
/// What may stand between what is to cease and the texts.
pub(super) const BETWEEN: Words = "please pls all the these those this your ur you any more further future of me us \
     from calling emailing and or with w getting receiving sending giving my text automated that damn stupid so many \
     it a an another single such freaking fucking spam";
pub(super) const GERUNDS: Words = "texting messaging txting smsing contacting spamming bothering harassing pestering \
     bugging annoying";
pub(super) const MESSAGES: Words =
    "messages message msgs msg text txt texts txts sms texting textings anything spam mensaje mensajes";
/// Texts if they are called texts, or somebody's.
pub(super) const ALERTS: Words = "alerts notifications notification reminders updates list lists thread";
pub(super) const STUFF: Words = "stuff crap junk shit garbage things spam it this that these";
/// What may follow "stop the messages" without changing what it is about.
pub(super) const TAIL: Words = "please pls plz now to me us my phone cell number this from you u guys thanks thank \
     immediately already at once all today anymore again ever else on here whatsoever period";
/// What may follow "stop texting".
pub(super) const FOLLOWS: Words = "me us my this here please pls plz now or and already thanks thank at to so all \
     immediately anymore again ever i you u ok today from until by via";
/// What may follow "no texts": "no texts on my phone" may say that none have come.
pub(super) const NO_TAIL: Words = "please pls plz thanks thank you anymore ever again now more at all ok to me";
pub(super) const NEGATION: Words = "not dont never wont cant cannot doesnt didnt wouldnt shouldnt couldnt did doesn dnt \
     no wasnt isnt";
/// Who does something: "I don't text" is no wish.
pub(super) const SUBJECTS: Words = "i we they he she you it who";
pub(super) const TO_TEXT: Words =
    "text txt message msg sms contact texting messaging spam bother harass pester bug annoy";
pub(super) const TO_WANT: Words = "want need wish wanna like agree consent authorize care";
/// What may stand between a wish and its texts.
pub(super) const WANTED: Words = "to receive get be getting receiving any more your ur these those the you u further \
     from of a an another single such all these text sms for";
pub(super) const SAY: Words = "said say told asked texted replied wrote sent typed answered saying";
/// What may stand between "I told" and "stop".
pub(super) const SAID: Words = "you u ya yall guys to please already twice times once many before the word with \
     repeatedly again several three and ur";
/// What may come before "unsubscribe me": a wish, not a question about somebody else's list.
pub(super) const WISHING: Words = "i id im we would to can could will am are want need wish wanna like you and just \
     quiero deseo quisiera necesito que me favor de los solicito pido podrian pueden puede";
/// What may follow "unsubscribe", "take me off": nothing that is another list than ours.
pub(super) const LIST: Words = "me us from this these that your ur all the of off out texts text txt texting messages \
     message messaging list lists sms number phone cell my please pls plz now thanks thank you updates notifications \
     alerts immediately thread again i to por favor de su la lista los estos esta este mensajes mensaje textos texto \
     sus numero mi servicio telefono ya gracias";
pub(super) const REVOKE: Words = "revoke revoking withdraw withdrawing rescind retract retracting";
pub(super) const CONSENT: Words = "consent permission authorization consentimiento permiso autorizacion";
/// To what one consents.
pub(super) const CONSENTED: Words = "for be receive get texted contacted messaged receiving getting any";

// Spanish.

pub(super) const NOUNS_ES: Words = "mensaje mensajes mensajitos texto textos sms msj msjs nada";
/// Forms by which one is told not to: never what something does by itself ("no me manda mensajes").
pub(super) const SEND_ES: Words = "manden mande mandes envien envie envies mandar enviar lleguen mandarme enviarme \
     mandarnos enviarnos mandando enviando mandandome enviandome";
pub(super) const WRITE_ES: Words = "escriban escriba escribas texteen textee textees mensajeen contacten contacte";
pub(super) const BOTHER_ES: Words = "molesten moleste molestes";
/// "Again", "go on": only a person is told not to.
pub(super) const AGAIN_ES: Words = "vuelvan vuelva vuelvas sigan siga sigas volver seguir";
pub(super) const CEASE_ES: Words = "dejen deje deja dejar paren pare para parar cesen basta eviten";
pub(super) const WRITING_ES: Words = "escribir escribirme escribirnos textear textearme texteando mensajear \
     mensajearme contactar contactarme molestar molestarme escribiendo escribiendome molestando molestandome \
     fastidiar fastidiarme";
pub(super) const SENDING_ES: Words = "mandar mandarme mandarnos enviar enviarme enviarnos mandando enviando mandarle";
/// What is done to texts that are to cease: "paren los mensajes".
pub(super) const END_ES: Words = "paren pare parar parenle parele detengan detenga detener cancelen cancele cancelar \
     cesen basta suspendan suspenda terminen desactiven desactivar stop";
pub(super) const BETWEEN_ES: Words = "mas por favor de me nos ya otra vez los las mis sus esos estos mandando enviando \
     tantos todos mandar enviar recibir que manden envien a este numero con le ningun ningunos para el un";
pub(super) const TAIL_ES: Words = "mas por favor a este esta mi numero telefono celular ya gracias nunca me jamas otra \
     vez de texto ustedes en paz hoy porfavor porfa";
pub(super) const WANT_ES: Words = "quiero queremos deseo deseamos necesito autorizo autorizamos consiento acepto doy";
pub(super) const REMOVE_ME_ES: Words = "quitenme quiteme quitame borrenme borreme borrame saquenme saqueme sacame \
     eliminenme elimineme eliminame remuevanme remuevame";
pub(super) const REMOVE_ES: Words = "quiten quite quita quitar borren borre borra borrar saquen saque sacar eliminen \
     elimine elimina eliminar remuevan remueva remover";
pub(super) const DROP_ES: Words = "darme denme deme dame darse dar den de doy";

// Texts again.

/// Words with which nothing is taken for a wish to get texts.
pub(super) const TAKEN_BACK: Words = "no not dont cant cannot wont never nope nobody none nor nunca jamas nadie ni \
     tampoco stop quit dare sue if unless lawyer hell jeje haha lol";
/// Whole clauses that let texts through again, without their politeness.
pub(super) const OPT_IN: &[&str] = &[
    "start texting me again",
    "start texting me",
    "start texting again",
    "start sending me texts again",
    "start sending texts again",
    "text me again",
    "can text me again",
    "can text me",
    "may text me again",
    "may text me",
    "can start texting me again",
    "resume texts",
    "resume texting",
    "resume texting me",
    "resume messages",
    "opt me in",
    "opt me back in",
    "opt in",
    "opt back in",
    "subscribe me",
    "resubscribe me",
    "resubscribe",
    "sign me up again",
    "i want texts again",
    "i want your texts again",
    "i want to get texts again",
    "i want to receive texts again",
    "i want to receive your texts",
    "pueden mandarme mensajes",
    "pueden mandarme mensajes otra vez",
    "pueden mandarme mensajes de nuevo",
    "pueden enviarme mensajes",
    "pueden enviarme mensajes de nuevo",
    "pueden enviarme mensajes otra vez",
    "puede mandarme mensajes",
    "vuelvan a mandarme mensajes",
    "vuelvan a enviarme mensajes",
    "vuelvan a escribirme",
    "pueden escribirme",
    "pueden escribirme de nuevo",
    "pueden escribirme otra vez",
    "pueden volver a escribirme",
    "pueden volver a mandarme mensajes",
    "si pueden mandarme mensajes",
    "si pueden escribirme",
    "quiero recibir mensajes otra vez",
    "quiero recibir mensajes de nuevo",
    "quiero recibir sus mensajes",
];
