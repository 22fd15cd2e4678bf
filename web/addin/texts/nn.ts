import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Videomøte',
  description: 'Legg til eit videorom i dette møtet.',
  button_title: 'Legg til eit videorom',
  success_heading: 'Videorommet ditt er klart',
  success_message: 'Påloggingsinformasjonen står i møtet. Send det, så er rommet der i tide.',
  already_video_meeting_heading: 'Dette er eit videomøte allereie',
  already_video_meeting_message: 'Påloggingsinformasjonen står i møtet. Du treng ikkje gjere noko.',
  general_error_heading: 'Det gjekk ikkje',
  general_error_message:
    'Det oppstod eit problem då påloggingsinformasjonen skulle leggjast til. Prøv igjen.',
  management_node_down_heading: 'Påloggingsinformasjonen kjem seinare',
  management_node_down_message:
    'Send møtet som vanleg. Alle får påloggingsinformasjonen så snart tenesta er tilbake.',
  personal_vmr_add_button: 'Bruk mitt eige rom',
  personal_vmr_sign_in_button: 'Logg på for å bruke mitt eige rom',
  personal_vmr_select_message: 'Vel rommet for dette møtet.',
  personal_vmr_none_message: 'Du har ikkje noko eige rom.',
  personal_vmr_error_getting_message: 'Romma dine kan ikkje visast akkurat no. Prøv igjen.',
  personal_vmr_error_inserting_meeting_message:
    'Påloggingsinformasjonen kunne ikkje setjast inn i møtet. Prøv igjen.',
  personal_vmr_error_signing_in_message: 'Pålogginga gjekk ikkje. Prøv igjen.',
};

export const own: Own = {
  starting: 'Startar …',
  adding: 'Legg til påloggingsinformasjonen …',
  removing: 'Fjernar påloggingsinformasjonen …',
  remove_button: 'Fjern videomøtet',
  removed_heading: 'Videomøtet er fjerna',
  removed_message: 'Påloggingsinformasjonen er ute av møtet. Det du har skrive, er uendra.',
  remove_failed_heading: 'Ikkje fjerna',
  personal_success_message: 'Påloggingsinformasjonen til rommet ditt står i møtet.',
  resource_missing:
    '{resource} er ikkje lenger blant deltakarane. Utan den adressa blir det ikkje noko videorom.',
  resource_button: 'Inviter {resource} igjen',
  resource_back: '{resource} er blant deltakarane igjen.',
  owner: 'Dette er kalenderen til {owner}. Rommet kjem til å høyre til {owner}, ikkje deg.',
  owner_rooms: 'Desse romma er dine, ikkje {owner} sine.',
  location_not_filled: 'Staden kunne ikkje fyllast ut. Skriv han inn sjølv om du ønskjer det.',
  text_lost:
    'Outlook har mist noko av det som stod i møtet frå før. Angre (Ctrl+Z) i møtet hentar det tilbake; legg så til rommet før du skriv.',
  rooms_loading: 'Ser etter romma dine …',
  signing_in: 'Logg på i vindauget som er opna.',
  sign_out_button: 'Logg av',
  correlation: 'Til administratoren: {id}',
  log: 'Feilsøkingslogg',
  log_copy: 'Kopier loggen',
  not_outlook_heading: 'Denne sida høyrer heime i Outlook',
  not_outlook_message: 'Opne eit av møta dine i Outlook og trykk på knappen til tillegget der.',
  not_meeting_heading: 'Ingenting å gjere her',
  not_meeting_message: 'Opne eit møte som du planlegg: tillegget arbeider i vindauget til møtet.',
  too_old_heading: 'Denne Outlook er for gammal',
  too_old_message:
    'Tillegget treng ein Outlook med Mailbox 1.5 eller nyare. Oppdater Outlook, eller bruk Outlook på nettet.',
  signed_in_heading: 'Du er logga på',
  signed_in_message: 'Du kan lukke dette vindauget.',
  sign_in_failed_heading: 'Pålogginga gjekk ikkje',
};

export const failures: Failures = {
  body: [
    'Outlook lét ikkje tillegget lese møtet.',
    'Lukk denne ruta og opne ho igjen. Hjelper ikkje det, start Outlook på nytt.',
  ],
  insert: [
    'Outlook tok ikkje imot påloggingsinformasjonen.',
    'Klikk i møteteksten og prøv igjen. Hjelper ikkje det, start Outlook på nytt.',
  ],
  lost: [
    'Påloggingsinformasjonen viser ikkje i møtet.',
    'Sjå i møteteksten, og prøv igjen om han ikkje står der.',
  ],
  attendee: [
    'Postboksen til videorommet kunne ikkje leggjast til blant deltakarane.',
    'Ingenting er endra. Prøv igjen; hjelper ikkje det, start Outlook på nytt.',
  ],
  token: [
    'Outlook fortalde ikkje kven du er.',
    'Prøv igjen; hjelper ikkje det, start Outlook på nytt eller logg på der igjen.',
  ],
  'token-off': [
    'Denne Outlook kan ikkje prove kven du er på den måten tenesta ber om.',
    'Sei frå til administratoren at godkjenninga til tillegget ikkje passar til denne postboksen.',
  ],
  refused: ['Tenesta godtok ikkje førespurnaden.', 'Fortel administratoren kva som står her.'],
  clock: [
    'Provet frå Outlook på kven du er, gjeld ikkje no.',
    'Start Outlook på nytt. Hjelper ikkje det, kontroller klokka på denne maskina og sei frå til administratoren.',
  ],
  busy: ['Tenesta får for mange førespurnader.', 'Vent eit minutt og prøv igjen.'],
  server: [
    'Tenesta har eit problem.',
    'Prøv igjen om nokre minutt. Hjelper ikkje det, fortel administratoren kva som står her.',
  ],
  answer: [
    'Tenesta gav eit svar som ikkje gir meining.',
    'Prøv igjen. Hjelper ikkje det, fortel administratoren kva som står her.',
  ],
  network: ['Tenesta kan ikkje nåast.', 'Kontroller sambandet og prøv igjen.'],
  damaged: [
    'Linja som rommet blir funne ved, er endra.',
    'Slett linja som byrjar med PXPS eller TOK, og informasjonen rundt henne, og legg til rommet på nytt.',
  ],
  changed: [
    'Påloggingsinformasjonen er redigert og kan ikkje finnast nøyaktig. Ingenting er endra.',
    'Slett han frå møtet for hand, og postboksen til videorommet frå deltakarane.',
  ],
  remove: [
    'Outlook lét ikkje tillegget endre møtet.',
    'Prøv igjen, eller slett påloggingsinformasjonen for hand.',
  ],
  'remove-attendee': [
    'Påloggingsinformasjonen er ute av møtet, men postboksen til videorommet er framleis invitert.',
    'Slett han frå deltakarane for hand.',
  ],
  rooms: ['Romma dine kan ikkje visast akkurat no.', 'Prøv igjen om nokre minutt.'],
  'sign-in': ['Pålogginga gjekk ikkje.', 'Prøv igjen.'],
  popup: [
    'Vindauget for pålogging kunne ikkje opnast.',
    'Tillat sprettoppvindauge for denne sida, og prøv igjen.',
  ],
};
