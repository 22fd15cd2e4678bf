/** Office.context.mailbox.item: an appointment that its organiser writes. */

import { OfficeError } from '../channel';
import { method, settle, split, type Outlook } from './result';

const CUSTOM_PROPERTIES_MAX = 2500;

type Bag = Record<string, unknown>;

/** CustomProperties and RoamingSettings: read and written at once, stored when told to. */
export class Properties {
  constructor(
    private values: Bag,
    private readonly store: (values: Bag) => Promise<unknown>,
    private readonly max: number,
  ) {}

  get(name: string): unknown {
    return this.values[name];
  }

  set(name: string, value: unknown): void {
    this.values = { ...this.values, [name]: value };
  }

  remove(name: string): void {
    const { [name]: _, ...rest } = this.values;
    this.values = rest;
  }

  getAll(): Bag {
    return { ...this.values };
  }

  saveAsync(...args: unknown[]): void {
    const { options, callback } = split(args, 0);
    settle(options, callback, async () => {
      if (JSON.stringify(this.values).length > this.max)
        throw new OfficeError(9019, 'DataExceedsMaximumSize', 'The properties are too large.');
      await this.store(this.values);
    });
  }
}

function property(outlook: Outlook, name: string): Bag {
  return { getAsync: method(outlook, `${name}.getAsync`), setAsync: method(outlook, `${name}.setAsync`, 1) };
}

function recipients(outlook: Outlook, name: string): Bag {
  return { ...property(outlook, name), addAsync: method(outlook, `${name}.addAsync`, 1) };
}

function body(outlook: Outlook): Bag {
  return {
    getTypeAsync: method(outlook, 'body.getTypeAsync'),
    getAsync: method(outlook, 'body.getAsync', 1),
    setAsync: method(outlook, 'body.setAsync', 1),
    prependAsync: method(outlook, 'body.prependAsync', 1),
    setSelectedDataAsync: method(outlook, 'body.setSelectedDataAsync', 1),
  };
}

export function handlers(outlook: Outlook): Bag {
  return {
    addHandlerAsync: (event: string, handler: (args: unknown) => void, ...args: unknown[]) => {
      const { options, callback } = split(args, 0);
      settle(options, callback, async () => {
        outlook.handlers.set(event, [...(outlook.handlers.get(event) ?? []), handler]);
      });
    },
    removeHandlerAsync: (event: string, ...args: unknown[]) => {
      const { options, callback } = split(args, 0);
      settle(options, callback, async () => {
        outlook.handlers.delete(event);
      });
    },
  };
}

/** What came after Mailbox 1.5; an older Outlook does not have the members at all. */
function newer(outlook: Outlook): Bag {
  const more: Bag = {};
  if (outlook.has('1.7'))
    Object.assign(more, handlers(outlook), {
      organizer: { getAsync: method(outlook, 'organizer.getAsync') },
      recurrence: { getAsync: method(outlook, 'recurrence.getAsync') },
      seriesId: undefined,
    });
  if (outlook.has('1.8'))
    Object.assign(more, {
      getItemIdAsync: method(outlook, 'getItemIdAsync'),
      enhancedLocation: {
        getAsync: method(outlook, 'enhancedLocation.getAsync'),
        addAsync: method(outlook, 'enhancedLocation.addAsync', 1),
        removeAsync: method(outlook, 'enhancedLocation.removeAsync', 1),
      },
    });
  if (outlook.has('1.8') && outlook.context?.shared)
    more['getSharedPropertiesAsync'] = method(outlook, 'getSharedPropertiesAsync');
  if (outlook.has('1.11'))
    more['sessionData'] = {
      getAsync: method(outlook, 'sessionData.getAsync', 1),
      setAsync: method(outlook, 'sessionData.setAsync', 2),
      removeAsync: method(outlook, 'sessionData.removeAsync', 1),
    };
  return more;
}

export function makeItem(outlook: Outlook): Bag {
  return {
    itemType: 'appointment',
    subject: property(outlook, 'subject'),
    location: property(outlook, 'location'),
    start: property(outlook, 'start'),
    end: property(outlook, 'end'),
    requiredAttendees: recipients(outlook, 'requiredAttendees'),
    optionalAttendees: recipients(outlook, 'optionalAttendees'),
    body: body(outlook),
    notificationMessages: {
      addAsync: method(outlook, 'notificationMessages.addAsync', 2),
      replaceAsync: method(outlook, 'notificationMessages.replaceAsync', 2),
      removeAsync: method(outlook, 'notificationMessages.removeAsync', 1),
      getAllAsync: method(outlook, 'notificationMessages.getAllAsync'),
    },
    saveAsync: method(outlook, 'saveAsync'),
    close: () => void outlook.ask('close'),
    loadCustomPropertiesAsync: (...args: unknown[]) => {
      const { options, callback } = split(args, 0);
      settle(options, callback, async () => {
        const values = (await outlook.ask('customProperties.get')) as Bag;
        const store = (now: Bag): Promise<unknown> => outlook.ask('customProperties.set', now);
        return new Properties(values, store, CUSTOM_PROPERTIES_MAX);
      });
    },
    ...newer(outlook),
  };
}
