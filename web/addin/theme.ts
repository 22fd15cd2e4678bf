/** Light or dark: as Outlook is, or else as the system is. High contrast is the browser's own matter. */

import { useEffect, useState } from 'react';
import { isSupported } from './outlook';

const DARK = '(prefers-color-scheme: dark)';

/** True for a dark colour such as "#1f1f1f"; undefined when it is none. */
export function isDarkColor(color: string): boolean | undefined {
  const hex = /^#?([\da-f]{2})([\da-f]{2})([\da-f]{2})/i.exec(color);
  if (!hex) return undefined;
  const [red, green, blue] = hex.slice(1, 4).map((part) => parseInt(part, 16)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}

function isDark(): boolean {
  const office = typeof Office === 'undefined' ? undefined : Office.context?.officeTheme;
  return isDarkColor(office?.bodyBackgroundColor ?? '') ?? matchMedia(DARK).matches;
}

/** Follows changes of the system's and, where Outlook tells of them, of Outlook's theme. */
export function useDark(ready: boolean): boolean {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const update = () => setDark(isDark());
    const system = matchMedia(DARK);
    update();
    system.addEventListener('change', update);
    if (ready && isSupported('Mailbox', '1.14'))
      Office.context.mailbox.addHandlerAsync(Office.EventType.OfficeThemeChanged, update);
    return () => system.removeEventListener('change', update);
  }, [ready]);
  return dark;
}
