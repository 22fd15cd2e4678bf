/** What can go wrong, in one type: a code for the program, a detail for people and the log. */

export type FailureCode =
  | 'body' // the meeting's text cannot be read
  | 'insert' // ... or not be written
  | 'lost' // Outlook said it was written, but it is not there
  | 'attendee' // the equipment resource cannot be added
  | 'token' // Outlook gives no proof of who the user is
  | 'token-off' // ... because this kind of proof is switched off
  | 'refused' // the service said no
  | 'clock' // the service said no: token not valid yet, or not any more
  | 'busy' // too many requests
  | 'server' // the service failed
  | 'answer' // the service answered something that is no answer
  | 'network' // the service cannot be reached
  | 'damaged' // the meeting holds a marker that somebody edited
  | 'changed' // what was inserted cannot be found exactly any more
  | 'remove' // it was found but cannot be taken out
  | 'remove-attendee' // it was taken out, the attendee not
  | 'rooms' // the personal rooms cannot be listed
  | 'sign-in' // signing in failed
  | 'popup'; // the sign-in window was blocked

export class Failure extends Error {
  constructor(
    readonly code: FailureCode,
    /** One sentence in the words of whoever failed; may be empty. */
    readonly detail = '',
    /** Finds the server's log lines. */
    readonly correlation = '',
  ) {
    super(detail || code);
    this.name = 'Failure';
  }
}

/** Any thrown thing as a Failure; `code` when it is not one yet. */
export function failure(thrown: unknown, code: FailureCode): Failure {
  if (thrown instanceof Failure) return thrown;
  return new Failure(code, thrown instanceof Error ? thrown.message : String(thrown));
}
