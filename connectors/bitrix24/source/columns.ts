import type { Field, SourceBlock } from '../../../engine/index.ts';
import type { PortalField } from '../schema.ts';
import { readSetting, type SourceSetting } from './config.ts';
import { categoryFields, departmentFields, optionFields, stageHistoryFields, statusFields } from './fixed-fields.ts';
import { sourceFields } from './values.ts';

/** What is known of a block without asking the portal. */
export function columnsOf(block: SourceBlock): readonly Field[] | undefined {
  const setting = readSetting(block);
  const fields = setting.values === undefined ? fixedFields(setting) : optionFields;
  if (fields === undefined) return undefined;
  const key = fields[0]?.name ?? 'ID';
  const { select } = setting;
  return sourceFields(
    fields.filter(({ name }) => !select || name === key || select.includes(name)),
    key,
  );
}

function fixedFields({ entity, of }: SourceSetting): readonly PortalField[] | undefined {
  if (entity === 'department') return departmentFields;
  if (entity === 'category') return categoryFields;
  if (entity === 'status') return statusFields;
  return entity === 'stagehistory' ? stageHistoryFields(of) : undefined;
}
