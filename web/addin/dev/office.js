/*
 * A stand-in for office.js, to look at the built pane without Outlook: `npm run try` in web/.
 * What the meeting is like is in the page's address:
 *
 *	body=<text>   what the user wrote       plain       a plain text meeting
 *	fail=<a,b>    calls that fail           slow=<ms>   every call takes so long
 *	lang=<tag>    Outlook's language        theme=dark  Outlook's theme
 *	sets=<n>      Mailbox 1.<n>             owner=<x>   somebody else's calendar
 *	press=<ids>   buttons pressed one after the other, by id
 */
(function () {
  'use strict';
  const asked = new URLSearchParams(location.search);
  const fail = (asked.get('fail') || '').split(',');
  const state = {
    body: asked.get('body') ?? '<p>Agenda</p>',
    location: '',
    lists: { required: [], optional: [] },
    kept: {},
  };
  window.tried = state;

  const answer = (name, callback, act) =>
    setTimeout(
      () => {
        if (fail.includes(name))
          callback({
            status: 'failed',
            error: { code: 9020, name: 'GenericError', message: name + ' fails' },
          });
        else callback({ status: 'succeeded', value: act() });
      },
      Number(asked.get('slow') ?? 5),
    );
  const last = (args) => args[args.length - 1];
  const recipients = (list) => ({
    getAsync: (...a) => answer('getAttendees', last(a), () => state.lists[list]),
    addAsync: (people, ...a) =>
      answer('addAttendee', last(a), () => void state.lists[list].push(...people)),
    setAsync: (people, ...a) =>
      answer('setAttendees', last(a), () => void (state.lists[list] = people)),
  });
  const item = {
    itemType: 'appointment',
    body: {
      getTypeAsync: (...a) =>
        answer('getType', last(a), () => (asked.has('plain') ? 'text' : 'html')),
      getAsync: (type, ...a) => answer('getBody', last(a), () => state.body),
      prependAsync: (text, ...a) =>
        answer('prepend', last(a), () => void (state.body = text + state.body)),
      setAsync: (text, ...a) => answer('setBody', last(a), () => void (state.body = text)),
    },
    requiredAttendees: recipients('required'),
    optionalAttendees: recipients('optional'),
    location: {
      getAsync: (...a) => answer('getLocation', last(a), () => state.location),
      setAsync: (text, ...a) => answer('setLocation', last(a), () => void (state.location = text)),
    },
    organizer: {
      getAsync: (...a) =>
        answer('organizer', last(a), () => ({
          displayName: asked.get('owner') ?? '',
          emailAddress: asked.has('owner') ? 'other@example.com' : 'me@example.com',
        })),
    },
    getSharedPropertiesAsync: (...a) =>
      asked.has('owner')
        ? answer('shared', last(a), () => ({ owner: asked.get('owner') }))
        : last(a)({ status: 'failed', error: { code: 9030, name: 'x', message: 'not shared' } }),
    loadCustomPropertiesAsync: (...a) =>
      answer('properties', last(a), () => ({
        get: (name) => state.kept[name],
        set: (name, value) => (state.kept[name] = value),
        remove: (name) => delete state.kept[name],
        saveAsync: (done) => answer('saveProperties', done, () => undefined),
      })),
  };
  window.Office = {
    AsyncResultStatus: { Failed: 'failed', Succeeded: 'succeeded' },
    CoercionType: { Html: 'html', Text: 'text' },
    HostType: { Outlook: 'Outlook' },
    EventType: {
      DialogMessageReceived: 'message',
      DialogEventReceived: 'event',
      OfficeThemeChanged: 'theme',
    },
    onReady: () =>
      new Promise((resolve) => {
        if (fail.includes('ready')) return;
        setTimeout(() => resolve({ host: fail.includes('host') ? null : 'Outlook' }), 20);
      }),
    context: {
      displayLanguage: asked.get('lang') ?? 'en-GB',
      diagnostics: { platform: 'try', version: '0' },
      requirements: {
        isSetSupported: (set, version) =>
          set === 'Mailbox' && Number(version.split('.')[1]) <= Number(asked.get('sets') ?? 13),
      },
      officeTheme: asked.has('theme')
        ? { bodyBackgroundColor: asked.get('theme') === 'dark' ? '#1f1f1f' : '#ffffff' }
        : undefined,
      mailbox: {
        item: fail.includes('item') ? undefined : item,
        userProfile: { emailAddress: 'me@example.com' },
        addHandlerAsync: () => undefined,
        getUserIdentityTokenAsync: (...a) => answer('token', last(a), () => 'eyJ0.eyJ1.c2ln'),
      },
      ui: {
        displayDialogAsync: (url, ...a) =>
          answer('dialog', last(a), () => {
            const handlers = {};
            setTimeout(
              () =>
                handlers.message?.({
                  message: fail.includes('sign-in') ? 'failed: access_denied' : 'signed-in: code',
                }),
              50,
            );
            return { addEventHandler: (type, f) => (handlers[type] = f), close: () => undefined };
          }),
        messageParent: () => undefined,
      },
    },
  };

  const settle = (id) =>
    new Promise((resolve) => {
      const look = setInterval(() => {
        const button = document.getElementById(id);
        if (!button || button.getAttribute('aria-disabled') === 'true') return;
        clearInterval(look);
        button.click();
        setTimeout(resolve, 100);
      }, 20);
    });
  (asked.get('press') ?? '')
    .split(',')
    .filter(Boolean)
    .reduce((before, id) => before.then(() => settle(id)), Promise.resolve());
})();
