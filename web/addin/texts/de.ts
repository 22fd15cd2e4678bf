import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Videobesprechung',
  description: 'Fügen Sie dieser Besprechung einen Videoraum hinzu.',
  button_title: 'Videoraum hinzufügen',
  success_heading: 'Ihr Videoraum ist bereit',
  success_message:
    'Die Teilnahmeinformationen stehen in der Besprechung. Senden Sie sie, und der Raum ist rechtzeitig da.',
  already_video_meeting_heading: 'Dies ist bereits eine Videobesprechung',
  already_video_meeting_message:
    'Die Teilnahmeinformationen stehen in der Besprechung. Es ist nichts zu tun.',
  general_error_heading: 'Das hat nicht geklappt',
  general_error_message:
    'Beim Hinzufügen der Teilnahmeinformationen gab es ein Problem. Bitte versuchen Sie es noch einmal.',
  management_node_down_heading: 'Teilnahmeinformationen folgen',
  management_node_down_message:
    'Senden Sie die Besprechung wie gewohnt. Alle erhalten die Teilnahmeinformationen, sobald der Dienst wieder da ist.',
  personal_vmr_add_button: 'Eigenen Raum verwenden',
  personal_vmr_sign_in_button: 'Anmelden, um den eigenen Raum zu verwenden',
  personal_vmr_select_message: 'Wählen Sie den Raum für diese Besprechung.',
  personal_vmr_none_message: 'Sie haben keinen eigenen Raum.',
  personal_vmr_error_getting_message:
    'Ihre Räume lassen sich gerade nicht auflisten. Bitte versuchen Sie es noch einmal.',
  personal_vmr_error_inserting_meeting_message:
    'Die Teilnahmeinformationen ließen sich nicht in die Besprechung einfügen. Bitte versuchen Sie es noch einmal.',
  personal_vmr_error_signing_in_message:
    'Die Anmeldung hat nicht geklappt. Bitte versuchen Sie es noch einmal.',
};

export const own: Own = {
  starting: 'Wird gestartet …',
  adding: 'Teilnahmeinformationen werden hinzugefügt …',
  removing: 'Teilnahmeinformationen werden entfernt …',
  remove_button: 'Videobesprechung entfernen',
  removed_heading: 'Die Videobesprechung ist entfernt',
  removed_message:
    'Die Teilnahmeinformationen stehen nicht mehr in der Besprechung. Was Sie geschrieben haben, ist unverändert.',
  remove_failed_heading: 'Nicht entfernt',
  personal_success_message: 'Die Teilnahmeinformationen Ihres Raums stehen in der Besprechung.',
  resource_missing:
    '{resource} ist nicht mehr unter den Teilnehmern. Ohne diese Adresse gibt es keinen Videoraum.',
  resource_button: '{resource} wieder einladen',
  resource_back: '{resource} ist wieder unter den Teilnehmern.',
  owner: 'Dies ist der Kalender von {owner}. Der Raum wird {owner} gehören, nicht Ihnen.',
  owner_rooms: 'Dies sind Ihre Räume, nicht die von {owner}.',
  location_not_filled:
    'Der Ort ließ sich nicht ausfüllen. Tragen Sie ihn selbst ein, wenn Sie einen möchten.',
  text_lost:
    'Outlook hat etwas von dem verworfen, was vorher in der Besprechung stand. Rückgängig (Strg+Z) in der Besprechung holt es zurück; fügen Sie dann den Raum hinzu, bevor Sie schreiben.',
  rooms_loading: 'Ihre Räume werden gesucht …',
  signing_in: 'Melden Sie sich in dem Fenster an, das sich geöffnet hat.',
  sign_out_button: 'Abmelden',
  correlation: 'Für Ihre Administration: {id}',
  log: 'Protokoll zur Fehlersuche',
  log_copy: 'Protokoll kopieren',
  not_outlook_heading: 'Diese Seite gehört in Outlook',
  not_outlook_message:
    'Öffnen Sie in Outlook eine Ihrer Besprechungen und drücken Sie dort die Schaltfläche des Add-Ins.',
  not_meeting_heading: 'Hier ist nichts zu tun',
  not_meeting_message:
    'Öffnen Sie eine Besprechung, die Sie planen: Das Add-In arbeitet im Fenster der Besprechung.',
  too_old_heading: 'Dieses Outlook ist zu alt',
  too_old_message:
    'Das Add-In braucht ein Outlook mit Mailbox 1.5 oder neuer. Aktualisieren Sie Outlook, oder verwenden Sie Outlook im Web.',
  signed_in_heading: 'Sie sind angemeldet',
  signed_in_message: 'Sie können dieses Fenster schließen.',
  sign_in_failed_heading: 'Die Anmeldung hat nicht geklappt',
};

