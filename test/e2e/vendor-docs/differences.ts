/** Where we differ from what was read by machine from the documentation, by name. Nothing else may differ. */
interface Difference {
  readonly methods: readonly string[];
  /** As compare.ts says it. */
  readonly what: 'has no page' | 'sends' | 'answers' | 'does not answer';
  readonly names?: readonly string[];
  readonly why: string;
  /** A page of https://github.com/bitrix-tools/b24-rest-docs or a section of the reference. */
  readonly source: string;
}

function itemFields(names: string): readonly string[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => `item.${name}`);
}

const origins = ['fields.ORIGINATOR_ID', 'fields.ORIGIN_ID'];

const differences: readonly Difference[] = [
  {
    methods: ['batch', 'profile', 'scope', 'server.time', 'method.get'],
    what: 'has no page',
    why: 'methods of the system, and the pages read are those of crm, user, lists and events',
    source: 'settings/how-to-call-rest-api/batch.md, api-reference/common/system/*.md',
  },
  {
    methods: ['crm.contact.fields', 'crm.deal.productrows.get', 'crm.deal.productrows.set'],
    what: 'has no page',
    why: 'the pages are there, but were not read',
    source: 'api-reference/crm/contacts/crm-contact-fields.md, api-reference/crm/deals/crm-deal-productrows-set.md',
  },
  {
    methods: ['crm.product.fields', 'crm.product.list', 'user.fields', 'department.fields'],
    what: 'has no page',
    why: 'the pages are there, but were not read',
    source: 'api-reference/crm/outdated/products/crm-product-fields.md, api-reference/user/user-fields.md',
  },
  {
    methods: ['lists.element.get'],
    what: 'answers',
    names: ['[].DATE_CREATE', '[].SORT'],
    why: 'without SELECT all fields come, as the page says; its example has a SELECT without these',
    source: 'api-reference/lists/elements/lists-element-get.md, parameter SELECT',
  },
  {
    methods: ['crm.contact.add', 'crm.company.add'],
    what: 'sends',
    names: origins,
    why: 'in a table of their own further down the page, which was not read',
    source: 'api-reference/crm/contacts/crm-contact-add.md, "Поля связи с внешними источниками данных"',
  },
  {
    methods: ['crm.lead.list'],
    what: 'sends',
    names: ['order'],
    why: 'in the table of the page without a type, so it was not read; every example of the page sends it',
    source: 'api-reference/crm/leads/crm-lead-list.md',
  },
  {
    methods: ['crm.item.productrow.list'],
    what: 'sends',
    names: ['order.id'],
    why: 'any field of crm_item_product_row may be sorted by; only the ones that may be written were read',
    source: 'api-reference/crm/universal/product-rows/crm-item-productrow-list.md',
  },
  {
    methods: ['crm.contact.list'],
    what: 'sends',
    names: ['select.ADDRESS_COUNTRY_CODE'],
    why: 'a field of contacts like of leads and companies; no example shows it',
    source: 'api-reference/crm/contacts/crm-contact-add.md, "Устаревшие поля"',
  },
  {
    methods: ['crm.item.add'],
    what: 'sends',
    names: ['fields.leadId'],
    why: 'of each tab of the page only that of leads was read; a deal takes it',
    source: 'api-reference/crm/universal/crm-item-add.md, tab "Сделка"',
  },
  {
    methods: ['crm.item.update'],
    what: 'sends',
    names: ['fields.categoryId'],
    why: 'of each tab of the page only that of leads was read; a deal takes it',
    source: 'api-reference/crm/universal/crm-item-update.md, tab "Сделка"',
  },
  {
    methods: ['lead', 'deal', 'contact', 'company'].map((entity) => `crm.${entity}.userfield.list`),
    what: 'sends',
    names: ['filter.LANG'],
    why: 'not a field to filter by but the language the labels come in',
    source: 'reference §5.10',
  },
  {
    methods: ['crm.duplicate.findbycomm'],
    what: 'answers',
    names: ['LEAD', 'COMPANY'],
    why: 'a key for each entity with matches; the example found contacts',
    source: 'api-reference/crm/duplicates/crm-duplicate-find-by-comm.md, returned data',
  },
  {
    methods: ['crm.duplicate.findbycomm'],
    what: 'does not answer',
    names: ['CONTACT'],
    why: 'a key for each entity with matches; ours were leads or companies',
    source: 'api-reference/crm/duplicates/crm-duplicate-find-by-comm.md, returned data',
  },
  {
    methods: ['crm.contact.get'],
    what: 'answers',
    names: ['ADDRESS_COUNTRY_CODE'],
    why: 'a field of contacts like of leads and companies; the example leaves it out',
    source: 'api-reference/crm/contacts/crm-contact-add.md, "Устаревшие поля"',
  },
  {
    methods: ['crm.contact.list'],
    what: 'answers',
    names: ['[].ADDRESS_COUNTRY_CODE'],
    why: 'a field of contacts like of leads and companies; the example leaves it out',
    source: 'api-reference/crm/contacts/crm-contact-add.md, "Устаревшие поля"',
  },
  {
    methods: ['crm.company.get'],
    what: 'answers',
    names: ['PHONE', 'EMAIL'],
    why: 'come where there are any; the company of the example has none',
    source: 'reference §5.4, and the example of crm-lead-get.md',
  },
  {
    methods: ['crm.lead.get'],
    what: 'answers',
    names: ['EMAIL'],
    why: 'comes where there is one; the lead of the example has none',
    source: 'reference §5.4, and the example of crm-contact-list.md',
  },
  {
    methods: ['crm.company.fields'],
    what: 'does not answer',
    names: ['CONTACT_ID'],
    why: 'the sandbox has no list of the contacts of a company, and no pipeline asks for it',
    source: 'api-reference/crm/companies/crm-company-fields.md',
  },
  {
    methods: ['crm.deal.userfield.get', 'crm.lead.userfield.get', 'crm.company.userfield.get'],
    what: 'answers',
    names: ['LIST'],
    why: 'only fields of type enumeration have it; the example is of another type',
    source: 'reference §5.10',
  },
  {
    methods: ['crm.deal.userfield.list'],
    what: 'does not answer',
    names: ['[].LIST'],
    why: 'only fields of type enumeration have it; the deals of the sandbox have none at first',
    source: 'reference §5.10',
  },
  {
    methods: ['user.get'],
    what: 'does not answer',
    names: ['TIME_ZONE', 'PERSONAL_WWW', 'PERSONAL_CITY', 'WORK_PHONE'].map((name) => `[].${name}`),
    why: 'come where they are filled: of the two users in the example only one has them',
    source: 'api-reference/user/user-get.md',
  },
  {
    methods: ['crm.item.add', 'crm.item.update'],
    what: 'does not answer',
    names: itemFields(`
      dateCreateShort dateModifyShort begindateShort closedateShort eventDateShort productId eventDate
      eventId eventDescription webformId searchContent orderStage isWork isWon isLose receivedAmount
      lostAmount hasProducts observers`),
    why: 'columns of the table of deals that no page describes; the connector takes the id and nothing else',
    source: 'api-reference/crm/universal/crm-item-add.md',
  },
  {
    methods: ['crm.item.get'],
    what: 'does not answer',
    names: itemFields(`
      dateCreateShort dateModifyShort isConvert productId shortName address webformId login
      searchContent skype icq imol observers`),
    why: 'columns of the table of leads that no page describes; nothing here calls the method',
    source: 'api-reference/crm/universal/crm-item-get.md',
  },
];

/** Each as compare.ts would report it. */
export const allowed: ReadonlySet<string> = new Set(
  differences.flatMap(({ methods, what, names = [''] }) =>
    methods.flatMap((method) => names.map((name) => `${method} ${what} ${name}`.trim())),
  ),
);
