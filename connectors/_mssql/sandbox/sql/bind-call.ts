import { argumentCount, notInSandbox, SqlError, syntaxNear, unknownFunction } from '../errors.ts';
import { bindAggregate, isAggregate } from './bind-aggregate.ts';
import { bindCondition, bindExpression, caseOf } from './bind-expression.ts';
import { bindSystemValue, type Place } from './binding.ts';
import { type Bound, compose } from './bound.ts';
import { datePart } from './date-functions.ts';
import { asInt, asText, commonType, comparable, convertSql, sortKey } from './emit.ts';
import { numberFunctions, numberType } from './number-functions.ts';
import { isMetadataFunction, metadataFunctions } from './metadata-functions.ts';
import type { ScalarFunction, Want } from './scalar-function.ts';
import { scalarFunctions } from './sqlite-functions.ts';
import { BIGINT, BIT, DATE, DATETIME, decimal, family, GUID, INT, isUnicode, type SqlType } from './sql-types.ts';
import type { Call } from './syntax.ts';
import { typeCode } from './type-code.ts';

export function bindCall(place: Place, call: Call): Bound {
  if (isAggregate(call.name)) return bindAggregate(place, call);
  if (call.over !== undefined) return bindRanking(place, call);
  if (call.star || call.distinct) throw syntaxNear(call.star ? '*' : 'DISTINCT', call.line);
  const special = specials[call.name];
  if (special !== undefined) return special(place, call);
  if (call.arguments.length === 0) {
    const system = bindSystemValue(place.binding, call.name);
    if (system !== undefined) return system;
  }
  const number = numberFunctions.find((name) => name === call.name);
  if (number !== undefined) return bindNumberFunction(place, call, number);
  if (isMetadataFunction(call.name)) return bindMetadata(place, call);
  const plain = scalarFunctions[call.name];
  if (plain !== undefined) return bindScalar(place, call, plain);
  throw unknownFunction(call.name, call.line);
}

const bindArguments = (place: Place, call: Call): Bound[] => call.arguments.map((one) => bindExpression(place, one));

/** The bound arguments, exactly as many as wanted, or error 174. */
function exactly(place: Place, call: Call, count: number): readonly Bound[] {
  if (call.arguments.length !== count) throw argumentCount(call.name.toLowerCase(), String(count), call.line);
  return bindArguments(place, call);
}

function bindScalar(place: Place, call: Call, definition: ScalarFunction): Bound {
  const { wants, optional = 0, variadic, returns, nulls } = definition;
  const count = call.arguments.length;
  if (count < wants.length - optional || (variadic === undefined && count > wants.length)) {
    const least = wants.length - optional;
    throw argumentCount(
      call.name.toLowerCase(),
      least === wants.length ? String(least) : `${least} to ${wants.length}`,
      call.line,
    );
  }
  const given = bindArguments(place, call).map((one, index) => want(one, wants[index] ?? wants.at(-1) ?? 'any'));
  const type = typeof returns === 'function' ? returns(given.map((one) => one.type)) : returns;
  const sql = `tsql_${call.name}(${given.map((one) => one.sql).join(', ')})`;
  const cut = family(type) === 'text' && type.length !== 'max' ? `substr(${sql}, 1, ${type.length})` : sql;
  return compose(cut, type, given, nulls === true ? false : undefined);
}

function want(value: Bound, wanted: Want): Bound {
  if (wanted === 'text') return asText(value);
  return wanted === 'int' ? asInt(value) : value;
}

type Binder = (place: Place, call: Call) => Bound;

