import { createRequire } from 'node:module';

/** What these tests use of amocrm-js; its own declarations do not pass our compiler (EmbeddedEntityList.d.ts). */
export interface VendorClient {
  readonly request: {
    get(path: string, query?: object): Promise<{ readonly data: unknown }>;
    make(verb: string, path: string, body?: object): Promise<{ readonly data: unknown }>;
  };
  readonly token: { getValue(): { readonly refresh_token: string } | undefined };
  readonly contacts: {
    create(items: readonly object[]): Promise<readonly { readonly id: number }[]>;
    getById(id: number): Promise<VendorContact>;
    get(criteria: object): Promise<VendorPages>;
  };
  readonly leads: { update(items: readonly object[]): Promise<unknown> };
  readonly Lead: new (attributes: object) => { save(): Promise<unknown> };
}

export interface VendorContact {
  name: string;
  save(): Promise<unknown>;
}

export interface VendorPages {
  getData(): readonly VendorContact[];
  next(): Promise<unknown>;
}

const require = createRequire(import.meta.url);

/** The client as it is published; a CommonJS module. */
export const { Client } = require('amocrm-js') as { readonly Client: new (options: object) => VendorClient };
