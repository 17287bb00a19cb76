//! Texts that only look like a wish about texts: a sentence that was read wrongly belongs here.

use super::transcripts::check;

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
fn talk_about_machines_is_no_wish() {
    check(
        None,
        "can you stop the alarm
         I need you to stop the windows update
         how do I stop Outlook from sending messages twice
         the app does not send text messages
         my phone does not get text messages
         our server sends text messages to patients and they stop coming
         the system keeps texting the wrong person
         we do not get the texts from the alarm panel
         please cancel the text reminder for my 3pm meeting in calendar
         I don't want to receive mail in that folder
         I don't want Teams messages popping up
         how do I turn off notifications in Teams
         turn off the server
         please turn off my laptop remotely
         end my subscription to adobe
         remove me from the shared mailbox
         please delete my number from the directory
         take my name off the door list
         I don't need the text code anymore it works
         no messages in the queue
         no texts are going out from the clinic system
         no text messages are being delivered
         don't text the doctor, call him
         please do not call before nine
         do not restart the server
         never restart it during the day
         don't send the invoice
         we cannot send text messages
         the messaging server stopped
         stop the messaging service on the server
         please stop the spam filter from deleting mail
         block messages from this number on my phone
         can you stop spam texts from reaching our phones
         I told him to stop the backup
         i told the vendor to stop
         when I press print it does not stop
         the fan noise won't stop
         it keeps beeping and I want it to stop
         stopped working again
         Stop error on blue screen
         stop 0x000000d1
         the printer says stop
         I'd rather not restart now
         I would rather not wait
         I do not consent to a remote session
         I withdraw my ticket
         no thanks, it works
         no, all good
         nothing more, thank you
         enough memory is free
         there is not enough space for messages
         call me instead
         text me instead of calling
         please text instead of calling
         text is better than calling
         you can text me when the tech is here
         STOP: 0x7B error
         stop. it works now
         stop texting our patients
         our system should stop texting patients
         quit messaging app crashes",
    );
}

#[test]
fn talk_about_machines_is_no_wish_in_spanish() {
    check(
        None,
        "el sistema no envía mensajes
         no podemos enviar mensajes
         no se envían los mensajes
         la aplicación dejó de enviar mensajes
         el programa deja de enviar mensajes a los clientes
         cómo cancelo los mensajes de error
         no quiero perder los mensajes
         no me deja mandar mensajes
         no abre mensajes
         para enviar mensajes uso outlook
         quiten la impresora de la lista
         den de baja la cuenta de correo de Ana
         dar de baja el usuario de Pedro
         paren el servidor
         detengan el respaldo
         no paren el servidor
         cancelen la cita de mañana
         basta con llamar mañana
         no manden a nadie hoy
         no envíen al técnico todavía
         no me llamen antes de las nueve
         no escribe la impresora
         outlook deja de mandar mensajes",
    );
}
