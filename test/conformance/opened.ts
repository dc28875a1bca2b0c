import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { onTestFinished } from 'vitest';
import type { Connection, Connector, Sink, Source } from '../../engine/index.ts';
import { testHost } from '../support/host.ts';
import type { TestHost } from '../support/host.ts';
import type { Prepared, SinkCase, SourceCase, Subject } from './subject.ts';

/** A prepared system with a connection to it, both closed when the running test ends. */
export interface Opened {
  readonly prepared: Prepared;
  readonly connection: Connection;
  readonly host: TestHost;
}

export async function open(connector: Connector, subject: Subject): Promise<Opened> {
  const { close, ...opened } = await openUntilClosed(connector, subject);
  onTestFinished(close);
  return opened;
}

/** The same, for a test that looks at what is left after `close`. */
export async function openUntilClosed(
  connector: Connector,
  subject: Subject,
): Promise<Opened & { close(): Promise<void> }> {
  const prepared = await subject.prepare(connector);
  const host = testHost(prepared.folder ?? tmpdir(), prepared.now ?? Date.now);
  const connection = await connector.connect(prepared.settings, host);
  return {
    prepared,
    connection,
    host,
    async close() {
      await connection.close();
      await prepared.close();
    },
  };
}

/** Files and sockets this process has open, each told from those before it: `21 socket:[4711]`. */
export function openDescriptors(): ReadonlySet<string> {
  if (existsSync('/proc/self/fd')) return new Set(readdirSync('/proc/self/fd').flatMap(descriptorOf));
  const resources = process.getActiveResourcesInfo().filter((resource) => /Socket|Server|File/.test(resource));
  return new Set(resources.sort().map((resource, index) => `${index} ${resource}`));
}

/** None of the one that read the folder, which is closed by now. */
function descriptorOf(fd: string): readonly string[] {
  try {
    return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`];
  } catch {
    return [];
  }
}

export async function openSource(
  connector: Connector,
  subject: Subject,
): Promise<Opened & { readonly source: Source; readonly with: SourceCase }> {
  const opened = await open(connector, subject);
  const { source: given } = opened.prepared;
  if (!given) throw new Error(`${connector.name} is a source, but its subject prepares none`);
  const source = opened.connection.source?.(given.block);
  if (!source) throw new Error(`${connector.name} declares a source, but its connection has none`);
  return { ...opened, source, with: given };
}

export async function openSink(
  connector: Connector,
  subject: Subject,
): Promise<Opened & { readonly sink: Sink; readonly with: SinkCase; readonly entity: string }> {
  const opened = await open(connector, subject);
  const { sink: given } = opened.prepared;
  if (!given || !connector.sink) throw new Error(`${connector.name} is a sink, but its subject prepares none`);
  const sink = opened.connection.sink?.(given.block);
  if (!sink) throw new Error(`${connector.name} declares a sink, but its connection has none`);
  return { ...opened, sink, with: given, entity: connector.sink.entity(given.block) };
}

/** A signal that never aborts. */
export function running(): AbortSignal {
  return new AbortController().signal;
}

/** A signal that has aborted, with the reason it gives. */
export function stopped(): { readonly signal: AbortSignal; readonly reason: Error } {
  const reason = new Error('stopped by the test');
  return { signal: AbortSignal.abort(reason), reason };
}
