/** How this account behaves where accounts differ, or where the reference leaves it open. */
export interface Habits {
  /** `is_api_filter_enabled`: without it every filter of contacts, companies and leads is passed over (reference §5). */
  readonly apiFilter: boolean;
  /** Filters of these names are passed over all the same: `custom_fields_values` of some accounts (reference §5). */
  readonly ignoredFilters: readonly string[];
  /** `order` is passed over: rows come by `updated_at`, the oldest first. */
  readonly ignoresOrder: boolean;
  /** Larger pages are cut to this without a word (reference §5). */
  readonly pageLimit: number;
  /** `digits`: a question of digits also meets phones written with brackets and spaces (reference §11.12). */
  readonly search: 'digits' | 'text';
  /** On: `leads/complex` looks for a lead of the same person in the same pipeline (reference §3.4, §7). */
  readonly duplicateControl: boolean;
  /** Valid siblings of an item that is refused are stored; the reference takes a batch for atomic (§6). */
  readonly partialWrites: boolean;
  /** A fractional price is taken, and `price_with_minor_units` is read (reference §3.2). */
  readonly minorUnits: boolean;
  /** What the person at the consent page says. */
  readonly consent: 'grant' | 'deny';
  /** The token endpoint takes forms; a real one is said to answer them with 401 (reference §1). */
  readonly formTokens: boolean;
  /** The body of a 429 (reference §2): nginx's page, Kommo's JSON, or nothing. */
  readonly limitAnswer: 'html' | 'json' | 'empty';
}

export const ordinaryHabits: Habits = {
  apiFilter: true,
  ignoredFilters: [],
  ignoresOrder: false,
  pageLimit: 250,
  search: 'digits',
  duplicateControl: false,
  partialWrites: false,
  minorUnits: true,
  consent: 'grant',
  formTokens: false,
  limitAnswer: 'html',
};
