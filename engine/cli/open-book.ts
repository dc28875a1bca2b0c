import { systemClock } from '../state/clock.ts';
import { machineFolder } from '../state/machine-folder.ts';
import type { LimitedRequest, PortalBook } from '../state/machine-ports.ts';
import { openPortalBook } from '../state/portal-book.ts';
import type { Prepared } from './prepare.ts';

type Place = Pick<Prepared, 'apart'>;

/** Folder of locks and portal book: the machine's, or that of a run that stands apart. */
export function sharedFolder({ apart }: Place): string {
  return apart ?? machineFolder(process.env);
}

/** Apart nothing is remembered of rows; what is not a sandbox has the limits of the machine all the same (DL-20). */
export async function openBook(place: Place): Promise<PortalBook> {
  const book = await openPortalBook(sharedFolder(place), systemClock);
  if (place.apart === undefined) return book;
  let machine: Promise<PortalBook> | undefined;
  const limiterOf = async ({ limit }: LimitedRequest): Promise<PortalBook> => {
    if (isSandbox(limit.key)) return book;
    machine ??= openPortalBook(machineFolder(process.env), systemClock);
    return machine;
  };
  return {
    ...book,
    charge: async (request) => (await limiterOf(request)).charge(request),
    ended: async (request, measured) => (await limiterOf(request)).ended(request, measured),
    async close() {
      await book.close();
      await (await machine)?.close();
    },
  };
}

/** `bitrix24:127.0.0.1:8124`: sandboxes are always there. */
function isSandbox(key: string): boolean {
  return /(^|:)127\.0\.0\.1(:|$)/.test(key);
}