/** Functions whose arguments need more than a conversion each. */
const specials: Readonly<Record<string, Binder>> = {
  ISNULL(place, call) {
    const [value, substitute] = pair(exactly(place, call, 2));
    const type = value.untyped ? substitute.type : value.type;
    const sql = `ifnull(${value.sql}, ${convertSql(substitute, type)})`;
    return compose(sql, type, [value, substitute], substitute.nullable && value.nullable);
  },
  COALESCE(place, call) {
    if (call.arguments.length < 2) throw syntaxNear(')', call.line);
    const values = bindArguments(place, call);
    const shared = commonType(values);
    const sql = `coalesce(${values.map((value) => convertSql(value, shared)).join(', ')})`;
    return compose(
      sql,
      shared,
      values,
      values.every((value) => value.nullable),
    );
  },
  NULLIF(place, call) {
    const [value, other] = pair(exactly(place, call, 2));
    const [left, right] = comparable([value, other]);
    return compose(`CASE WHEN ${left} = ${right} THEN NULL ELSE ${value.sql} END`, value.type, [value, other], true);
  },
  IIF(place, call) {
    const [condition, yes, no] = call.arguments;
    if (condition === undefined || yes === undefined || no === undefined || call.arguments.length > 3) {
      throw argumentCount('iif', '3', call.line);
    }
    return caseOf([bindCondition(place, condition)], [bindExpression(place, yes)], bindExpression(place, no));
  },
  CHOOSE(place, call) {
    const [index, ...choices] = bindArguments(place, call);
    if (index === undefined || choices.length === 0) throw argumentCount('choose', 'at least 2', call.line);
    const whens = choices.map((_, at) => compose(`${asInt(index).sql} = ${at + 1}`, BIT, [index]));
    return caseOf(whens, choices, undefined);
  },
  DATALENGTH(place, call) {
    const [value] = exactly(place, call, 1);
    if (value === undefined) throw argumentCount('datalength', '1', call.line);
    const { type } = value;
    if (family(type) === 'text') return compose(`(${isUnicode(type) ? 2 : 1} * length(${value.sql}))`, INT, [value]);
    if (family(type) === 'binary') return compose(`length(${value.sql})`, INT, [value]);
    throw notInSandbox(`DATALENGTH of ${type.name}`, call.line);
  },
  DATEADD(place, call) {
    const part = partOf(call);
    const [count, date] = pair(bindRest(place, call, 3));
    const value = asDate(date);
    if (family(value.type) === 'time') throw notInSandbox('DATEADD of time', call.line);
    const sql = `tsql_dateadd('${part}', ${asInt(count).sql}, ${value.sql}, '${typeCode(value.type)}')`;
    return compose(sql, value.type, [count, value]);
  },
  DATEDIFF(place, call) {
    const part = partOf(call);
    const [from, to] = pair(bindRest(place, call, 3)).map(asDate);
    if (from === undefined || to === undefined) throw argumentCount('datediff', '3', call.line);
    const sql = `tsql_datediff('${part}', ${from.sql}, '${typeCode(from.type)}', ${to.sql}, '${typeCode(to.type)}')`;
    return compose(sql, INT, [from, to]);
  },
  DATEPART(place, call) {
    const part = partOf(call);
    return readPart(part, bindRest(place, call, 2)[0], call);
  },
  YEAR: (place, call) => readPart('year', exactly(place, call, 1)[0], call),
  MONTH: (place, call) => readPart('month', exactly(place, call, 1)[0], call),
  DAY: (place, call) => readPart('day', exactly(place, call, 1)[0], call),
  EOMONTH(place, call) {
    const [date, months] = bindArguments(place, call);
    if (date === undefined || call.arguments.length > 2) throw argumentCount('eomonth', '1 to 2', call.line);
    const value = asDate(date);
    const shift = months === undefined ? '0' : asInt(months).sql;
    const sql = `tsql_eomonth(${value.sql}, '${typeCode(value.type)}', ${shift})`;
    return compose(sql, DATE, months === undefined ? [value] : [value, months]);
  },
  NEWID(place, call) {
    exactly(place, call, 0);
    return compose('tsql_newid()', GUID, [], false);
  },
  LEN(place, call) {
    const [value] = exactly(place, call, 1);
    const definition = scalarFunctions['LEN'];
    if (value === undefined || definition === undefined) throw argumentCount('len', '1', call.line);
    if (value.type.name === 'text' || value.type.name === 'ntext') {
      throw new SqlError(8116, `Argument data type ${value.type.name} is invalid for argument 1 of len function.`);
    }
    return compose(`tsql_LEN(${asText(value).sql})`, INT, [value]);
  },
};

function pair(values: readonly Bound[]): [Bound, Bound] {
  const [first, second] = values;
  if (first === undefined || second === undefined) throw new TypeError('two arguments were counted');
  return [first, second];
}

