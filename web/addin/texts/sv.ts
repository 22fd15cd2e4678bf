import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Videomöte',
  description: 'Lägg till ett videorum i det här mötet.',
  button_title: 'Lägg till ett videorum',
  success_heading: 'Ditt videorum är klart',
  success_message: 'Anslutningsinformationen står i mötet. Skicka det, så finns rummet där i tid.',
  already_video_meeting_heading: 'Det här är redan ett videomöte',
  already_video_meeting_message:
    'Anslutningsinformationen står i mötet. Du behöver inte göra något.',
  general_error_heading: 'Det gick inte',
  general_error_message: 'Det gick inte att lägga till anslutningsinformationen. Försök igen.',
  management_node_down_heading: 'Anslutningsinformationen kommer senare',
  management_node_down_message:
    'Skicka mötet som vanligt. Alla får anslutningsinformationen så snart tjänsten är tillbaka.',
  personal_vmr_add_button: 'Använd mitt eget rum',
  personal_vmr_sign_in_button: 'Logga in för att använda mitt eget rum',
  personal_vmr_select_message: 'Välj rummet för det här mötet.',
  personal_vmr_none_message: 'Du har inget eget rum.',
  personal_vmr_error_getting_message: 'Dina rum kan inte visas just nu. Försök igen.',
  personal_vmr_error_inserting_meeting_message:
    'Anslutningsinformationen kunde inte sättas in i mötet. Försök igen.',
  personal_vmr_error_signing_in_message: 'Det gick inte att logga in. Försök igen.',
};

export const own: Own = {
  starting: 'Startar …',
  adding: 'Lägger till anslutningsinformationen …',
  removing: 'Tar bort anslutningsinformationen …',
  remove_button: 'Ta bort videomötet',
  removed_heading: 'Videomötet är borttaget',
  removed_message: 'Anslutningsinformationen är borta ur mötet. Det du har skrivit är oförändrat.',
  remove_failed_heading: 'Inte borttaget',
  personal_success_message: 'Anslutningsinformationen till ditt rum står i mötet.',
  resource_missing:
    '{resource} finns inte längre bland deltagarna. Utan den adressen blir det inget videorum.',
  resource_button: 'Bjud in {resource} igen',
  resource_back: '{resource} finns bland deltagarna igen.',
  owner: 'Det här är kalendern för {owner}. Rummet kommer att tillhöra {owner}, inte dig.',
  owner_rooms: 'De här rummen är dina, de tillhör inte {owner}.',
  location_not_filled: 'Platsen kunde inte fyllas i. Skriv in den själv om du vill.',
  text_lost:
    'Outlook har tappat något av det som stod i mötet tidigare. Ångra (Ctrl+Z) i mötet hämtar tillbaka det; lägg sedan till rummet innan du skriver.',
  rooms_loading: 'Letar efter dina rum …',
  signing_in: 'Logga in i fönstret som har öppnats.',
  sign_out_button: 'Logga ut',
  correlation: 'Till administratören: {id}',
  log: 'Felsökningslogg',
  log_copy: 'Kopiera loggen',
  not_outlook_heading: 'Den här sidan hör hemma i Outlook',
  not_outlook_message: 'Öppna ett av dina möten i Outlook och tryck på tilläggets knapp där.',
  not_meeting_heading: 'Inget att göra här',
  not_meeting_message: 'Öppna ett möte som du planerar: tillägget arbetar i mötets fönster.',
  too_old_heading: 'Denna Outlook är för gammal',
  too_old_message:
    'Tillägget behöver en Outlook med Mailbox 1.5 eller senare. Uppdatera Outlook eller använd Outlook på webben.',
  signed_in_heading: 'Du är inloggad',
  signed_in_message: 'Du kan stänga det här fönstret.',
  sign_in_failed_heading: 'Det gick inte att logga in',
};

export const failures: Failures = {
  body: [
    'Outlook lät inte tillägget läsa mötet.',
    'Stäng den här rutan och öppna den igen. Om det inte hjälper, starta om Outlook.',
  ],
  insert: [
    'Outlook tog inte emot anslutningsinformationen.',
    'Klicka i mötets text och försök igen. Om det inte hjälper, starta om Outlook.',
  ],
  lost: [
    'Anslutningsinformationen syns inte i mötet.',
    'Titta i mötets text, och försök igen om den inte finns där.',
  ],
  attendee: [
    'Videorummets postlåda kunde inte läggas till bland deltagarna.',
    'Inget har ändrats. Försök igen; om det inte hjälper, starta om Outlook.',
  ],
  token: [
    'Outlook talade inte om vem du är.',
    'Försök igen; om det inte hjälper, starta om Outlook eller logga in där igen.',
  ],
  'token-off': [
    'Denna Outlook kan inte bevisa vem du är på det sätt som tjänsten begär.',
    'Säg till administratören att tilläggets autentisering inte passar den här postlådan.',
  ],
  refused: ['Tjänsten godtog inte begäran.', 'Tala om för administratören vad som står här.'],
  clock: [
    'Outlooks bevis på vem du är gäller inte just nu.',
    'Starta om Outlook. Om det inte hjälper, kontrollera datorns klocka och säg till administratören.',
  ],
  busy: ['Tjänsten får för många begäranden.', 'Vänta en minut och försök igen.'],
  server: [
    'Tjänsten har ett problem.',
    'Försök igen om några minuter. Om det inte hjälper, tala om för administratören vad som står här.',
  ],
  answer: [
    'Tjänsten gav ett svar som inte går att förstå.',
    'Försök igen. Om det inte hjälper, tala om för administratören vad som står här.',
  ],
  network: ['Tjänsten kan inte nås.', 'Kontrollera anslutningen och försök igen.'],
  damaged: [
    'Raden som rummet känns igen på har ändrats.',
    'Ta bort raden som börjar med PXPS eller TOK och informationen runt den, och lägg sedan till rummet igen.',
  ],
  changed: [
    'Anslutningsinformationen har redigerats och går inte att hitta exakt. Inget har ändrats.',
    'Ta bort den ur mötet för hand, och videorummets postlåda ur deltagarna.',
  ],
  remove: [
    'Outlook lät inte tillägget ändra mötet.',
    'Försök igen, eller ta bort anslutningsinformationen för hand.',
  ],
  'remove-attendee': [
    'Anslutningsinformationen är borta ur mötet, men videorummets postlåda är fortfarande inbjuden.',
    'Ta bort den ur deltagarna för hand.',
  ],
  rooms: ['Dina rum kan inte visas just nu.', 'Försök igen om några minuter.'],
  'sign-in': ['Det gick inte att logga in.', 'Försök igen.'],
  popup: [
    'Inloggningsfönstret kunde inte öppnas.',
    'Tillåt popup-fönster för den här sidan och försök igen.',
  ],
};
