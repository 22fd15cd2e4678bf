/**
 * Outlook mobile, of whose calls only reading and setting the body are promised to the online-meeting
 * button. Prepending is tried first; where it fails, the body is read and written back with the
 * instructions before it, every other character as it was.
 */

import type { BodyType, Outlook } from './outlook';

/** Puts text before what stands in a body, which may be a whole document. */
export function before(text: string, body: string, type: BodyType): string {
  const start = type === 'html' ? /<body[^>]*>/i.exec(body) : null;
  const at = start ? start.index + start[0].length : 0;
  return body.slice(0, at) + text + body.slice(at);
}

export function onMobile(outlook: Outlook): Outlook {
  return {
    ...outlook,
    bodyType: () => outlook.bodyType().catch((): BodyType => 'html'), // what it always is there
    prepend: async (text, type) => {
      const body = await outlook.body(type);
      try {
        await outlook.prepend(text, type);
      } catch (thrown) {
        if ((await outlook.body(type)) !== body) throw thrown; // it has done something all the same
        await outlook.setBody(before(text, body, type), type);
      }
    },
  };
}
