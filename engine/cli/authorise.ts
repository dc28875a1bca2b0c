import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Authorisation, Host } from '../connector.ts';
import { makeHost } from '../run/host.ts';
import { systemClock } from '../state/clock.ts';
import { machineFolder } from '../state/machine-folder.ts';
import { openPortalBook } from '../state/portal-book.ts';
import { isLoopback, openCallback } from './callback.ts';
import type { CallbackPages } from './callback.ts';
import { cliErrors } from './errors.ts';
import { lookAt } from './prepare.ts';
import type { Prepared } from './prepare.ts';
import { runClock } from './run-clock.ts';
import { ownTokens } from './secrets.ts';

/** What somebody has to do now: open `url`, and with `paste` bring back where it leads. */
export interface LoginStep {
  readonly url: string;
  readonly redirectUri: string;
  readonly minutes: number;
  readonly paste: boolean;
}

export interface LoginOptions {
  /** A code that is at hand, alone or in the address it came with. */
  readonly code?: string | undefined;
  readonly pages: CallbackPages;
  readonly signal: AbortSignal;
  tell(step: LoginStep): void;
  /** The code or the address from whoever runs us; undefined: nothing came. */
  ask(): Promise<string | undefined>;
}

const patienceMs = 10 * 60_000;

/** Logs in to a connection through a browser: when it resolves, its tokens are kept. */
export async function authorise(prepared: Prepared, name: string, options: LoginOptions): Promise<void> {
  const { pipeline } = prepared.compiled;
  const book = await openPortalBook(machineFolder(process.env), systemClock);
  const host = makeHost({
    folder: pipeline.folder,
    clock: runClock,
    book,
    tokens: ownTokens(),
    priority: 'event',
    emit: () => undefined,
    usage: { requests: 0, limitedMs: 0 },
  });
  try {
    const authorisation = await authorisationOf(prepared, name, host);
    if (options.code === undefined) await logIn(authorisation, options);
    else await authorisation.redeem(authorisation.codeOf(answerIn(options.code)), options.signal);
  } finally {
    await book.close();
  }
}

/** Before anything is asked for that such a login would not need. */
export async function requireBrowserLogin(file: string, name: string): Promise<void> {
  const { pipeline, connectors } = await lookAt(file, undefined);
  const connector = connectors.get(pipeline.connections.get(name)?.connector ?? '');
  if (connector && !connector.authorise)
    throw cliErrors.no_browser_login.error({ connector: connector.name, connection: name });
}

async function authorisationOf({ compiled, connectors }: Prepared, name: string, host: Host): Promise<Authorisation> {
  const spec = compiled.pipeline.connections.get(name);
  const connector = connectors.get(spec?.connector ?? '');
  if (!spec || !connector?.authorise) throw new Error(`connection ${name} has no login`);
  return await connector.authorise(spec.settings, host);
}

async function logIn(authorisation: Authorisation, options: LoginOptions): Promise<void> {
  const state = randomBytes(32).toString('base64url');
  const address = new URL(authorisation.redirectUri);
  const step = { url: authorisation.url(state), redirectUri: authorisation.redirectUri };
  const redeem = async (answer: URLSearchParams) => authorisation.redeem(authorisation.codeOf(answer), options.signal);
  if (!isLoopback(address)) {
    options.tell({ ...step, minutes: authorisation.codeLastsMs / 60_000, paste: true });
    return redeem(await pasted(options, state));
  }
  const isOurs = (answer: URLSearchParams) => isSame(answer.get('state') ?? '', state);
  const patience = AbortSignal.timeout(patienceMs);
  const signal = AbortSignal.any([options.signal, patience]);
  const callback = await openCallback(address, { isOurs, take: redeem, pages: options.pages, signal });
  try {
    options.tell({ ...step, minutes: patienceMs / 60_000, paste: false });
    await callback.taken();
  } catch (thrown) {
    if (thrown === patience.reason) throw cliErrors.login_timed_out.error({ minutes: patienceMs / 60_000 });
    throw thrown;
  } finally {
    await callback.close();
  }
}

async function pasted({ ask }: LoginOptions, state: string): Promise<URLSearchParams> {
  const text = (await ask())?.trim();
  if (!text) throw cliErrors.no_code.error({});
  const answer = answerIn(text);
  // A code by itself came from the integration's own page, or somebody has cut it out.
  if (answer.has('state') && !isSame(answer.get('state') ?? '', state)) throw cliErrors.other_login.error({});
  return answer;
}

function answerIn(given: string): URLSearchParams {
  const [text = ''] = given.split('#');
  const mark = text.indexOf('?');
  return mark < 0 ? new URLSearchParams({ code: text }) : new URLSearchParams(text.slice(mark + 1));
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
