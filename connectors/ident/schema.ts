/**
 * The tables of IDENT the streams read, as public integrations know them (reference A.2, A.3). `Patients` and `Staffs`
 * have no ID of their own: their key is the person's. Times are naive text: the clinic's wall clock.
 */
export interface IdentDatabase {
  readonly 'dbo.Receptions': {
    readonly ID: number;
    readonly ID_Patients: number | null;
    readonly ID_Staffs: number | null;
    readonly ID_Armchairs: number | null;
    readonly PlanStart: string | null;
    readonly PlanEnd: string | null;
    readonly ReceptionAdded: string | null;
    readonly PatientAppeared: string | null;
    readonly ReceptionStarted: string | null;
    readonly ReceptionEnded: string | null;
    readonly CheckIssued: string | null;
    readonly ReceptionCanceled: string | null;
    readonly ID_ReceptionCancelReasons: number | null;
    readonly CancelReasonComment: string | null;
    readonly ID_ReceptionsTransferFrom: number | null;
    readonly Comment: string | null;
    readonly DateTimeAdded: string | null;
    readonly DateTimeChanged: string | null;
  };
  readonly 'dbo.Patients': {
    readonly ID_Persons: number;
    readonly CardNumber: string | null;
    readonly PatientNumber: number | null;
    readonly ParentSNP: string | null;
    readonly DateTimeChanged: string | null;
  };
  readonly 'dbo.Persons': {
    readonly ID: number;
    readonly Surname: string | null;
    readonly Name: string | null;
    readonly Patronymic: string | null;
    readonly MobilePhone: string | null;
    readonly Phone: string | null;
    readonly Birthday: string | null;
    readonly DateTimeChanged: string | null;
  };
  readonly 'dbo.Items': { readonly ID_Staffs: number; readonly ID_ProfessionNames: number };
  readonly 'dbo.ProfessionNames': { readonly ID: number; readonly NameProfession: string | null };
  readonly 'dbo.Armchairs': {
    readonly ID: number;
    readonly NameArmchair: string | null;
    readonly ID_OwnCompanies: number | null;
  };
  readonly 'dbo.OwnCompanies': { readonly ID: number; readonly Name: string | null };
  readonly 'dbo.Orders': {
    readonly ID: number;
    readonly ID_Receptions: number | null;
    readonly ID_OwnCompanies: number | null;
    readonly DateTimeOrder: string | null;
    readonly DateTimeBillFormed: string | null;
    readonly DateTimeAdded: string | null;
    readonly DateTimeChanged: string | null;
  };
  readonly 'dbo.OrderServiceRelation': {
    readonly ID: number;
    readonly ID_Orders: number;
    readonly ID_ServicePrices: number | null;
    readonly CountService: number | null;
    readonly DiscountSum: number | null;
    readonly DateTimeAdded: string | null;
    readonly DateTimeChanged: string | null;
  };
  readonly 'dbo.ServiceItemPrices': {
    readonly ID: number;
    readonly ID_ServiceItems: number | null;
    readonly Price: number | null;
  };
  readonly 'dbo.ServiceItems': { readonly ID: number; readonly Name: string | null };
}

export type TableName = keyof IdentDatabase;

/** Columns without which the streams cannot be read: what `pipe check` looks for. */
export const requiredColumns: Readonly<Record<TableName, readonly string[]>> = {
  'dbo.Receptions': [
    'ID',
    'ID_Patients',
    'ID_Staffs',
    'ID_Armchairs',
    'PlanStart',
    'PlanEnd',
    'ReceptionAdded',
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
  'dbo.Patients': ['ID_Persons', 'CardNumber', 'PatientNumber', 'ParentSNP'],
  'dbo.Persons': ['ID', 'Surname', 'Name', 'Patronymic', 'MobilePhone', 'Birthday'],
  'dbo.Items': ['ID_Staffs', 'ID_ProfessionNames'],
  'dbo.ProfessionNames': ['ID', 'NameProfession'],
  'dbo.Armchairs': ['ID', 'NameArmchair', 'ID_OwnCompanies'],
  'dbo.OwnCompanies': ['ID', 'Name'],
  'dbo.Orders': ['ID', 'ID_Receptions', 'ID_OwnCompanies', 'DateTimeOrder', 'DateTimeBillFormed'],
  'dbo.OrderServiceRelation': ['ID', 'ID_Orders', 'ID_ServicePrices', 'CountService', 'DiscountSum'],
  'dbo.ServiceItemPrices': ['ID', 'ID_ServiceItems', 'Price'],
  'dbo.ServiceItems': ['ID', 'Name'],
};

/**
 * Columns that only some of the public integrations know (reference A.3): read where they exist, so that a base without
 * them is still read. The stamps among them make changes visible that touch no row of Receptions.
 */
export const optionalColumns = [
  'dbo.Persons.Phone',
  'dbo.Persons.DateTimeChanged',
  'dbo.Patients.DateTimeChanged',
  'dbo.Orders.DateTimeAdded',
  'dbo.Orders.DateTimeChanged',
  'dbo.OrderServiceRelation.DateTimeAdded',
  'dbo.OrderServiceRelation.DateTimeChanged',
] as const;

export type OptionalColumn = (typeof optionalColumns)[number];
