/** English: the list of texts there are. Those in `shipped` can be replaced by the integration. */

import type { FailureCode } from '../failure';

export const shipped = {
  title: 'Video meeting',
  description: 'Add a video room to this meeting.',
  button_title: 'Add a video room',
  success_heading: 'Your video room is ready',
  success_message:
    'The joining instructions are in the meeting. Send it, and the room will be there in time.',
  already_video_meeting_heading: 'This is a video meeting already',
  already_video_meeting_message:
    'The joining instructions are in the meeting. There is nothing to do.',
  general_error_heading: 'That did not work',
  general_error_message: 'There was a problem adding the joining instructions. Please try again.',
  management_node_down_heading: 'Joining instructions will follow',
  management_node_down_message:
    'Send the meeting as usual. The joining instructions reach everyone as soon as the service is back.',
  personal_vmr_add_button: 'Use my own room',
  personal_vmr_sign_in_button: 'Sign in to use my own room',
  personal_vmr_select_message: 'Choose the room for this meeting.',
  personal_vmr_none_message: 'You have no room of your own.',
  personal_vmr_error_getting_message: 'Your rooms cannot be listed just now. Please try again.',
  personal_vmr_error_inserting_meeting_message:
    'The joining instructions could not be put into the meeting. Please try again.',
  personal_vmr_error_signing_in_message: 'Signing in did not work. Please try again.',
};

export const own = {
  starting: 'Starting…',
  adding: 'Adding the joining instructions…',
  removing: 'Removing the joining instructions…',
  remove_button: 'Remove the video meeting',
  removed_heading: 'The video meeting is removed',
  removed_message: 'The joining instructions are out of the meeting. What you wrote is unchanged.',
  remove_failed_heading: 'Not removed',
  personal_success_message: 'The joining instructions of your room are in the meeting.',
  resource_missing:
    '{resource} is not among the attendees any more. Without it there will be no video room.',
  resource_button: 'Invite {resource} again',
  resource_back: '{resource} is among the attendees again.',
  owner: 'This is the calendar of {owner}. The room will belong to {owner}, not to you.',
  owner_rooms: 'These rooms are yours, not those of {owner}.',
  location_not_filled: 'The location could not be filled in. Enter it yourself if you want one.',
  text_lost:
    'Outlook has dropped some of what was written in the meeting before. Undo (Ctrl+Z) in the meeting brings it back; then add the room before you write.',
  rooms_loading: 'Looking for your rooms…',
  signing_in: 'Sign in in the window that has opened.',
  sign_out_button: 'Sign out',
  correlation: 'For your administrator: {id}',
  log: 'Debug log',
  log_copy: 'Copy the log',
  not_outlook_heading: 'This page belongs in Outlook',
  not_outlook_message: 'Open a meeting of yours in Outlook and press the add-in’s button there.',
  not_meeting_heading: 'Nothing to do here',
  not_meeting_message:
    'Open a meeting that you are planning: the add-in works in the meeting’s window.',
  too_old_heading: 'This Outlook is too old',
  too_old_message:
    'The add-in needs an Outlook with Mailbox 1.5 or later. Update Outlook, or use Outlook on the web.',
  signed_in_heading: 'You are signed in',
  signed_in_message: 'You can close this window.',
  sign_in_failed_heading: 'Signing in did not work',
};

/** Per kind of failure: what happened, and what to do next. */
export const failures: Record<FailureCode, [what: string, next: string]> = {
  body: [
    'Outlook did not let the add-in read the meeting.',
    'Close this pane and open it again. If that does not help, restart Outlook.',
  ],
  insert: [
    'Outlook did not take the joining instructions.',
    'Click into the text of the meeting and try again. If that does not help, restart Outlook.',
  ],
  lost: [
    'The joining instructions do not show in the meeting.',
    'Look at the text of the meeting, and try again if they are not there.',
  ],
  attendee: [
    'The video room’s mailbox could not be added to the attendees.',
    'Nothing was changed. Try again; if that does not help, restart Outlook.',
  ],
  token: [
    'Outlook did not tell who you are.',
    'Try again; if that does not help, restart Outlook or sign in to it again.',
  ],
  'token-off': [
    'This Outlook cannot prove who you are in the way that the service asks for.',
    'Tell your administrator: the integration’s add-in authentication does not fit this mailbox.',
  ],
  refused: [
    'The service did not accept the request.',
    'Tell your administrator what is written here.',
  ],
  clock: [
    'Outlook’s proof of who you are is not valid now.',
    'Restart Outlook. If that does not help, check the clock of this computer and tell your administrator.',
  ],
  busy: ['The service gets too many requests.', 'Wait a minute and try again.'],
  server: [
    'The service has a problem.',
    'Try again in a few minutes. If that does not help, tell your administrator what is written here.',
  ],
  answer: [
    'The service gave an answer that makes no sense.',
    'Try again. If that does not help, tell your administrator what is written here.',
  ],
  network: ['The service cannot be reached.', 'Check your connection and try again.'],
  damaged: [
    'The line by which the room is found has been changed.',
    'Delete the line that begins with PXPS or TOK and the instructions around it, then add the room again.',
  ],
  changed: [
    'The joining instructions were edited and cannot be found exactly. Nothing was changed.',
    'Delete them from the meeting by hand, and the video room’s mailbox from the attendees.',
  ],
  remove: [
    'Outlook did not let the add-in change the meeting.',
    'Try again, or delete the joining instructions by hand.',
  ],
  'remove-attendee': [
    'The joining instructions are out of the meeting, but the video room’s mailbox is still invited.',
    'Delete it from the attendees by hand.',
  ],
  rooms: ['Your rooms cannot be listed just now.', 'Try again in a few minutes.'],
  'sign-in': ['Signing in did not work.', 'Try again.'],
  popup: [
    'The window for signing in could not be opened.',
    'Allow pop-up windows for this page, and try again.',
  ],
};
