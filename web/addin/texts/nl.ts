import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Videovergadering',
  description: 'Voeg een videoruimte toe aan deze vergadering.',
  button_title: 'Videoruimte toevoegen',
  success_heading: 'Uw videoruimte is klaar',
  success_message:
    'De deelname-instructies staan in de vergadering. Verstuur die, en de ruimte is er op tijd.',
  already_video_meeting_heading: 'Dit is al een videovergadering',
  already_video_meeting_message:
    'De deelname-instructies staan in de vergadering. U hoeft niets te doen.',
  general_error_heading: 'Dat is niet gelukt',
  general_error_message:
    'Er was een probleem bij het toevoegen van de deelname-instructies. Probeer het opnieuw.',
  management_node_down_heading: 'De deelname-instructies volgen nog',
  management_node_down_message:
    'Verstuur de vergadering zoals altijd. Iedereen krijgt de deelname-instructies zodra de dienst terug is.',
  personal_vmr_add_button: 'Mijn eigen ruimte gebruiken',
  personal_vmr_sign_in_button: 'Aanmelden om mijn eigen ruimte te gebruiken',
  personal_vmr_select_message: 'Kies de ruimte voor deze vergadering.',
  personal_vmr_none_message: 'U hebt geen eigen ruimte.',
  personal_vmr_error_getting_message:
    'Uw ruimten kunnen nu niet worden getoond. Probeer het opnieuw.',
  personal_vmr_error_inserting_meeting_message:
    'De deelname-instructies konden niet in de vergadering worden gezet. Probeer het opnieuw.',
  personal_vmr_error_signing_in_message: 'Het aanmelden is niet gelukt. Probeer het opnieuw.',
};

export const own: Own = {
  starting: 'Bezig met starten…',
  adding: 'Deelname-instructies worden toegevoegd…',
  removing: 'Deelname-instructies worden verwijderd…',
  remove_button: 'Videovergadering verwijderen',
  removed_heading: 'De videovergadering is verwijderd',
  removed_message:
    'De deelname-instructies staan niet meer in de vergadering. Wat u hebt geschreven, is onveranderd.',
  remove_failed_heading: 'Niet verwijderd',
  personal_success_message: 'De deelname-instructies van uw ruimte staan in de vergadering.',
  resource_missing:
    '{resource} staat niet meer bij de deelnemers. Zonder dat adres komt er geen videoruimte.',
  resource_button: '{resource} opnieuw uitnodigen',
  resource_back: '{resource} staat weer bij de deelnemers.',
  owner: 'Dit is de agenda van {owner}. De ruimte wordt van {owner}, niet van u.',
  owner_rooms: 'Deze ruimten zijn van u, niet van {owner}.',
  location_not_filled: 'De locatie kon niet worden ingevuld. Vul die zelf in als u dat wilt.',
  text_lost:
    'Outlook is iets kwijtgeraakt van wat er al in de vergadering stond. Ongedaan maken (Ctrl+Z) in de vergadering haalt het terug; voeg daarna de ruimte toe voordat u schrijft.',
  rooms_loading: 'Uw ruimten worden gezocht…',
  signing_in: 'Meld u aan in het venster dat is geopend.',
  sign_out_button: 'Afmelden',
  correlation: 'Voor uw beheerder: {id}',
  log: 'Logboek voor foutopsporing',
  log_copy: 'Logboek kopiëren',
  not_outlook_heading: 'Deze pagina hoort in Outlook',
  not_outlook_message:
    'Open een van uw vergaderingen in Outlook en druk daar op de knop van de invoegtoepassing.',
  not_meeting_heading: 'Hier is niets te doen',
  not_meeting_message:
    'Open een vergadering die u plant: de invoegtoepassing werkt in het venster van de vergadering.',
  too_old_heading: 'Deze Outlook is te oud',
  too_old_message:
    'De invoegtoepassing heeft een Outlook met Mailbox 1.5 of nieuwer nodig. Werk Outlook bij of gebruik Outlook op het web.',
  signed_in_heading: 'U bent aangemeld',
  signed_in_message: 'U kunt dit venster sluiten.',
  sign_in_failed_heading: 'Het aanmelden is niet gelukt',
};

