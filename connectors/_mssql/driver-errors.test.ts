import { describe, expect, it } from 'vitest';
import { connectError, requestError } from './driver-errors.ts';
import type { Endpoint } from './driver-errors.ts';

const at: Endpoint = {
  server: 'db.clinic:1433',
  user: 'reader',
  database: 'PZ',
  connectTimeoutMs: 10_000,
  queryTimeoutMs: 30_000,
};

/** As mssql wraps what tedious wraps: codes lie on different levels. */
function wrapped(code: string, cause?: { code: string; message?: string }, message = 'x'): Error {
  const inner = Object.assign(
    new Error(message, { cause: cause && Object.assign(new Error(cause.message ?? ''), { code: cause.code }) }),
    { code },
  );
  return Object.assign(new Error(message), { code, originalError: inner });
}
const refused = (number: number, message: string, severity = 16): Error =>
  Object.assign(new Error(message), { number, class: severity });

describe('why a connection does not come about', () => {
  it.each([
    ['nobody listens', wrapped('ESOCKET', { code: 'ECONNREFUSED' }), [], 'mssql.unreachable', true],
    ['no such host', wrapped('ESOCKET', { code: 'ENOTFOUND' }), [], 'mssql.unreachable', true],
    ['silence', wrapped('ETIMEOUT'), [], 'mssql.connect_timeout', true],
    ['wrong password', wrapped('ELOGIN'), [18456], 'mssql.login_refused', false],
    ['no such data base', wrapped('ELOGIN'), [4060, 18456], 'mssql.database_unknown', false],
    [
      'self-signed certificate',
      wrapped('ESOCKET', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      [],
      'mssql.certificate_untrusted',
      false,
    ],
    ['another name', wrapped('ESOCKET', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), [], 'mssql.certificate_name', false],
    ['TLS 1.0 only', wrapped('ESOCKET', { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL' }), [], 'mssql.tls_too_old', false],
    [
      'cut handshake',
      wrapped('ESOCKET', { code: 'ESOCKET', message: 'socket hang up' }),
      [],
      'mssql.handshake_cut',
      true,
    ],
    ['forced encryption', wrapped('EENCRYPT'), [], 'mssql.encryption_required', false],
  ])('%s', (_name, thrown, numbers, code, retry) => {
    expect(connectError(thrown, at, numbers)).toMatchObject({ code, retry });
  });

  it('tells a silent SQL Server Browser from one that does not know the instance', () => {
    const named = { ...at, server: 'db\\PZSQLSERVER', instance: 'PZSQLSERVER' };
    expect(connectError(wrapped('ETIMEOUT'), named, []).message).toBe(
      'SQL Server Browser of db does not say where instance PZSQLSERVER listens',
    );
    const unknown = wrapped('EINSTLOOKUP', undefined, 'Port for PZSQLSERVER not found in db');
    expect(connectError(unknown, named, []).message).toBe('SQL Server Browser of db knows no instance PZSQLSERVER');
  });
});

describe('why a statement fails', () => {
  it.each([
    [
      refused(208, "Invalid object name 'dbo.Receptions'."),
      'there is no table dbo.Receptions, or the login may not see it',
      false,
    ],
    [refused(207, "Invalid column name 'CheckIssued'."), 'there is no column CheckIssued in what is read', false],
    [
      refused(229, "The SELECT permission was denied on the object 'Orders', database 'PZ', schema 'dbo'.", 14),
      'the login may not read Orders',
      false,
    ],
    [
      refused(
        230,
        "The SELECT permission was denied on the column 'Phone' of the object 'Persons', database 'PZ', schema 'dbo'.",
        14,
      ),
      'the login may not read Persons.Phone',
      false,
    ],
    [refused(1205, 'Transaction was deadlocked'), 'SQL Server chose our statement as the victim of a deadlock', true],
    [
      refused(102, "Incorrect syntax near 'FORM'.", 15),
      "SQL Server refuses the statement: error 102, Incorrect syntax near 'FORM'",
      false,
    ],
    [wrapped('ESOCKET', { code: 'ECONNRESET' }), 'the connection to db.clinic:1433 broke off (ECONNRESET)', true],
    [wrapped('ESOCKET', { code: 'EANSWER' }), 'db.clinic:1433 sent an answer the driver cannot read', true],
  ])('%#', (thrown, message, retry) => {
    expect(requestError(thrown, at)).toMatchObject({ message, retry });
  });

  it('does not repeat a text that quotes data of a row', () => {
    const conversion = refused(
      245,
      "Conversion failed when converting the nvarchar value 'Канарейкина' to data type int.",
    );
    expect(requestError(conversion, at).message).toBe('SQL Server refuses the statement: error 245');
  });
});
