import type { Failures, Own, Shipped } from './texts';

export const shipped: Shipped = {
  title: 'Reunión de vídeo',
  description: 'Añada una sala de vídeo a esta reunión.',
  button_title: 'Añadir una sala de vídeo',
  success_heading: 'Su sala de vídeo está lista',
  success_message:
    'Las instrucciones para unirse están en la reunión. Envíela y la sala estará a tiempo.',
  already_video_meeting_heading: 'Ya es una reunión de vídeo',
  already_video_meeting_message:
    'Las instrucciones para unirse están en la reunión. No hay nada que hacer.',
  general_error_heading: 'No ha funcionado',
  general_error_message:
    'Hubo un problema al añadir las instrucciones para unirse. Inténtelo de nuevo.',
  management_node_down_heading: 'Las instrucciones llegarán después',
  management_node_down_message:
    'Envíe la reunión como siempre. Todos recibirán las instrucciones para unirse en cuanto vuelva el servicio.',
  personal_vmr_add_button: 'Usar mi propia sala',
  personal_vmr_sign_in_button: 'Iniciar sesión para usar mi propia sala',
  personal_vmr_select_message: 'Elija la sala para esta reunión.',
  personal_vmr_none_message: 'No tiene ninguna sala propia.',
  personal_vmr_error_getting_message:
    'Ahora mismo no se pueden mostrar sus salas. Inténtelo de nuevo.',
  personal_vmr_error_inserting_meeting_message:
    'No se pudieron poner las instrucciones en la reunión. Inténtelo de nuevo.',
  personal_vmr_error_signing_in_message: 'No se pudo iniciar la sesión. Inténtelo de nuevo.',
};

export const own: Own = {
  starting: 'Iniciando…',
  adding: 'Añadiendo las instrucciones para unirse…',
  removing: 'Quitando las instrucciones para unirse…',
  remove_button: 'Quitar la reunión de vídeo',
  removed_heading: 'La reunión de vídeo se ha quitado',
  removed_message:
    'Las instrucciones ya no están en la reunión. Lo que usted escribió no ha cambiado.',
  remove_failed_heading: 'No se ha quitado',
  personal_success_message: 'Las instrucciones para unirse a su sala están en la reunión.',
  resource_missing:
    '{resource} ya no está entre los asistentes. Sin esa dirección no habrá sala de vídeo.',
  resource_button: 'Volver a invitar a {resource}',
  resource_back: '{resource} vuelve a estar entre los asistentes.',
  owner: 'Este es el calendario de {owner}. La sala será de {owner}, no de usted.',
  owner_rooms: 'Estas salas son de usted, no de {owner}.',
  location_not_filled: 'No se pudo rellenar la ubicación. Escríbala usted si la desea.',
  text_lost:
    'Outlook ha perdido parte de lo que había escrito en la reunión. Deshacer (Ctrl+Z) en la reunión lo recupera; después añada la sala antes de escribir.',
  rooms_loading: 'Buscando sus salas…',
  signing_in: 'Inicie sesión en la ventana que se ha abierto.',
  sign_out_button: 'Cerrar sesión',
  correlation: 'Para su administrador: {id}',
  log: 'Registro de depuración',
  log_copy: 'Copiar el registro',
  not_outlook_heading: 'Esta página se abre en Outlook',
  not_outlook_message:
    'Abra una de sus reuniones en Outlook y pulse allí el botón del complemento.',
  not_meeting_heading: 'Aquí no hay nada que hacer',
  not_meeting_message:
    'Abra una reunión que esté planificando: el complemento trabaja en la ventana de la reunión.',
  too_old_heading: 'Este Outlook es demasiado antiguo',
  too_old_message:
    'El complemento necesita un Outlook con Mailbox 1.5 o posterior. Actualice Outlook o use Outlook en la Web.',
  signed_in_heading: 'Ha iniciado sesión',
  signed_in_message: 'Puede cerrar esta ventana.',
  sign_in_failed_heading: 'No se pudo iniciar la sesión',
};

export const failures: Failures = {
  body: [
    'Outlook no dejó que el complemento leyera la reunión.',
    'Cierre este panel y vuelva a abrirlo. Si no sirve, reinicie Outlook.',
  ],
  insert: [
    'Outlook no aceptó las instrucciones para unirse.',
    'Haga clic en el texto de la reunión e inténtelo de nuevo. Si no sirve, reinicie Outlook.',
  ],
  lost: [
    'Las instrucciones para unirse no aparecen en la reunión.',
    'Mire el texto de la reunión e inténtelo de nuevo si no están.',
  ],
  attendee: [
    'No se pudo añadir el buzón de la sala de vídeo a los asistentes.',
    'No se ha cambiado nada. Inténtelo de nuevo; si no sirve, reinicie Outlook.',
  ],
  token: [
    'Outlook no dijo quién es usted.',
    'Inténtelo de nuevo; si no sirve, reinicie Outlook o vuelva a iniciar sesión en él.',
  ],
  'token-off': [
    'Este Outlook no puede demostrar quién es usted de la forma que pide el servicio.',
    'Diga a su administrador que la autenticación del complemento no es adecuada para este buzón.',
  ],
  refused: ['El servicio no aceptó la petición.', 'Diga a su administrador lo que pone aquí.'],
  clock: [
    'La prueba de Outlook de quién es usted no es válida ahora.',
    'Reinicie Outlook. Si no sirve, compruebe la hora de este equipo y avise a su administrador.',
  ],
  busy: ['El servicio recibe demasiadas peticiones.', 'Espere un minuto e inténtelo de nuevo.'],
  server: [
    'El servicio tiene un problema.',
    'Inténtelo de nuevo en unos minutos. Si no sirve, diga a su administrador lo que pone aquí.',
  ],
  answer: [
    'El servicio dio una respuesta sin sentido.',
    'Inténtelo de nuevo. Si no sirve, diga a su administrador lo que pone aquí.',
  ],
  network: ['No se puede acceder al servicio.', 'Compruebe su conexión e inténtelo de nuevo.'],
  damaged: [
    'La línea por la que se encuentra la sala ha cambiado.',
    'Borre la línea que empieza por PXPS o TOK y las instrucciones que la rodean, y vuelva a añadir la sala.',
  ],
  changed: [
    'Las instrucciones se han modificado y no se pueden encontrar con exactitud. No se ha cambiado nada.',
    'Bórrelas usted de la reunión, y el buzón de la sala de vídeo de los asistentes.',
  ],
  remove: [
    'Outlook no dejó que el complemento cambiara la reunión.',
    'Inténtelo de nuevo o borre usted las instrucciones.',
  ],
  'remove-attendee': [
    'Las instrucciones ya no están en la reunión, pero el buzón de la sala de vídeo sigue invitado.',
    'Bórrelo usted de los asistentes.',
  ],
  rooms: ['Ahora mismo no se pueden mostrar sus salas.', 'Inténtelo de nuevo en unos minutos.'],
  'sign-in': ['No se pudo iniciar la sesión.', 'Inténtelo de nuevo.'],
  popup: [
    'No se pudo abrir la ventana para iniciar sesión.',
    'Permita las ventanas emergentes de esta página e inténtelo de nuevo.',
  ],
};
