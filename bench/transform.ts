import { isDeepStrictEqual } from 'node:util';
import jsonata from 'jsonata';
import type { ExpressionText } from '../engine/config/pipeline.ts';
import type { Row, Value } from '../engine/connector.ts';
import { isExpression, readExpression } from '../engine/transform/expression.ts';
import { plain } from '../engine/transform/values.ts';

/**
 * Records mapped per second: 26 expressions of a clinic's mapping over an invented visit, against JSONata alone. Both
 * must give the same record. `node bench/transform.ts [--quick]`; the last line of stdout is the result.
 */
const expressions: Readonly<Record<string, string>> = {
  id: '"F" & $params.filial & "_" & id',
  patient: '"F" & $params.filial & "_P" & patient.id',
  branch: '$exists(branch.name) ? branch.name : "Не указан"',
  surname: 'patient.surname',
  name: 'patient.name',
  patronymic: 'patient.patronymic',
  fullName: '$join([patient.surname, patient.name, patient.patronymic], " ")',
  card: 'patient.cardNumber',
  comment: 'comment',
  armchair: 'armchair',
  status: 'status',
  isFinal: 'status in $params.final',
  start: '$substring(planStart, 0, 10)',
  doctor: 'doctor.surname & " " & $substring(doctor.name, 0, 1) & "."',
  speciality: '$lowercase(doctor.speciality)',
  services: '$join(items.name, ", ")',
  count: '$count(items)',
  rows: '[items.{ "NAME": name, "PRICE": price - (discount ? discount / count : 0), "QUANTITY": count }]',
  amount: 'amount',
  advance: 'balance > 0 ? balance : 0',
  debt: 'balance < 0 ? -balance : 0',
  first: 'visits.first',
  visits: 'visits.count',
  isNew: 'visits.count = 0 or $not($exists(visits))',
  text: '$string(amount) & " RUB"',
  absent: 'cancelReason ?? "–"',
};

const variables = { params: { filial: 2, final: ['Завершен', 'Отменен'] } };
const seconds = process.argv.includes('--quick') ? 1 : 5;

const names = Object.keys(expressions);
const ours = names.map((name) => {
  const expression = readExpression(textOf(expressions[name] ?? ''), name);
  if (!isExpression(expression)) throw new Error(`${name}: ${expression.code}`);
  return expression.evaluate;
});
const theirs = names.map((name) => jsonata(expressions[name] ?? ''));

async function mapOurs(row: Row): Promise<Row> {
  const record: Record<string, Value> = {};
  for (const [i, evaluate] of ours.entries()) {
    const given = evaluate(row, variables);
    const value = given instanceof Promise ? await given : given;
    if (value !== undefined) record[names[i] ?? ''] = value;
  }
  return record;
}

async function mapTheirs(row: Row): Promise<Row> {
  const record: Record<string, Value> = {};
  for (const [i, expression] of theirs.entries()) {
    const value = plain(await expression.evaluate(row, variables));
    if (value !== undefined) record[names[i] ?? ''] = value;
  }
  return record;
}

async function recordsPerSecond(map: (row: Row) => Promise<Row>): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let records = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 100; i++) await map(visit(records + i));
    records += 100;
  }
  return Math.round(records / seconds);
}

function visit(id: number): Row {
  return {
    id,
    status: id % 3 === 0 ? 'Завершен' : 'Запланирован',
    planStart: '2026-03-01T10:00:00',
    armchair: String(id % 4),
    amount: 100 * (id % 50),
    balance: (id % 7) - 3,
    branch: { id: 1 },
    patient: { id: id % 500, surname: 'Ёлкина', name: 'Анна', cardNumber: `К-${id}` },
    doctor: { surname: 'Врачёв', name: 'Иван', speciality: 'Терапевт' },
    visits: { count: id % 5, first: '2020-01-02' },
    items: [
      { name: 'Осмотр', price: 1000, count: 1 },
      { name: 'Снимок', price: 700, count: 2, discount: 50 },
    ],
  };
}

function textOf(text: string): ExpressionText {
  return { text, place: (offset = 0) => ({ file: 'bench', line: 1, column: offset + 1 }) };
}

for (let id = 0; id < 200; id++) {
  if (isDeepStrictEqual(await mapOurs(visit(id)), await mapTheirs(visit(id)))) continue;
  throw new Error(`record ${id} is not what JSONata makes of it`);
}
await recordsPerSecond(mapOurs);
const measured = { ours: await recordsPerSecond(mapOurs), reference: await recordsPerSecond(mapTheirs) };
console.log(
  JSON.stringify({ name: 'transform', unit: 'records/s', ...measured, ratio: measured.ours / measured.reference }),
);
