/** A meeting without Outlook: what the tests let the pane work on. */

import { Failure, type FailureCode } from '../failure';
import type { BodyType, List, Outlook, Person } from '../outlook';

export class Meeting implements Outlook {
  type: BodyType = 'html';
  text = '';
  lists: Record<List, Person[]> = { required: [], optional: [] };
  place = '';
  kept = '';
  organiser = '';
  calls: string[] = [];
  /** What the client makes of HTML that goes in. */
  rewrite: (html: string) => string = (html) => html;
  /** Calls that fail, by name. */
  failing = new Set<string>();

  private step(name: string, code: FailureCode): void {
    this.calls.push(name);
    if (this.failing.has(name)) throw new Failure(code, `${name} fails`);
  }
  async bodyType() {
    this.step('bodyType', 'body');
    return this.type;
  }
  async body() {
    this.step('body', 'body');
    return this.text;
  }
  async prepend(text: string) {
    this.step('prepend', 'insert');
    this.text = this.rewrite(text + this.text);
  }
  async setBody(text: string) {
    this.step('setBody', 'remove');
    this.text = text;
  }
  async attendees(list: List) {
    this.step('attendees', 'attendee');
    return this.lists[list];
  }
  async addAttendee(list: List, person: Person) {
    this.step('addAttendee', 'attendee');
    this.lists[list].push(person);
  }
  async removeAttendee(list: List, email: string) {
    this.step('removeAttendee', 'remove-attendee');
    this.lists[list] = this.lists[list].filter((p) => p.email !== email);
  }
  async location() {
    this.step('location', 'body');
    return this.place;
  }
  async setLocation(text: string) {
    this.step('setLocation', 'insert');
    this.place = text;
  }
  async note() {
    this.step('note', 'body');
    return this.kept;
  }
  async setNote(text: string) {
    this.step('setNote', 'body');
    this.kept = text;
  }
  async owner() {
    return this.organiser;
  }
}

export const MARKER = 'PXPS:-11112222-3333-4444-5555-666677778888#';
export const INSTRUCTIONS = `<p><b>Join the video meeting</b></p>
<ul>
<li>In a browser: <a href="https://join.example.com/webapp/#/?conference=meet.123456789@example.com">https://join.example.com/webapp/#/?conference=meet.123456789@example.com</a></li>
<li>From a meeting room or a SIP or H.323 device: meet.123456789@example.com</li>
<li>By number: 123456789</li>
</ul>
<p>Please leave the next line as it is; the room is found by it.</p>
${MARKER}`;
