/** The marker by which the service knows a meeting; found however a mail client wrote it. */

import { visible } from './visible';

const MARKER = /(?:PXPS:-[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|TOK:-[\w-]{1,1024})#/i;
const BEGINNING = /(?:PXPS|TOK):-/i;

export type Finding = 'none' | 'whole' | 'damaged';

/** What a body holds; "damaged": something begins like a marker, but is none. */
export function findMarker(body: string, isHtml: boolean): Finding {
  const { chars } = visible(body, isHtml);
  if (MARKER.test(chars)) return 'whole';
  return BEGINNING.test(chars) ? 'damaged' : 'none';
}
