/** What a cell of a generated row may hold; times are naive ISO text. */
export type Cell = string | number | boolean | null;

/** The columns each generated row fills, in order. */
export const columns = {
  OwnCompanies: ['ID', 'Name'],
  Armchairs: ['ID', 'NameArmchair', 'ID_OwnCompanies'],
  InfoSources: ['ID', 'Name'],
  ArchivingReasons: ['ID', 'Name'],
  ProfessionNames: ['ID', 'NameProfession', 'ID_Roles', 'Archive'],
  Staffs: ['ID_Persons', 'Archive'],
  Items: ['ID_Staffs', 'ID_ProfessionNames'],
  ServiceItems: ['ID', 'Name'],
  ServiceCategories: ['ID', 'Name'],
  ServiceFolders: ['ID', 'Name', 'ID_ServiceCategories'],
  ServiceItemContents: ['ID_ServiceItems', 'ID_ServiceFoldersParent', 'DateTimeTo'],
  ServiceItemPrices: ['ID', 'ID_ServiceItems', 'Price'],
  TreatmentPlanStages: ['ID', 'Name', 'Order'],
  TreatmentPlanElements: ['ID', 'Name', 'Order', 'Price'],
  Persons: [
    'ID',
    'Surname',
    'Name',
    'Patronymic',
    'MobilePhone',
    'Phone',
    'Email',
    'Birthday',
    'Sex',
    'City',
    'INN',
    'SNILS',
    'Passport',
    'Address',
    'DateTimeChanged',
  ],
  Patients: [
    'ID_Persons',
    'CardNumber',
    'PatientNumber',
    'Status',
    'FirstVisit',
    'Comment',
    'ParentSNP',
    'SMSRejection',
    'ID_InfoSources',
    'ID_ArchivingReasons',
    'InitialBalance',
    'DateTimeChanged',
  ],
  Receptions: [
    'ID',
    'ID_Patients',
    'ID_Staffs',
    'ID_Armchairs',
    'PlanStart',
    'PlanEnd',
    'ReceptionAdded',
    'ID_StaffsReceptionAdded',
    'PatientAppeared',
    'ReceptionStarted',
    'ReceptionEnded',
    'CheckIssued',
    'ReceptionCanceled',
    'ID_ReceptionCancelReasons',
    'CancelReasonComment',
    'ID_ReceptionsTransferFrom',
    'Comment',
    'DateTimeAdded',
    'DateTimeChanged',
  ],
  Orders: [
    'ID',
    'ID_Receptions',
    'ID_Patients',
    'ID_Staffs',
    'ID_OwnCompanies',
    'DateTimeOrder',
    'DateTimeBillFormed',
    'DateTimeAdded',
    'DateTimeChanged',
  ],
  OrderServiceRelation: [
    'ID',
    'ID_Orders',
    'ID_ServicePrices',
    'CountService',
    'DiscountSum',
    'DateTimeAdded',
    'ID_TreatmentPlanElementRelations',
  ],
  TreatmentPlans: ['ID', 'ID_Patients', 'Name', 'ID_Staffs', 'DateTimeCreated', 'IsActive', 'DateTimeAdded'],
  TreatmentPlanElementRelations: [
    'ID',
    'ID_TreatmentPlans',
    'ID_TreatmentPlanStages',
    'ID_TreatmentPlanElements',
    'ID_ServicePrices',
    'DiscountSum',
    'DateTimeAdded',
  ],
  PaymentsIn: ['ID', 'ID_Patients', 'ID_OwnCompanies', 'Payment', 'DateTimePayment'],
  PaymentsOut: ['ID', 'ID_Patients', 'ID_OwnCompanies', 'Payment', 'DateTimePayment'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type TableName = keyof typeof columns;

/** Rows of one table on their way into the data base. */
export interface Insert {
  readonly table: TableName;
  readonly rows: readonly (readonly Cell[])[];
}

/** One INSERT of T-SQL: the same text for the same table and number of rows, its cells as parameters in texts. */
export interface InsertStatement {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string | null>>;
}

/** T-SQL turns a text into any of our types by itself, but into money. */
const moneyColumns = new Set(['Price', 'DiscountSum', 'Payment', 'InitialBalance']);

export function insertStatement({ table, rows }: Insert): InsertStatement {
  const names = columns[table];
  const parameters: Record<string, string | null> = {};
  const values = rows.map((row, line) => {
    const cells = names.map((name, index) => {
      const parameter = `c${line}_${index}`;
      parameters[parameter] = asText(row[index] ?? null);
      return moneyColumns.has(name) ? `CONVERT(money, @${parameter})` : `@${parameter}`;
    });
    return `(${cells.join(', ')})`;
  });
  const list = names.map((name) => `[${name}]`).join(', ');
  return { text: `INSERT INTO dbo.[${table}] (${list}) VALUES ${values.join(', ')}`, parameters };
}

function asText(cell: Cell): string | null {
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  return cell === null ? null : String(cell);
}