export const failures: Failures = {
  body: [
    'Outlook liet de invoegtoepassing de vergadering niet lezen.',
    'Sluit dit deelvenster en open het opnieuw. Helpt dat niet, start Outlook dan opnieuw.',
  ],
  insert: [
    'Outlook nam de deelname-instructies niet aan.',
    'Klik in de tekst van de vergadering en probeer het opnieuw. Helpt dat niet, start Outlook dan opnieuw.',
  ],
  lost: [
    'De deelname-instructies zijn niet te zien in de vergadering.',
    'Kijk in de tekst van de vergadering, en probeer het opnieuw als ze er niet staan.',
  ],
  attendee: [
    'Het postvak van de videoruimte kon niet aan de deelnemers worden toegevoegd.',
    'Er is niets veranderd. Probeer het opnieuw; helpt dat niet, start Outlook dan opnieuw.',
  ],
  token: [
    'Outlook heeft niet verteld wie u bent.',
    'Probeer het opnieuw; helpt dat niet, start Outlook dan opnieuw of meld u er opnieuw aan.',
  ],
  'token-off': [
    'Deze Outlook kan niet bewijzen wie u bent op de manier die de dienst vraagt.',
    'Zeg uw beheerder dat de verificatie van de invoegtoepassing niet bij dit postvak past.',
  ],
  refused: ['De dienst heeft het verzoek niet aanvaard.', 'Vertel uw beheerder wat hier staat.'],
  clock: [
    'Het bewijs van Outlook wie u bent, geldt nu niet.',
    'Start Outlook opnieuw. Helpt dat niet, controleer dan de klok van deze computer en waarschuw uw beheerder.',
  ],
  busy: ['De dienst krijgt te veel verzoeken.', 'Wacht een minuut en probeer het opnieuw.'],
  server: [
    'De dienst heeft een probleem.',
    'Probeer het over een paar minuten opnieuw. Helpt dat niet, vertel uw beheerder dan wat hier staat.',
  ],
  answer: [
    'De dienst gaf een antwoord dat niet te begrijpen is.',
    'Probeer het opnieuw. Helpt dat niet, vertel uw beheerder dan wat hier staat.',
  ],
  network: ['De dienst is niet bereikbaar.', 'Controleer uw verbinding en probeer het opnieuw.'],
  damaged: [
    'De regel waaraan de ruimte wordt herkend, is veranderd.',
    'Verwijder de regel die met PXPS of TOK begint en de instructies eromheen, en voeg de ruimte dan opnieuw toe.',
  ],
  changed: [
    'De deelname-instructies zijn bewerkt en niet meer precies te vinden. Er is niets veranderd.',
    'Verwijder ze zelf uit de vergadering, en het postvak van de videoruimte uit de deelnemers.',
  ],
  remove: [
    'Outlook liet de invoegtoepassing de vergadering niet veranderen.',
    'Probeer het opnieuw, of verwijder de deelname-instructies zelf.',
  ],
  'remove-attendee': [
    'De deelname-instructies staan niet meer in de vergadering, maar het postvak van de videoruimte is nog uitgenodigd.',
    'Verwijder het zelf uit de deelnemers.',
  ],
  rooms: [
    'Uw ruimten kunnen nu niet worden getoond.',
    'Probeer het over een paar minuten opnieuw.',
  ],
  'sign-in': ['Het aanmelden is niet gelukt.', 'Probeer het opnieuw.'],
  popup: [
    'Het aanmeldvenster kon niet worden geopend.',
    'Sta pop-upvensters voor deze pagina toe en probeer het opnieuw.',
  ],
};
