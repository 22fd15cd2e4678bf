import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const told = vi.fn();
beforeEach(() => {
  vi.resetModules();
  told.mockReset();
  document.body.innerHTML = '<h1 id="heading"></h1><p id="message"></p>';
  vi.stubGlobal('Office', {
    onReady: async () => undefined,
    context: { ui: { messageParent: told } },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  history.replaceState(null, '', '/');
});

async function open(address: string) {
  history.replaceState(null, '', address);
  await import('../signed-in');
  await vi.waitFor(() => expect(told).toHaveBeenCalled());
}

test('the pane is given the code', async () => {
  await open('/signed-in.html#code=c0de-1');
  expect(told).toHaveBeenCalledWith('signed-in: c0de-1');
  expect(document.title).toBe('You are signed in');
});

test('the pane is told why it did not work; the reason is a text, never markup', async () => {
  await open(`/signed-in.html?error=${encodeURIComponent('<img src=x onerror=alert(1)> no')}`);
  expect(told).toHaveBeenCalledWith('failed: <img src=x onerror=alert(1)> no');
  expect(document.querySelector('img')).toBeNull();
  expect(document.title).toBe('Signing in did not work');
});

test('an address without code is no sign-in', async () => {
  await open('/signed-in.html');
  expect(told).toHaveBeenCalledWith('failed: ');
});
