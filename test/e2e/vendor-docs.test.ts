import { describe, expect, it } from 'vitest';
import { methods } from '../../connectors/bitrix24/sandbox/methods/index.ts';
import type { Portal } from '../../connectors/bitrix24/sandbox/index.ts';
import { compare, unlike, type Finding } from './vendor-docs/compare.ts';
import { allowed } from './vendor-docs/differences.ts';
import { file, readDocumentation, readSampleRows, type Documentation } from './vendor-docs/documentation.ts';
import { askForNothing, callEveryMethod, runShippedPipeline, useConnector } from './vendor-docs/tours.ts';
import { recordWire, type Exchange } from './vendor-docs/wire.ts';

const docs = readDocumentation();
if (docs === undefined)
  process.stderr.write(`not run: the methods of Bitrix24 are not at ${file} (PIPE_BITRIX24_METHODS)\n`);

it.skipIf(docs !== undefined)('the documented methods of Bitrix24 are not here to be held against', ({ skip }) =>
  skip(`not at ${file}`),
);

if (docs !== undefined) held(docs);

function held(documentation: Documentation): void {
  const seen = new Set<Finding>();

  /** What goes over the wire on a tour, all of which the sandbox has in its journal and refused none of. */
  async function travel(tour: () => Promise<Portal>): Promise<readonly Exchange[]> {
    const wire = recordWire();
    try {
      const { journal } = await tour();
      expect(journal.refusals).toEqual([]);
      expect(countsOf(wire.exchanges)).toEqual(journal.counts);
      return wire.exchanges;
    } finally {
      wire.stop();
    }
  }

  function unexplained(exchanges: readonly Exchange[]): readonly Finding[] {
    const findings = new Set(exchanges.flatMap((exchange) => compare(documentation, exchange)));
    for (const finding of findings) seen.add(finding);
    return [...findings].filter((finding) => !allowed.has(finding));
  }

  describe('held against the documentation of the vendor', () => {
    it('the shipped pipeline asks for nothing and gets nothing that is not documented', async () => {
      expect(unexplained(await travel(runShippedPipeline))).toEqual([]);
    });

    it('the connector asks for nothing and gets nothing that is not documented, whatever it does', async () => {
      expect(unexplained(await travel(useConnector))).toEqual([]);
    });

    it('every method of the sandbox answers what its page shows', async () => {
      const exchanges = await travel(() => callEveryMethod(documentation));
      expect(exchanges.filter(({ answer }) => 'error' in answer)).toEqual([]);
      expect(new Set(exchanges.map(({ method }) => method))).toEqual(new Set(Object.keys(methods)));
      expect(unexplained(exchanges)).toEqual([]);
    });

    it('what is refused has a code and a text and nothing else, alone and in a batch', async () => {
      const exchanges = await travel(askForNothing);
      expect(exchanges.filter(({ answer }) => 'error' in answer).length).toBe(4);
      expect(unexplained(exchanges)).toEqual([]);
      const batch = exchanges.find(({ method }) => method === 'batch')?.answer['result'];
      // Reference §3; the page of batch is not among those read.
      const parts = ['result', 'result_error', 'result_total', 'result_next', 'result_time'];
      expect(new Set(Object.keys(Object(batch)))).toEqual(new Set(parts));
    });

    it("a row of the vendor's sample data has no field and no type that a row of the sandbox has not", async () => {
      const exchanges = await travel(() => callEveryMethod(documentation));
      const ours = (method: string): readonly unknown[] =>
        exchanges.filter((one) => one.method === method).map(({ answer }) => answer['result']);
      const samples = readSampleRows();
      const found = Object.entries(sampledBy).map(([entity, method]) => {
        const theirs = samples[entity] ?? [];
        return [entity, theirs.length > 0, unlike(ours(method).flatMap(rowsOf), theirs)];
      });
      expect(found).toEqual([
        ['users', true, ['does not answer [].TIME_ZONE', 'does not answer [].PERSONAL_CITY']],
        ...Object.keys(sampledBy)
          .slice(1)
          .map((entity) => [entity, true, []]),
      ]);
    });

    it('the sandbox takes no parameter that is not documented', () => {
      const undocumented = Object.entries(methods).flatMap(([name, { params }]) => {
        const page = documentation.page(name);
        const known = new Set(page?.params.map((param) => param.name));
        return params.filter((param) => page && !known.has(param)).map((param) => `${name} sends ${param}`);
      });
      expect(undocumented.filter((finding) => !allowed.has(finding))).toEqual([]);
    });

    it('there is no allowed difference left that is none', () => {
      expect([...allowed].filter((difference) => !seen.has(difference))).toEqual([]);
    });
  });
}

/** Which method answers the rows the sample data has under this name. */
const sampledBy: Readonly<Record<string, string>> = {
  users: 'user.get',
  categories: 'crm.category.list',
  statuses: 'crm.status.list',
  companies: 'crm.company.get',
  contacts: 'crm.contact.get',
  leads: 'crm.lead.get',
  deals: 'crm.deal.get',
};

function rowsOf(result: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result;
  return Object(result).categories ?? [result];
}

function countsOf(exchanges: readonly Exchange[]): Readonly<Record<string, number>> {
  const commands = exchanges.filter(({ method }) => method !== 'batch');
  return Object.fromEntries(
    [...Map.groupBy(commands, ({ method }) => method)].map(([method, calls]) => [method, calls.length]),
  );
}
