import { describe, expect, test } from 'vitest';
import { expectRefusals } from './test-answers.ts';
import { useClinic } from './test-clinic.ts';

const reader = useClinic('reader');
const limited = useClinic('limited');

describe('a login that may only read', () => {
  expectRefusals(reader, {
    'a reader does not insert': {
      sql: 'INSERT INTO Persons (ID) VALUES (99)',
      number: 229,
      message: "The INSERT permission was denied on the object 'Persons', database 'PZ', schema 'dbo'.",
    },
    'a reader does not update': {
      sql: 'UPDATE Persons SET Name = NULL',
      number: 229,
      message: "The UPDATE permission was denied on the object 'Persons', database 'PZ', schema 'dbo'.",
    },
    'a reader does not delete': {
      sql: 'DELETE FROM Persons',
      number: 229,
      message: "The DELETE permission was denied on the object 'Persons', database 'PZ', schema 'dbo'.",
    },
    'a reader does not create': {
      sql: 'CREATE TABLE SyncState (ID int)',
      number: 262,
      message: "CREATE TABLE permission denied in database 'PZ'.",
    },
    'a reader does not drop': {
      sql: 'DROP TABLE Persons',
      number: 3701,
      message: "Cannot drop the table 'Persons', because it does not exist or you do not have permission.",
    },
  });
});

describe('a login that is denied a table and a column', () => {
  expectRefusals(limited, {
    'a denied table': {
      sql: 'SELECT COUNT(*) FROM dbo.patients',
      number: 229,
      message: "The SELECT permission was denied on the object 'Patients', database 'PZ', schema 'dbo'.",
    },
    'a denied column': {
      sql: 'SELECT ID FROM Persons WHERE MobilePhone IS NULL',
      number: 230,
      message:
        "The SELECT permission was denied on the column 'MobilePhone' of the object 'Persons', database 'PZ', schema 'dbo'.",
    },
    'a star over a denied column': {
      sql: 'SELECT * FROM Persons',
      number: 230,
      message:
        "The SELECT permission was denied on the column 'MobilePhone' of the object 'Persons', database 'PZ', schema 'dbo'.",
    },
  });

  test('reads the rest, and is told what it may do', async () => {
    const { recordset } = await limited()
      .request()
      .query(
        `SELECT p.Surname, HAS_PERMS_BY_NAME('Patients', 'OBJECT', 'SELECT') AS patients,
        HAS_PERMS_BY_NAME('Persons', 'OBJECT', 'SELECT', 'MobilePhone', 'COLUMN') AS phone,
        HAS_PERMS_BY_NAME('Persons', 'OBJECT', 'SELECT', 'Name', 'COLUMN') AS name FROM Persons p WHERE ID = 1`,
      );
    expect(recordset).toEqual([{ Surname: 'Иванов', patients: 0, phone: 0, name: 1 }]);
  });

  test('does not see in the catalogue what it may not read', async () => {
    const { recordset } = await limited()
      .request()
      .query('SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES ORDER BY 1');
    expect(recordset.map((row: { TABLE_NAME: string }) => row.TABLE_NAME)).toEqual([
      'Orders',
      'OrderServiceRelation',
      'Persons',
      'Receptions',
    ]);
  });
});
