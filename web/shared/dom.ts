/** A little help with the document: elements from texts, never from markup. */

type Child = Node | string;
type Attributes = Record<string, string | boolean | EventListener>;

/**
 * An element with attributes and children. `onclick` and the like take a listener; `true` sets an
 * attribute without a value, `false` leaves it out.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Remembers a text between visits, where the browser lets us. */
export const memory = {
  get(key: string): string {
    try {
      return localStorage.getItem(key) ?? '';
    } catch {
      return '';
    }
  },
  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Private windows may refuse; then it is asked for again next time.
    }
  },
};
