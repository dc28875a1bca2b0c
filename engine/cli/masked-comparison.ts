import type { Field, Value } from '../connector.ts';
import type { Example, FlowComparison, MappingVersion } from '../samples/compare-mappings.ts';
import { personalTexts, withoutTexts } from './masked-change.ts';
import { kindByName, maskedRow } from './masked-row.ts';

/** Examples as they may be shown (G9): a field is as personal as its name, or the record field it takes, sounds. */
export function maskedComparison(flow: FlowComparison, version: MappingVersion): FlowComparison {
  const columns = sourceFields(version, flow.name);
  const fields = flow.fields.map((field) => {
    const personal = kindsOf(flow.name, field.name, version).find((kind) => kind !== undefined);
    const name = field.name.slice(field.name.indexOf('.') + 1);
    const known = personal ? [{ name, type: 'text' as const, personal }] : [];
    return {
      ...field,
      examples: field.examples.map((example): Example => {
        const texts = personalTexts(example.source, columns);
        const masked = (value: Value): Value => withoutTexts(texts, maskedRow({ [name]: value }, known)[name] ?? '');
        return {
          ...example,
          ...(example.before !== undefined && { before: masked(example.before) }),
          ...(example.after !== undefined && { after: masked(example.after) }),
        };
      }),
    };
  });
  return { ...flow, fields };
}

function kindsOf(flow: string, field: string, { compiled }: MappingVersion) {
  const [owner = '', ...rest] = field.split('.');
  const name = rest.join('.');
  const target = compiled.flows
    .find((each) => each.flow.name === flow)
    ?.targets.find((each) => each.target.name === owner);
  const items = target?.fields?.find(({ mapping }) => mapping.field === name)?.items ?? [];
  const taken = items.flatMap(({ shape }) => (shape && 'field' in shape ? [shape.field] : []));
  return [name, ...taken].map(kindByName);
}

function sourceFields({ compiled, columns }: MappingVersion, name: string): readonly Field[] {
  const found = compiled.flows.find(({ flow }) => flow.name === name);
  return (found && columns(found)) ?? [];
}
