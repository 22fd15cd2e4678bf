import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Réunion vidéo',
  description: 'Ajoutez une salle vidéo à cette réunion.',
  button_title: 'Ajouter une salle vidéo',
  success_heading: 'Votre salle vidéo est prête',
  success_message:
    'Les informations de connexion sont dans la réunion. Envoyez-la : la salle sera là à l’heure.',
  already_video_meeting_heading: 'C’est déjà une réunion vidéo',
  already_video_meeting_message:
    'Les informations de connexion sont dans la réunion. Il n’y a rien à faire.',
  general_error_heading: 'Cela n’a pas fonctionné',
  general_error_message:
    'Un problème est survenu lors de l’ajout des informations de connexion. Réessayez.',
  management_node_down_heading: 'Les informations de connexion suivront',
  management_node_down_message:
    'Envoyez la réunion comme d’habitude. Tout le monde recevra les informations de connexion dès le retour du service.',
  personal_vmr_add_button: 'Utiliser ma propre salle',
  personal_vmr_sign_in_button: 'Me connecter pour utiliser ma propre salle',
  personal_vmr_select_message: 'Choisissez la salle de cette réunion.',
  personal_vmr_none_message: 'Vous n’avez pas de salle personnelle.',
  personal_vmr_error_getting_message: 'Impossible d’afficher vos salles pour le moment. Réessayez.',
  personal_vmr_error_inserting_meeting_message:
    'Les informations de connexion n’ont pas pu être ajoutées à la réunion. Réessayez.',
  personal_vmr_error_signing_in_message: 'La connexion n’a pas fonctionné. Réessayez.',
};

export const own: Own = {
  starting: 'Démarrage…',
  adding: 'Ajout des informations de connexion…',
  removing: 'Suppression des informations de connexion…',
  remove_button: 'Supprimer la réunion vidéo',
  removed_heading: 'La réunion vidéo est supprimée',
  removed_message:
    'Les informations de connexion ne sont plus dans la réunion. Ce que vous avez écrit est inchangé.',
  remove_failed_heading: 'Non supprimée',
  personal_success_message: 'Les informations de connexion de votre salle sont dans la réunion.',
  resource_missing:
    '{resource} ne figure plus parmi les participants. Sans cette adresse, il n’y aura pas de salle vidéo.',
  resource_button: 'Inviter de nouveau {resource}',
  resource_back: '{resource} figure de nouveau parmi les participants.',
  owner: 'Ceci est le calendrier de {owner}. La salle appartiendra à {owner}, pas à vous.',
  owner_rooms: 'Ces salles sont les vôtres, pas celles de {owner}.',
  location_not_filled:
    'Le lieu n’a pas pu être rempli. Saisissez-le vous-même si vous le souhaitez.',
  text_lost:
    'Outlook a perdu une partie de ce qui était écrit dans la réunion. Annuler (Ctrl+Z) dans la réunion la rétablit ; ajoutez ensuite la salle avant d’écrire.',
  rooms_loading: 'Recherche de vos salles…',
  signing_in: 'Connectez-vous dans la fenêtre qui s’est ouverte.',
  sign_out_button: 'Me déconnecter',
  correlation: 'Pour votre administrateur : {id}',
  log: 'Journal de débogage',
  log_copy: 'Copier le journal',
  not_outlook_heading: 'Cette page s’ouvre dans Outlook',
  not_outlook_message:
    'Ouvrez l’une de vos réunions dans Outlook et appuyez-y sur le bouton du complément.',
  not_meeting_heading: 'Rien à faire ici',
  not_meeting_message:
    'Ouvrez une réunion que vous planifiez : le complément travaille dans la fenêtre de la réunion.',
  too_old_heading: 'Cet Outlook est trop ancien',
  too_old_message:
    'Le complément demande un Outlook avec Mailbox 1.5 ou plus récent. Mettez Outlook à jour ou utilisez Outlook sur le web.',
  signed_in_heading: 'Vous êtes connecté',
  signed_in_message: 'Vous pouvez fermer cette fenêtre.',
  sign_in_failed_heading: 'La connexion n’a pas fonctionné',
};

export const failures: Failures = {
  body: [
    'Outlook n’a pas laissé le complément lire la réunion.',
    'Fermez ce volet et rouvrez-le. Si cela ne suffit pas, redémarrez Outlook.',
  ],
  insert: [
    'Outlook n’a pas accepté les informations de connexion.',
    'Cliquez dans le texte de la réunion et réessayez. Si cela ne suffit pas, redémarrez Outlook.',
  ],
  lost: [
    'Les informations de connexion n’apparaissent pas dans la réunion.',
    'Regardez le texte de la réunion et réessayez si elles n’y sont pas.',
  ],
  attendee: [
    'La boîte aux lettres de la salle vidéo n’a pas pu être ajoutée aux participants.',
    'Rien n’a été modifié. Réessayez ; si cela ne suffit pas, redémarrez Outlook.',
  ],
  token: [
    'Outlook n’a pas indiqué qui vous êtes.',
    'Réessayez ; si cela ne suffit pas, redémarrez Outlook ou reconnectez-vous-y.',
  ],
  'token-off': [
    'Cet Outlook ne peut pas prouver qui vous êtes de la manière demandée par le service.',
    'Signalez à votre administrateur que l’authentification du complément ne convient pas à cette boîte aux lettres.',
  ],
  refused: [
    'Le service n’a pas accepté la demande.',
    'Transmettez à votre administrateur ce qui est écrit ici.',
  ],
  clock: [
    'La preuve de votre identité fournie par Outlook n’est pas valable en ce moment.',
    'Redémarrez Outlook. Si cela ne suffit pas, vérifiez l’heure de cet ordinateur et prévenez votre administrateur.',
  ],
  busy: ['Le service reçoit trop de demandes.', 'Attendez une minute et réessayez.'],
  server: [
    'Le service a un problème.',
    'Réessayez dans quelques minutes. Si cela ne suffit pas, transmettez à votre administrateur ce qui est écrit ici.',
  ],
  answer: [
    'Le service a donné une réponse incompréhensible.',
    'Réessayez. Si cela ne suffit pas, transmettez à votre administrateur ce qui est écrit ici.',
  ],
  network: ['Le service est injoignable.', 'Vérifiez votre connexion et réessayez.'],
  damaged: [
    'La ligne qui identifie la salle a été modifiée.',
    'Effacez la ligne qui commence par PXPS ou TOK et les informations autour d’elle, puis ajoutez de nouveau la salle.',
  ],
  changed: [
    'Les informations de connexion ont été modifiées et ne peuvent pas être retrouvées exactement. Rien n’a été modifié.',
    'Effacez-les vous-même de la réunion, et la boîte aux lettres de la salle vidéo des participants.',
  ],
  remove: [
    'Outlook n’a pas laissé le complément modifier la réunion.',
    'Réessayez ou effacez vous-même les informations de connexion.',
  ],
  'remove-attendee': [
    'Les informations de connexion ne sont plus dans la réunion, mais la boîte aux lettres de la salle vidéo est toujours invitée.',
    'Retirez-la vous-même des participants.',
  ],
  rooms: ['Impossible d’afficher vos salles pour le moment.', 'Réessayez dans quelques minutes.'],
  'sign-in': ['La connexion n’a pas fonctionné.', 'Réessayez.'],
  popup: [
    'La fenêtre de connexion n’a pas pu s’ouvrir.',
    'Autorisez les fenêtres contextuelles pour cette page et réessayez.',
  ],
};
