import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Videomøte',
  description: 'Legg til et videorom i dette møtet.',
  button_title: 'Legg til et videorom',
  success_heading: 'Videorommet ditt er klart',
  success_message: 'Påloggingsinformasjonen står i møtet. Send det, så er rommet der i tide.',
  already_video_meeting_heading: 'Dette er et videomøte allerede',
  already_video_meeting_message: 'Påloggingsinformasjonen står i møtet. Du trenger ikke gjøre noe.',
  general_error_heading: 'Det gikk ikke',
  general_error_message:
    'Det oppsto et problem da påloggingsinformasjonen skulle legges til. Prøv igjen.',
  management_node_down_heading: 'Påloggingsinformasjonen kommer senere',
  management_node_down_message:
    'Send møtet som vanlig. Alle får påloggingsinformasjonen så snart tjenesten er tilbake.',
  personal_vmr_add_button: 'Bruk mitt eget rom',
  personal_vmr_sign_in_button: 'Logg på for å bruke mitt eget rom',
  personal_vmr_select_message: 'Velg rommet for dette møtet.',
  personal_vmr_none_message: 'Du har ikke noe eget rom.',
  personal_vmr_error_getting_message: 'Rommene dine kan ikke vises akkurat nå. Prøv igjen.',
  personal_vmr_error_inserting_meeting_message:
    'Påloggingsinformasjonen kunne ikke settes inn i møtet. Prøv igjen.',
  personal_vmr_error_signing_in_message: 'Påloggingen gikk ikke. Prøv igjen.',
};

export const own: Own = {
  starting: 'Starter …',
  adding: 'Legger til påloggingsinformasjonen …',
  removing: 'Fjerner påloggingsinformasjonen …',
  remove_button: 'Fjern videomøtet',
  removed_heading: 'Videomøtet er fjernet',
  removed_message: 'Påloggingsinformasjonen er ute av møtet. Det du har skrevet, er uendret.',
  remove_failed_heading: 'Ikke fjernet',
  personal_success_message: 'Påloggingsinformasjonen til rommet ditt står i møtet.',
  resource_missing:
    '{resource} er ikke lenger blant deltakerne. Uten den adressen blir det ikke noe videorom.',
  resource_button: 'Inviter {resource} igjen',
  resource_back: '{resource} er blant deltakerne igjen.',
  owner: 'Dette er kalenderen til {owner}. Rommet kommer til å tilhøre {owner}, ikke deg.',
  owner_rooms: 'Disse rommene er dine, ikke {owner} sine.',
  location_not_filled: 'Stedet kunne ikke fylles ut. Skriv det inn selv hvis du ønsker det.',
  text_lost:
    'Outlook har mistet noe av det som sto i møtet fra før. Angre (Ctrl+Z) i møtet henter det tilbake; legg så til rommet før du skriver.',
  rooms_loading: 'Ser etter rommene dine …',
  signing_in: 'Logg på i vinduet som er åpnet.',
  sign_out_button: 'Logg av',
  correlation: 'Til administratoren: {id}',
  log: 'Feilsøkingslogg',
  log_copy: 'Kopier loggen',
  not_outlook_heading: 'Denne siden hører hjemme i Outlook',
  not_outlook_message: 'Åpne et av møtene dine i Outlook og trykk på tilleggets knapp der.',
  not_meeting_heading: 'Ingenting å gjøre her',
  not_meeting_message: 'Åpne et møte som du planlegger: tillegget arbeider i møtets vindu.',
  too_old_heading: 'Denne Outlook er for gammel',
  too_old_message:
    'Tillegget trenger en Outlook med Mailbox 1.5 eller nyere. Oppdater Outlook, eller bruk Outlook på nettet.',
  signed_in_heading: 'Du er logget på',
  signed_in_message: 'Du kan lukke dette vinduet.',
  sign_in_failed_heading: 'Påloggingen gikk ikke',
};

export const failures: Failures = {
  body: [
    'Outlook lot ikke tillegget lese møtet.',
    'Lukk denne ruten og åpne den igjen. Hjelper ikke det, start Outlook på nytt.',
  ],
  insert: [
    'Outlook tok ikke imot påloggingsinformasjonen.',
    'Klikk i møteteksten og prøv igjen. Hjelper ikke det, start Outlook på nytt.',
  ],
  lost: [
    'Påloggingsinformasjonen vises ikke i møtet.',
    'Se i møteteksten, og prøv igjen hvis den ikke står der.',
  ],
  attendee: [
    'Videorommets postboks kunne ikke legges til blant deltakerne.',
    'Ingenting er endret. Prøv igjen; hjelper ikke det, start Outlook på nytt.',
  ],
  token: [
    'Outlook fortalte ikke hvem du er.',
    'Prøv igjen; hjelper ikke det, start Outlook på nytt eller logg på der igjen.',
  ],
  'token-off': [
    'Denne Outlook kan ikke bevise hvem du er på den måten tjenesten ber om.',
    'Si fra til administratoren at tilleggets godkjenning ikke passer til denne postboksen.',
  ],
  refused: ['Tjenesten godtok ikke forespørselen.', 'Fortell administratoren hva som står her.'],
  clock: [
    'Outlooks bevis på hvem du er, gjelder ikke nå.',
    'Start Outlook på nytt. Hjelper ikke det, kontroller klokken på denne maskinen og si fra til administratoren.',
  ],
  busy: ['Tjenesten får for mange forespørsler.', 'Vent et minutt og prøv igjen.'],
  server: [
    'Tjenesten har et problem.',
    'Prøv igjen om noen minutter. Hjelper ikke det, fortell administratoren hva som står her.',
  ],
  answer: [
    'Tjenesten ga et svar som ikke gir mening.',
    'Prøv igjen. Hjelper ikke det, fortell administratoren hva som står her.',
  ],
  network: ['Tjenesten kan ikke nås.', 'Kontroller forbindelsen og prøv igjen.'],
  damaged: [
    'Linjen som rommet blir funnet ved, er endret.',
    'Slett linjen som begynner med PXPS eller TOK, og informasjonen rundt den, og legg til rommet på nytt.',
  ],
  changed: [
    'Påloggingsinformasjonen er redigert og kan ikke finnes nøyaktig. Ingenting er endret.',
    'Slett den fra møtet for hånd, og videorommets postboks fra deltakerne.',
  ],
  remove: [
    'Outlook lot ikke tillegget endre møtet.',
    'Prøv igjen, eller slett påloggingsinformasjonen for hånd.',
  ],
  'remove-attendee': [
    'Påloggingsinformasjonen er ute av møtet, men videorommets postboks er fortsatt invitert.',
    'Slett den fra deltakerne for hånd.',
  ],
  rooms: ['Rommene dine kan ikke vises akkurat nå.', 'Prøv igjen om noen minutter.'],
  'sign-in': ['Påloggingen gikk ikke.', 'Prøv igjen.'],
  popup: [
    'Vinduet for pålogging kunne ikke åpnes.',
    'Tillat sprettoppvinduer for denne siden, og prøv igjen.',
  ],
};
