/** Wall clocks of Windows time zones, as date-time inputs and Exchange use them. */

import type { Zone } from './api';

const MINUTE_MS = 60000;

/** "2026-11-23T09:57" as the clock shows it there. */
export function wallClock(at: Date, iana: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: iana,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The instant at which the clock there shows it; in a gap or an overlap one of those around. */
export function instant(clock: string, iana: string): Date {
  const asUtc = (text: string): number => Date.parse(`${text}:00Z`);
  let at = asUtc(clock);
  for (let i = 0; i < 2; i++) at += asUtc(clock) - asUtc(wallClock(new Date(at), iana));
  return new Date(at);
}

export function later(clock: string, minutes: number): string {
  return new Date(Date.parse(`${clock}:00Z`) + minutes * MINUTE_MS).toISOString().slice(0, 16);
}

export function minutesBetween(from: string, to: string): number {
  return (Date.parse(`${to}:00Z`) - Date.parse(`${from}:00Z`)) / MINUTE_MS;
}

/** The Windows zone of this browser; UTC where there is none for it. */
export function ownZone(zones: Zone[]): Zone {
  const iana = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zones.find((z) => z.iana === iana) ?? { windows: 'UTC', iana: 'UTC' };
}
