import type { FieldMapping, Rung, RungField, Target, TargetGuard } from '../../config/pipeline.ts';
import { blocks, code, list, table } from './markdown.ts';
import { mappingText } from './values.ts';
import type { Words } from './words.ts';

export function targetText(target: Target, say: Words): string {
  const { name, connection, entity, fields, match, missing, guards, everyField, rows } = target;
  const aside = fields ? '' : ` (${say.lookUp})`;
  return blocks(
    `### ${say.target} ${code(name)}: ${code(entity)} ${say.from} **${connection}**${aside}`,
    match.length > 0
      ? `${say.found}\n\n${match.map((rung, at) => `${at + 1}. ${rungText(rung, say)}`).join('\n')}`
      : '',
    say.missing[missing],
    list(guards.map((guard) => guardText(guard, say))),
    fields && (fields.length > 0 || everyField) ? fieldsTable(target, fields, say) : '',
    list(rows.map((row) => `${say.childRows} ${code(row.list)}: ${code(row.rows.text)}`)),
    absentText(target, say),
  );
}

function fieldsTable({ everyField }: Target, fields: readonly FieldMapping[], say: Words): string {
  return table(
    [say.field, say.value, say.write],
    [
      ...fields.map((mapping) => [code(mapping.field), mappingText(mapping), writtenText(mapping, say)]),
      ...(everyField ? [['…', say.everyField, say.policies[everyField.write]]] : []),
    ],
  );
}

function writtenText({ write, provision }: FieldMapping, say: Words): string {
  const made = provision && `${say.made}: ${code(provision.type)}`;
  return [say.policies[write], made].filter((text) => text !== undefined && text !== '').join('; ');
}

function rungText(rung: Rung, say: Words): string {
  const { name, by, byLink, where, refused, prefer, order, many } = rung;
  const columns = order.map(({ field, descending }) => code(`${descending ? '-' : ''}${field}`)).join(', ');
  const parts = [
    byLink ? say.link : by.map((field) => askedText(field, say)).join(', '),
    where && `${say.where} ${code(where.text)}`,
    where && refused !== 'next' && `${say.refused}: ${refused}`,
    prefer && `${say.prefer} ${code(prefer.text)}`,
    order.length > 0 && `${say.order} ${columns}`,
    many !== 'error' && `${say.many}: ${many}`,
  ];
  return `**${name}**: ${parts.filter((part) => typeof part === 'string').join('; ')}`;
}

function askedText({ field, value }: RungField, say: Words): string {
  if (value.kind === 'empty') return `${code(field)} ${say.empty}`;
  if (value.kind === 'mapped') return `${code(field)} ${say.mapped}`;
  return `${code(field)} = ${code(value.expression.text)}`;
}

function guardText(guard: TargetGuard, say: Words): string {
  const condition = code(guard.if.text);
  const named = guard.log === undefined ? '' : ` (${guard.log})`;
  if ('skip' in guard) return `${condition} → **${guard.skip}**${named}`;
  const [word, fields] = 'keep' in guard ? [say.keep, guard.keep] : [say.onlyWrite, guard.only];
  return `${condition} → ${word} ${fields.map(code).join(', ')}${named}`;
}

function absentText({ absent, within }: Target, say: Words): string {
  if (absent === 'keep') return '';
  const what = absent === 'delete' ? say.absent.delete : `${say.absent.mark} ${code(absent.mark)}`;
  return `${what}${within ? `, ${say.within} ${code(within.text)}` : ''}.`;
}