/** The first argument of DATEADD and its kin is a word, not a value. */
function partOf(call: Call): string {
  const [word] = call.arguments;
  const name = word?.kind === 'column' && word.name.length === 1 ? (word.name[0] ?? '') : '';
  const part = datePart(name);
  if (part !== undefined) return part;
  if (word?.kind === 'column') {
    throw new SqlError(155, `'${name}' is not a recognized ${call.name.toLowerCase()} option.`, {
      severity: 15,
      line: call.line,
    });
  }
  throw new SqlError(1023, `Invalid parameter 1 specified for ${call.name.toLowerCase()}.`, {
    severity: 15,
    line: call.line,
  });
}

function bindRest(place: Place, call: Call, count: number): readonly Bound[] {
  if (call.arguments.length !== count) throw argumentCount(call.name.toLowerCase(), String(count), call.line);
  return call.arguments.slice(1).map((one) => bindExpression(place, one));
}

const datesAndTimes = new Set(['datetime', 'datetime2', 'date', 'time']);

function asDate(value: Bound): Bound {
  if (!value.untyped && datesAndTimes.has(family(value.type))) return value;
  return { ...value, sql: convertSql(value, DATETIME), type: DATETIME };
}

function readPart(part: string, date: Bound | undefined, call: Call): Bound {
  if (date === undefined) throw argumentCount(call.name.toLowerCase(), '1', call.line);
  const value = asDate(date);
  return compose(`tsql_datepart('${part}', ${value.sql}, '${typeCode(value.type)}')`, INT, [value]);
}

function bindNumberFunction(place: Place, call: Call, name: (typeof numberFunctions)[number]): Bound {
  const given = exactly(place, call, name === 'ROUND' ? 2 : 1);
  const [value, places] = given;
  if (value === undefined) throw argumentCount(name.toLowerCase(), '1', call.line);
  const type = numberType(name, value.type);
  const converted = convertSql(value, type);
  const sql = `tsql_number('${name}', ${converted}, '${typeCode(type)}', ${places === undefined ? '0' : asInt(places).sql})`;
  if (type.name !== 'decimal' || (name !== 'FLOOR' && name !== 'CEILING')) return compose(sql, type, given);
  const whole = decimal(type.precision, 0);
  return compose(`tsql_convert(${sql}, '${typeCode(type)}', '${typeCode(whole)}', -1)`, whole, given);
}

function bindMetadata(place: Place, call: Call): Bound {
  const definition = metadataFunctions[call.name];
  const [least, most] = definition?.count ?? [0, 0];
  if (definition === undefined || call.arguments.length < least || call.arguments.length > most) {
    throw argumentCount(call.name.toLowerCase(), least === most ? String(least) : `${least} to ${most}`, call.line);
  }
  const given = bindArguments(place, call).map(asText);
  return compose(`tsql_${call.name}(${given.map((one) => one.sql).join(', ')})`, definition.type, given, true);
}

const rankings: Readonly<Record<string, string>> = {
  ROW_NUMBER: 'row_number()',
  RANK: 'rank()',
  DENSE_RANK: 'dense_rank()',
};

function bindRanking(place: Place, call: Call): Bound {
  const sql = rankings[call.name];
  if (sql === undefined) throw notInSandbox(`${call.name} … OVER`, call.line);
  if (call.over?.order.length === 0) {
    throw new SqlError(4112, `The function '${call.name}' must have an OVER clause with ORDER BY.`, {
      severity: 15,
      line: call.line,
    });
  }
  return overWindow(place, call, sql, BIGINT, []);
}

export function overWindow(place: Place, call: Call, sql: string, type: SqlType, given: readonly Bound[]): Bound {
  if (place.clause !== 'select' && place.clause !== 'order') {
    throw new SqlError(4108, 'Windowed functions can only appear in the SELECT or ORDER BY clauses.', {
      severity: 15,
      line: call.line,
    });
  }
  const partition = (call.over?.partition ?? []).map((one) => bindExpression(place, one));
  const order = (call.over?.order ?? []).map((one) => ({ ...one, value: bindExpression(place, one.value) }));
  const clauses = [
    partition.length > 0 ? `PARTITION BY ${partition.map(sortKey).join(', ')}` : '',
    order.length > 0
      ? `ORDER BY ${order.map((one) => `${sortKey(one.value)}${one.descending ? ' DESC' : ''}`).join(', ')}`
      : '',
  ];
  const parts = [...given, ...partition, ...order.map((one) => one.value)];
  const bound = compose(`${sql} OVER (${clauses.filter((clause) => clause !== '').join(' ')})`, type, parts, true);
  return { ...bound, hasWindow: true, nullable: type !== BIGINT };
}
