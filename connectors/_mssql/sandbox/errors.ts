/**
 * Errors as SQL Server words them: number, severity (`class` on the wire), state and text of `sys.messages`.
 * https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 */
export class SqlError extends Error {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly line: number;

  constructor(number: number, message: string, place: { severity?: number; state?: number; line?: number } = {}) {
    super(message);
    this.name = 'SqlError';
    this.number = number;
    this.severity = place.severity ?? 16;
    this.state = place.state ?? 1;
    this.line = place.line ?? 1;
  }
}

/** What the wire cannot make sense of. The connection is closed, no answer is sent. */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtocolError';
  }
}

export const syntaxNear = (text: string, line: number): SqlError =>
  new SqlError(102, `Incorrect syntax near '${text}'.`, { severity: 15, line });

export const syntaxNearKeyword = (text: string, line: number): SqlError =>
  new SqlError(156, `Incorrect syntax near the keyword '${text}'.`, { severity: 15, line });

/**
 * Valid T-SQL that this sandbox does not know. It carries the number of a syntax error, so that a program
 * treats it as one, and says whose limit it is, so that a person does not.
 */
export const notInSandbox = (feature: string, line = 1): SqlError =>
  new SqlError(102, `Incorrect syntax near '${feature}'. (The sandbox does not know ${feature}.)`, {
    severity: 15,
    line,
  });

export const invalidObject = (name: string): SqlError => new SqlError(208, `Invalid object name '${name}'.`);

export const invalidColumn = (name: string): SqlError => new SqlError(207, `Invalid column name '${name}'.`);

export const ambiguousColumn = (name: string): SqlError => new SqlError(209, `Ambiguous column name '${name}'.`);

export const unboundIdentifier = (name: string): SqlError =>
  new SqlError(4104, `The multi-part identifier "${name}" could not be bound.`);

export const unknownFunction = (name: string, line: number): SqlError =>
  new SqlError(195, `'${name}' is not a recognized built-in function name.`, { severity: 15, state: 10, line });

export const argumentCount = (name: string, count: string, line: number): SqlError =>
  new SqlError(174, `The ${name} function requires ${count} argument(s).`, { severity: 15, line });

export const undeclaredVariable = (name: string): SqlError =>
  new SqlError(137, `Must declare the scalar variable "${name}".`, { severity: 15, state: 2 });

export const typeClash = (left: string, right: string): SqlError =>
  new SqlError(206, `Operand type clash: ${left} is incompatible with ${right}`, { state: 2 });

export const incompatibleTypes = (left: string, right: string, operator: string): SqlError =>
  new SqlError(402, `The data types ${left} and ${right} are incompatible in the ${operator} operator.`);

export const implicitConversion = (from: string, to: string): SqlError =>
  new SqlError(
    257,
    `Implicit conversion from data type ${from} to ${to} is not allowed. Use the CONVERT function to run this query.`,
    { state: 3 },
  );

export const explicitConversion = (from: string, to: string): SqlError =>
  new SqlError(529, `Explicit conversion from data type ${from} to ${to} is not allowed.`, { state: 2 });

export const conversionFailed = (from: string, value: string, to: string): SqlError =>
  new SqlError(245, `Conversion failed when converting the ${from} value '${value}' to data type ${to}.`);

export const dateConversionFailed = (): SqlError =>
  new SqlError(241, 'Conversion failed when converting date and/or time from character string.');

export const dateOutOfRange = (from: string, to: string): SqlError =>
  new SqlError(242, `The conversion of a ${from} data type to a ${to} data type resulted in an out-of-range value.`, {
    state: 3,
  });

export const numericConversionFailed = (from: string, to: string): SqlError =>
  new SqlError(8114, `Error converting data type ${from} to ${to}.`, { state: 5 });

export const overflow = (type: string): SqlError =>
  new SqlError(8115, `Arithmetic overflow error converting expression to data type ${type}.`, { state: 2 });

export const divideByZero = (): SqlError => new SqlError(8134, 'Divide by zero error encountered.');

export const truncated = (): SqlError => new SqlError(8152, 'String or binary data would be truncated.', { state: 13 });

export const notABoolean = (near: string, line: number): SqlError =>
  new SqlError(
    4145,
    `An expression of non-boolean type specified in a context where a condition is expected, near '${near}'.`,
    { severity: 15, line },
  );

export const permissionDenied = (action: string, object: string, database: string): SqlError =>
  new SqlError(
    229,
    `The ${action} permission was denied on the object '${object}', database '${database}', schema 'dbo'.`,
    { severity: 14, state: 5 },
  );

export const columnPermissionDenied = (column: string, object: string, database: string): SqlError =>
  new SqlError(
    230,
    `The SELECT permission was denied on the column '${column}' of the object '${object}', database '${database}', schema 'dbo'.`,
    { severity: 14 },
  );

export const statementPermissionDenied = (statement: string, database: string): SqlError =>
  new SqlError(262, `${statement} permission denied in database '${database}'.`, { severity: 14 });

export const noTransaction = (command: string, number: number): SqlError =>
  new SqlError(number, `The ${command} TRANSACTION request has no corresponding BEGIN TRANSACTION.`);

export const noDatabase = (name: string): SqlError =>
  new SqlError(911, `Database '${name}' does not exist. Make sure that the name is entered correctly.`);

export const notSupplied = (name: string): SqlError =>
  new SqlError(8178, `The parameterized query expects the parameter '${name}', which was not supplied.`);

export const snapshotNotAllowed = (database: string): SqlError =>
  new SqlError(
    3952,
    `Snapshot isolation transaction failed accessing database '${database}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.`,
  );

/**
 * Errors that end their statement only; the batch goes on to the next one (SET XACT_ABORT OFF).
 * All others end the batch.
 */
const statementOnly = new Set([229, 230, 262, 512, 515, 544, 547, 2601, 2627, 8115, 8134, 8152]);
export const endsBatch = (error: SqlError): boolean => !statementOnly.has(error.number);

/** Errors that also roll back an open transaction, whatever XACT_ABORT says. */
const transactionToo = new Set([241, 242, 245, 1205, 3960, 8114]);
export const rollsBack = (error: SqlError): boolean => transactionToo.has(error.number);
