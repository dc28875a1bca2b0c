/** Thrown where a closure cannot say what JSONata would: caught at the expression, never seen outside. */
export class Other extends Error {}

/** One instance: it carries nothing, and building a stack for each row would cost more than the row. */
export const other = new Other('for JSONata itself');
