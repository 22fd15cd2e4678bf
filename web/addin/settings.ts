/** The integration's settings, which the server writes into the page. */

export type Method = 'EXCHANGE_USER_ID_TOKEN' | 'SSO_TOKEN' | 'NAA_TOKEN';

export interface Authentication {
  method: Method;
  client_id: string;
  authority: string;
  scope: string; // one or several, space-separated
}

export interface Settings {
  connector: number;
  manifest_version: string;
  single_use: boolean;
  personal: boolean;
  authentication: Authentication;
  debug: boolean;
  icon: string;
  texts: Record<string, string | null | undefined>;
}

const DEFAULTS: Settings = {
  connector: 0,
  manifest_version: '',
  single_use: true,
  personal: false,
  authentication: { method: 'EXCHANGE_USER_ID_TOKEN', client_id: '', authority: '', scope: '' },
  debug: false,
  icon: '',
  texts: {},
};

/** Those of the page; shipped ones where it says nothing. */
export function readSettings(page: Document): Settings {
  const block = page.getElementById('settings');
  const given = block ? (JSON.parse(block.textContent ?? '') as Partial<Settings>) : {};
  return {
    ...DEFAULTS,
    ...given,
    authentication: { ...DEFAULTS.authentication, ...given.authentication },
    texts: given.texts ?? {},
  };
}

/** The version of the manifest that Outlook opened us from: its address says so. */
export function manifestVersion(settings: Settings, query: string): string {
  return new URLSearchParams(query).get('v') ?? settings.manifest_version;
}