export const failures: Failures = {
  body: [
    'Outlook hat das Add-In die Besprechung nicht lesen lassen.',
    'Schließen Sie diesen Bereich und öffnen Sie ihn erneut. Hilft das nicht, starten Sie Outlook neu.',
  ],
  insert: [
    'Outlook hat die Teilnahmeinformationen nicht angenommen.',
    'Klicken Sie in den Text der Besprechung und versuchen Sie es noch einmal. Hilft das nicht, starten Sie Outlook neu.',
  ],
  lost: [
    'Die Teilnahmeinformationen erscheinen nicht in der Besprechung.',
    'Sehen Sie im Text der Besprechung nach, und versuchen Sie es noch einmal, wenn sie nicht dort stehen.',
  ],
  attendee: [
    'Das Postfach des Videoraums ließ sich nicht zu den Teilnehmern hinzufügen.',
    'Es wurde nichts geändert. Versuchen Sie es noch einmal; hilft das nicht, starten Sie Outlook neu.',
  ],
  token: [
    'Outlook hat nicht mitgeteilt, wer Sie sind.',
    'Versuchen Sie es noch einmal; hilft das nicht, starten Sie Outlook neu oder melden Sie sich dort neu an.',
  ],
  'token-off': [
    'Dieses Outlook kann nicht so nachweisen, wer Sie sind, wie der Dienst es verlangt.',
    'Sagen Sie Ihrer Administration: Die Anmeldeart des Add-Ins passt nicht zu diesem Postfach.',
  ],
  refused: [
    'Der Dienst hat die Anfrage nicht angenommen.',
    'Sagen Sie Ihrer Administration, was hier steht.',
  ],
  clock: [
    'Outlooks Nachweis, wer Sie sind, gilt gerade nicht.',
    'Starten Sie Outlook neu. Hilft das nicht, prüfen Sie die Uhr dieses Computers und sagen Sie Ihrer Administration Bescheid.',
  ],
  busy: [
    'Der Dienst bekommt zu viele Anfragen.',
    'Warten Sie eine Minute und versuchen Sie es noch einmal.',
  ],
  server: [
    'Der Dienst hat ein Problem.',
    'Versuchen Sie es in einigen Minuten noch einmal. Hilft das nicht, sagen Sie Ihrer Administration, was hier steht.',
  ],
  answer: [
    'Der Dienst hat eine Antwort gegeben, die keinen Sinn ergibt.',
    'Versuchen Sie es noch einmal. Hilft das nicht, sagen Sie Ihrer Administration, was hier steht.',
  ],
  network: [
    'Der Dienst ist nicht erreichbar.',
    'Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  ],
  damaged: [
    'Die Zeile, an der der Raum erkannt wird, wurde verändert.',
    'Löschen Sie die Zeile, die mit PXPS oder TOK beginnt, und die Informationen darum herum; fügen Sie den Raum dann neu hinzu.',
  ],
  changed: [
    'Die Teilnahmeinformationen wurden bearbeitet und sind nicht genau zu finden. Es wurde nichts geändert.',
    'Löschen Sie sie von Hand aus der Besprechung, und das Postfach des Videoraums aus den Teilnehmern.',
  ],
  remove: [
    'Outlook hat das Add-In die Besprechung nicht ändern lassen.',
    'Versuchen Sie es noch einmal, oder löschen Sie die Teilnahmeinformationen von Hand.',
  ],
  'remove-attendee': [
    'Die Teilnahmeinformationen stehen nicht mehr in der Besprechung, aber das Postfach des Videoraums ist noch eingeladen.',
    'Löschen Sie es von Hand aus den Teilnehmern.',
  ],
  rooms: [
    'Ihre Räume lassen sich gerade nicht auflisten.',
    'Versuchen Sie es in einigen Minuten noch einmal.',
  ],
  'sign-in': ['Die Anmeldung hat nicht geklappt.', 'Versuchen Sie es noch einmal.'],
  popup: [
    'Das Fenster zum Anmelden ließ sich nicht öffnen.',
    'Erlauben Sie Pop-up-Fenster für diese Seite, und versuchen Sie es noch einmal.',
  ],
};
