import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Videomøde',
  description: 'Føj et videorum til dette møde.',
  button_title: 'Tilføj et videorum',
  success_heading: 'Dit videorum er klar',
  success_message: 'Deltagelsesoplysningerne står i mødet. Send det, så er rummet der i tide.',
  already_video_meeting_heading: 'Dette er allerede et videomøde',
  already_video_meeting_message:
    'Deltagelsesoplysningerne står i mødet. Du behøver ikke gøre noget.',
  general_error_heading: 'Det lykkedes ikke',
  general_error_message:
    'Der opstod et problem, da deltagelsesoplysningerne skulle tilføjes. Prøv igen.',
  management_node_down_heading: 'Deltagelsesoplysningerne kommer senere',
  management_node_down_message:
    'Send mødet som sædvanligt. Alle får deltagelsesoplysningerne, så snart tjenesten er tilbage.',
  personal_vmr_add_button: 'Brug mit eget rum',
  personal_vmr_sign_in_button: 'Log på for at bruge mit eget rum',
  personal_vmr_select_message: 'Vælg rummet til dette møde.',
  personal_vmr_none_message: 'Du har ikke noget eget rum.',
  personal_vmr_error_getting_message: 'Dine rum kan ikke vises lige nu. Prøv igen.',
  personal_vmr_error_inserting_meeting_message:
    'Deltagelsesoplysningerne kunne ikke sættes ind i mødet. Prøv igen.',
  personal_vmr_error_signing_in_message: 'Det lykkedes ikke at logge på. Prøv igen.',
};

export const own: Own = {
  starting: 'Starter …',
  adding: 'Tilføjer deltagelsesoplysningerne …',
  removing: 'Fjerner deltagelsesoplysningerne …',
  remove_button: 'Fjern videomødet',
  removed_heading: 'Videomødet er fjernet',
  removed_message: 'Deltagelsesoplysningerne er ude af mødet. Det, du har skrevet, er uændret.',
  remove_failed_heading: 'Ikke fjernet',
  personal_success_message: 'Deltagelsesoplysningerne til dit rum står i mødet.',
  resource_missing:
    '{resource} er ikke længere blandt deltagerne. Uden den adresse bliver der ikke noget videorum.',
  resource_button: 'Inviter {resource} igen',
  resource_back: '{resource} er blandt deltagerne igen.',
  owner: 'Dette er kalenderen for {owner}. Rummet kommer til at tilhøre {owner}, ikke dig.',
  owner_rooms: 'Disse rum er dine, de tilhører ikke {owner}.',
  location_not_filled: 'Stedet kunne ikke udfyldes. Skriv det selv, hvis du ønsker det.',
  text_lost:
    'Outlook har mistet noget af det, der stod i mødet i forvejen. Fortryd (Ctrl+Z) i mødet henter det tilbage; tilføj derefter rummet, før du skriver.',
  rooms_loading: 'Leder efter dine rum …',
  signing_in: 'Log på i det vindue, der er åbnet.',
  sign_out_button: 'Log af',
  correlation: 'Til administratoren: {id}',
  log: 'Fejlfindingslog',
  log_copy: 'Kopiér loggen',
  not_outlook_heading: 'Denne side hører til i Outlook',
  not_outlook_message:
    'Åbn et af dine møder i Outlook, og tryk på tilføjelsesprogrammets knap der.',
  not_meeting_heading: 'Intet at gøre her',
  not_meeting_message:
    'Åbn et møde, som du planlægger: tilføjelsesprogrammet arbejder i mødets vindue.',
  too_old_heading: 'Denne Outlook er for gammel',
  too_old_message:
    'Tilføjelsesprogrammet kræver en Outlook med Mailbox 1.5 eller nyere. Opdater Outlook, eller brug Outlook på internettet.',
  signed_in_heading: 'Du er logget på',
  signed_in_message: 'Du kan lukke dette vindue.',
  sign_in_failed_heading: 'Det lykkedes ikke at logge på',
};

export const failures: Failures = {
  body: [
    'Outlook lod ikke tilføjelsesprogrammet læse mødet.',
    'Luk denne rude, og åbn den igen. Hjælper det ikke, så genstart Outlook.',
  ],
  insert: [
    'Outlook tog ikke imod deltagelsesoplysningerne.',
    'Klik i mødets tekst, og prøv igen. Hjælper det ikke, så genstart Outlook.',
  ],
  lost: [
    'Deltagelsesoplysningerne vises ikke i mødet.',
    'Se i mødets tekst, og prøv igen, hvis de ikke står der.',
  ],
  attendee: [
    'Videorummets postkasse kunne ikke føjes til deltagerne.',
    'Intet er ændret. Prøv igen; hjælper det ikke, så genstart Outlook.',
  ],
  token: [
    'Outlook fortalte ikke, hvem du er.',
    'Prøv igen; hjælper det ikke, så genstart Outlook, eller log på der igen.',
  ],
  'token-off': [
    'Denne Outlook kan ikke bevise, hvem du er, på den måde tjenesten beder om.',
    'Sig til administratoren, at tilføjelsesprogrammets godkendelse ikke passer til denne postkasse.',
  ],
  refused: [
    'Tjenesten accepterede ikke anmodningen.',
    'Fortæl administratoren, hvad der står her.',
  ],
  clock: [
    'Outlooks bevis på, hvem du er, gælder ikke lige nu.',
    'Genstart Outlook. Hjælper det ikke, så kontrollér computerens ur, og sig det til administratoren.',
  ],
  busy: ['Tjenesten får for mange anmodninger.', 'Vent et minut, og prøv igen.'],
  server: [
    'Tjenesten har et problem.',
    'Prøv igen om nogle minutter. Hjælper det ikke, så fortæl administratoren, hvad der står her.',
  ],
  answer: [
    'Tjenesten gav et svar, der ikke giver mening.',
    'Prøv igen. Hjælper det ikke, så fortæl administratoren, hvad der står her.',
  ],
  network: ['Tjenesten kan ikke nås.', 'Kontrollér forbindelsen, og prøv igen.'],
  damaged: [
    'Den linje, som rummet findes ved, er ændret.',
    'Slet linjen, der begynder med PXPS eller TOK, og oplysningerne omkring den, og tilføj rummet igen.',
  ],
  changed: [
    'Deltagelsesoplysningerne er redigeret og kan ikke findes nøjagtigt. Intet er ændret.',
    'Slet dem selv fra mødet, og videorummets postkasse fra deltagerne.',
  ],
  remove: [
    'Outlook lod ikke tilføjelsesprogrammet ændre mødet.',
    'Prøv igen, eller slet selv deltagelsesoplysningerne.',
  ],
  'remove-attendee': [
    'Deltagelsesoplysningerne er ude af mødet, men videorummets postkasse er stadig inviteret.',
    'Slet den selv fra deltagerne.',
  ],
  rooms: ['Dine rum kan ikke vises lige nu.', 'Prøv igen om nogle minutter.'],
  'sign-in': ['Det lykkedes ikke at logge på.', 'Prøv igen.'],
  popup: [
    'Vinduet til at logge på kunne ikke åbnes.',
    'Tillad pop op-vinduer for denne side, og prøv igen.',
  ],
};
