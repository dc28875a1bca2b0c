import { expect, onTestFinished, test } from 'vitest';
import { sandbox } from './sandbox.ts';
import { noon } from './open-for-test.ts';

test('the sandbox starts with invented records, the same for the same seed, and a manager changes some', async () => {
  const start = async (): ReturnType<typeof sandbox.start> => {
    const running = await sandbox.start({ seed: 7, size: 20, now: () => noon });
    onTestFinished(() => running.close());
    return running;
  };
  const [one, two] = [await start(), await start()];
  expect(await one.counts?.()).toEqual({ contact: 20, deal: 20, lead: 4, company: 0 });
  const truth = async (running: typeof one, what: string): Promise<unknown> => {
    const webhook = String(running.settings['webhook']);
    return (await fetch(new URL(`/sandbox/truth/${what}`, webhook))).json();
  };
  for (const [what, count] of Object.entries({
    contacts: 20,
    product: 10,
    contract: 5,
    room: 2,
    users: 10,
    'list/77': 27,
  })) {
    expect(await truth(one, what)).toHaveLength(count);
    expect(await truth(one, what)).toEqual(await truth(two, what));
  }
  expect(await one.change?.(3)).toBe(3);
});
