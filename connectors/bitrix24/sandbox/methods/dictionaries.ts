import { entities } from '../entities/index.ts';
import { codedError } from '../errors.ts';
import type { Methods } from '../method.ts';
import type { PhpMap } from '../php.ts';
import { columns, listPlainly } from '../plain-list.ts';
import { entityOfType } from '../schema.ts';
import { semanticOf, stageBook, type Category, type Status } from '../statuses.ts';
import type { Store } from '../store.ts';

/** Reference books: stages, sources, types, funnels, the mode of the CRM (reference §5.6, §5.7). */
export const dictionaryMethods: Methods = {
  'crm.status.list': {
    scope: 'crm',
    // Neither paged nor described as such: everything comes in one answer (reference §5.6).
    params: ['order', 'filter'],
    run(store, { filter, order }) {
      const { rows, total } = listPlainly(store.statuses.all, statusColumns, { filter, order });
      return { result: rows.map(statusRow), total };
    },
  },
  'crm.status.entity.types': {
    scope: 'crm',
    params: [],
    run: (store) => ({ result: [...otherBooks.map(([ID, NAME]) => ({ ID, NAME })), ...stageBooks(store)] }),
  },
  'crm.category.list': {
    scope: 'crm',
    params: ['entityTypeId'],
    run(store, params) {
      const entity = entityOfType(Number(params['entitytypeid']));
      if (entity === undefined) throw codedError('NOT_FOUND', 'Smart process not found');
      if (!entity.hasFunnels)
        throw codedError('ENTITY_TYPE_NOT_SUPPORTED', `Entity type ${entity.upper} is not supported`);
      const own = store.statuses.categories.filter(({ entityTypeId }) => entityTypeId === entity.typeId);
      const categories = own.map(({ id, name, sort, isDefault }) => {
        const category = { id, name, sort, entityTypeId: entity.typeId, isDefault: isDefault ? 'Y' : 'N' };
        return isDefault ? category : { ...category, originId: '', originatorId: '' };
      });
      return { result: { categories }, total: categories.length };
    },
  },
  // 1: the classic mode, with leads (reference §5.7).
  'crm.settings.mode.get': { scope: 'crm', params: [], run: () => ({ result: 1 }) },
};

const statusColumns = columns<Status>(
  { ID: ({ id }) => id, SORT: ({ sort }) => sort, CATEGORY_ID: ({ categoryId }) => categoryId },
  {
    ENTITY_ID: ({ entityId }) => entityId,
    STATUS_ID: ({ statusId }) => statusId,
    NAME: ({ name }) => name,
    SYSTEM: ({ system }) => (system ? 'Y' : 'N'),
    SEMANTICS: ({ semantics }) => semantics,
  },
);

function statusRow(status: Status): PhpMap {
  return {
    ID: String(status.id),
    ENTITY_ID: status.entityId,
    STATUS_ID: status.statusId,
    NAME: status.name,
    NAME_INIT: status.system ? status.name : '',
    SORT: String(status.sort),
    SYSTEM: status.system ? 'Y' : 'N',
    CATEGORY_ID: status.categoryId === null ? null : String(status.categoryId),
    COLOR: status.color,
    SEMANTICS: status.semantics,
    EXTRA: { SEMANTICS: extraSemantics(status), COLOR: status.color },
  };
}

/** A failure that is not the final one is an apology (reference §5.6). */
function extraSemantics({ semantics, statusId }: Status): string {
  if (semantics === 'S') return 'success';
  if (semantics === null) return 'process';
  return /(^|:)(LOSE|JUNK)$/.test(statusId) ? 'failure' : 'apology';
}

const otherBooks = [
  ['SOURCE', 'Источники'],
  ['CONTACT_TYPE', 'Тип контакта'],
  ['COMPANY_TYPE', 'Тип компании'],
  ['EMPLOYEES', 'Количество сотрудников'],
  ['INDUSTRY', 'Сфера деятельности'],
  ['DEAL_TYPE', 'Тип сделки'],
  ['HONORIFIC', 'Обращение'],
] as const;

/** Books of stages say which stage is first and which are last (vendor's crm-status-entity-types.md). */
function stageBooks(store: Store): readonly PhpMap[] {
  const leads = { ID: 'STATUS', NAME: 'Стадии лида', SEMANTIC_INFO: ends(store, 'STATUS'), ENTITY_TYPE_ID: 1 };
  const { categories } = store.statuses;
  const deals = categories.flatMap(({ entityTypeId, id, name }) => {
    if (entityTypeId !== entities.deal.typeId) return [];
    const book = stageBook(entities.deal, id);
    const common = { ID: book, NAME: `Стадии сделки: ${name}`, SEMANTIC_INFO: ends(store, book), ENTITY_TYPE_ID: 2 };
    const own = { PARENT_ID: 'DEAL_STAGE', PREFIX: `C${id}`, FIELD_ATTRIBUTE_SCOPE: `category_${id}` };
    return id === 0 ? common : { ...common, ...own, CATEGORY_ID: String(id) };
  });
  return [leads, ...deals, ...categories.flatMap(processBook)];
}

function processBook({ entityTypeId, id, name, sort, isDefault }: Category): readonly PhpMap[] {
  const entity = entityOfType(entityTypeId);
  if (entity?.process === undefined) return [];
  return [
    {
      ID: stageBook(entity, id),
      NAME: `${entity.process.title} (${name})`,
      SEMANTIC_INFO: [],
      PREFIX: `DT${entityTypeId}_${id}`,
      FIELD_ATTRIBUTE_SCOPE: `category_${id}`,
      ENTITY_TYPE_ID: entityTypeId,
      IS_ENABLED: true,
      CATEGORY_ID: id,
      CATEGORY_NAME: name,
      CATEGORY_SORT: sort,
      IS_DEFAULT_CATEGORY: isDefault,
    },
  ];
}

function ends(store: Store, book: string): PhpMap {
  const stages = store.statuses.of(book);
  const first = (semantic: string): string => stages.find((stage) => semanticOf(stage) === semantic)?.statusId ?? '';
  return { START_FIELD: first('P'), FINAL_SUCCESS_FIELD: first('S'), FINAL_UNSUCCESS_FIELD: first('F'), FINAL_SORT: 0 };
}
