import { formatMoment, parseMoment } from '../dates.ts';
import { codedError, unknown } from '../errors.ts';
import { compileFilter, type Column } from '../filter.ts';
import { compileOrder, listPage, readStart } from '../listing.ts';
import { pageAnswer, type Answer, type Methods } from '../method.ts';
import { listOf, type PhpMap } from '../php.ts';
import { columns } from '../plain-list.ts';
import { entityOfType } from '../schema.ts';
import type { StageMove } from '../stage-history.ts';
import type { Store } from '../store.ts';

/** Where records have been (reference §5.6; crm-stage-history-list.md). */
export const stageHistoryMethods: Methods = {
  'crm.stagehistory.list': {
    scope: 'crm',
    params: ['entityTypeId', 'order', 'filter', 'select', 'start'],
    run: listMoves,
  },
};

function listMoves(store: Store, params: PhpMap): Answer {
  const entity = entityOfType(Number(params['entitytypeid']));
  const moves = entity && store.stageHistory.of(entity.name);
  if (entity === undefined || moves === undefined)
    throw codedError('ENTITY_TYPE_NOT_SUPPORTED', `Entity type ${entity?.upper ?? ''} is not supported`);
  const isLead = entity.name === 'lead';
  const column = columnsOf(store, isLead);
  const filter = compileFilter<StageMove>(params['filter'], {
    column,
    nested: false,
    notLike: true,
    notAllowed: (name) => codedError('INVALID_ARG_VALUE', `Invalid filter: field '${name}' is not allowed in filter`),
    notValid: (name) => codedError('INVALID_ARG_VALUE', `Invalid filter: field '${name}' has invalid value`),
  });
  const order = compileOrder<StageMove>(params['order'], {
    column,
    notSortable: (name) => codedError('INVALID_ARG_VALUE', `Invalid order: field '${name}' is not allowed in order`),
    badDirection: (name, direction) =>
      codedError(
        'INVALID_ARG_VALUE',
        `Invalid order: allowed sort directions are ASC, DESC. But got '${direction}' for field '${name}'`,
      ),
  });
  const names = listOf(params['select'] ?? []);
  if (names === undefined) throw unknown('a selection that is not a list');
  const source = { all: moves, candidates: moves.within };
  const page = listPage(source, filter, order, readStart(params['start']), store.failings.sizes.pageSize);
  return pageAnswer(page, { items: page.rows.map((move) => selected(moveRow(store, move, isLead), names)) });
}

function columnsOf({ zone }: Store, isLead: boolean): (name: string) => Column<StageMove> | undefined {
  const prefix = isLead ? 'STATUS' : 'STAGE';
  const known = columns<StageMove>(
    {
      ID: ({ id }) => id,
      TYPE_ID: ({ type }) => type,
      OWNER_ID: ({ ownerId }) => ownerId,
      ...(isLead ? {} : { CATEGORY_ID: ({ categoryId }) => categoryId }),
    },
    { [`${prefix}_ID`]: ({ stageId }) => stageId, [`${prefix}_SEMANTIC_ID`]: ({ semantic }) => semantic },
  );
  const created: Column<StageMove> = {
    name: 'CREATED_TIME',
    comparison: 'any',
    read: ({ at }) => at,
    parse: (raw) => parseMoment(String(raw), zone),
  };
  return (name) => (name === created.name ? created : known.get(name));
}

/** Leads have STATUS_ID where others have a funnel and a stage (reference §5.6). */
function moveRow({ zone }: Store, move: StageMove, isLead: boolean): PhpMap {
  const common = {
    ID: move.id,
    TYPE_ID: move.type,
    OWNER_ID: move.ownerId,
    CREATED_TIME: formatMoment(move.at, zone),
  };
  return isLead
    ? { ...common, STATUS_SEMANTIC_ID: move.semantic, STATUS_ID: move.stageId }
    : { ...common, CATEGORY_ID: move.categoryId, STAGE_SEMANTIC_ID: move.semantic, STAGE_ID: move.stageId };
}

function selected(row: PhpMap, names: readonly unknown[]): PhpMap {
  if (names.length === 0) return row;
  const stranger = names.find((name) => !(String(name) in row));
  if (stranger !== undefined) throw unknown(`the selected field ${String(stranger)}`);
  return Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)));
}
