import type sql from 'mssql';
import { expect, test } from 'vitest';

/** A statement, and the rows SQL Server answers: arrays in the order of the columns. */
export interface Case {
  readonly sql: string;
  readonly rows: readonly (readonly unknown[])[];
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface Refusal {
  readonly sql: string;
  readonly number: number;
  readonly message: string;
}

/** One test per case, over the real `mssql` package. */
export function expectAnswers(pool: () => sql.ConnectionPool, cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', async (_name, { sql: text, rows, parameters = {} }) => {
    const request = pool().request();
    request.arrayRowMode = true;
    for (const [name, value] of Object.entries(parameters)) request.input(name, value);
    const { recordset } = await request.query(text);
    expect(recordset).toEqual(rows);
  });
}

export function expectRefusals(pool: () => sql.ConnectionPool, cases: Readonly<Record<string, Refusal>>): void {
  test.each(Object.entries(cases))('%s', async (_name, { sql: text, number, message }) => {
    await expect(pool().request().query(text)).rejects.toMatchObject({ number, message });
  });
}
