import type { Row, Value } from '../../../engine/index.ts';
import type { Around } from '../stream.ts';
import { amountOf, filled, present, tenThousandths } from '../values.ts';

/** How far a line of a plan is: done by a line of an order, and paid when that order has a bill (reference A.7). */
const statuses = {
  done_paid: 'Выполнено и оплачено',
  done: 'Выполнено',
  pending: 'Не выполнено',
} as const;

type Progress = keyof typeof statuses;

const isProgress = (text: unknown): text is Progress => typeof text === 'string' && text in statuses;
const progressOf = ({ progress }: Row): Progress => (isProgress(progress) ? progress : 'pending');

/** A card with its plans, the newest first, out of the patient's flat row and the lines of all plans. */
export function planRow(patient: Row, around: Around): Row {
  const lines = around('lines', patient['id']);
  const plans = [...Map.groupBy(lines, (line) => line['planId']).values()].map(planOf);
  return present({
    id: patient['id'],
    cardNumber: filled(patient['cardNumber']),
    plans,
    total: plans.length,
    active: plans.filter((plan) => plan['active'] === true).length,
    changedAt: patient['changedAt'],
  });
}

function planOf(lines: readonly Row[]): Row {
  const [plan = {}] = lines;
  const written = lines.filter((line) => line['lineId'] !== undefined);
  return present({
    id: plan['planId'],
    name: filled(plan['planName']),
    active: plan['active'] === true,
    createdAt: plan['createdAt'],
    stages: grouped(written, 'stageId', (ofStage) => ({
      name: ofStage[0]?.['stage'],
      elements: grouped(ofStage, 'elementId', (ofElement) => ({
        name: ofElement[0]?.['element'],
        services: ofElement.map(serviceOf),
      })),
    })),
    summary: summaryOf(written),
  });
}

/** Lines of one stage or element stand together, in the order in which it comes first. */
function grouped(
  lines: readonly Row[],
  by: string,
  group: (lines: readonly Row[]) => Readonly<Record<string, Value | undefined>>,
): readonly Row[] {
  return [...Map.groupBy(lines, (line) => line[by]).values()].map((some) => present(group(some)));
}

function serviceOf(line: Row): Row {
  return present({
    name: filled(line['service']),
    price: line['price'],
    discount: line['discount'],
    amount: amountOf(priceOf(line)),
    status: statuses[progressOf(line)],
  });
}

function summaryOf(lines: readonly Row[]): Row {
  const share = (some: readonly Row[]): Row => ({
    count: some.length,
    amount: amountOf(some.reduce((sum, line) => sum + priceOf(line), 0)),
  });
  const of = (progress: Progress): readonly Row[] => lines.filter((line) => progressOf(line) === progress);
  const [paid, done, pending] = [of('done_paid'), of('done'), of('pending')];
  const performed = paid.length + done.length;
  return {
    ...share(lines),
    done_paid: share(paid),
    done: share(done),
    pending: share(pending),
    completion_percent: lines.length === 0 ? 0 : Math.round((performed / lines.length) * 100),
  };
}

/** Price − discount in ten-thousandths. */
function priceOf({ price, discount }: Row): number {
  return tenThousandths(price) - tenThousandths(discount);
}
