import { formatMoment } from '../dates.ts';
import { entities, entityNames, type Process } from '../entities/index.ts';
import { codedError } from '../errors.ts';
import { readStart } from '../listing.ts';
import { pageAnswer, type Answer, type Methods } from '../method.ts';
import { entriesOf, type PhpMap } from '../php.ts';
import { columns, listPlainly } from '../plain-list.ts';
import type { Store } from '../store.ts';

/** Smart processes (reference §6.2; crm-type-list.md). */
export const typeMethods: Methods = {
  'crm.type.list': { scope: 'crm', params: ['order', 'filter', 'start'], run: listTypes },
};

interface ProcessType extends Process {
  readonly typeId: number;
}

const types: readonly ProcessType[] = entityNames.flatMap((name) => {
  const { process, typeId } = entities[name];
  return process === undefined ? [] : [{ ...process, typeId }];
});

const typeColumns = columns<ProcessType>(
  { id: ({ id }) => id, entityTypeId: ({ typeId }) => typeId },
  { title: ({ title }) => title },
);

/** Names are in lower case, the order's too: `ID` is no field here, unlike in crm.item.list (reference §4.3, §11.5.7). */
function listTypes(store: Store, { filter, order, start }: PhpMap): Answer {
  if ((entriesOf(order ?? {}) ?? []).some(([name]) => name === 'ID'))
    throw codedError(100, 'Unknown field definition `I_D`');
  const query = { filter, order, start: readStart(start), notLike: true, nested: true };
  const page = listPlainly(types, typeColumns, { ...query, size: store.failings.sizes.pageSize });
  return pageAnswer(page, { types: page.rows.map((type) => typeRow(store, type)) });
}

const foundedAt = Date.parse('2024-07-15T09:00:00+03:00');

function typeRow({ zone }: Store, { id, title, typeId, ...has }: ProcessType): PhpMap {
  const word = (value: boolean): string => (value ? 'Y' : 'N');
  return {
    id,
    title,
    code: '',
    createdBy: 1,
    entityTypeId: typeId,
    customSectionId: null,
    isCategoriesEnabled: word(has.hasFunnels),
    isStagesEnabled: word(has.hasStages),
    isBeginCloseDatesEnabled: word(has.hasDates),
    isClientEnabled: word(has.hasClients),
    isUseInUserfieldEnabled: 'Y',
    isLinkWithProductsEnabled: word(has.hasClients),
    isMycompanyEnabled: 'N',
    isDocumentsEnabled: 'N',
    isSourceEnabled: word(has.hasClients),
    isObserversEnabled: word(has.hasClients),
    isRecyclebinEnabled: 'N',
    isAutomationEnabled: word(has.hasStages),
    isBizProcEnabled: 'N',
    isSetOpenPermissions: 'Y',
    isPaymentsEnabled: 'N',
    isCountersEnabled: 'N',
    createdTime: formatMoment(foundedAt, zone),
    updatedTime: formatMoment(foundedAt, zone),
    updatedBy: 1,
  };
}
