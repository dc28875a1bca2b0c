/** JSON we wrote ourselves, in a file whose schema and pages were checked: its shape is the port's. */
export function parsed<Shape>(json: string): Shape {
  return JSON.parse(json) as Shape;
}

/** `{ [name]: value }` of a column, or nothing where the column is NULL: the ports know no null. */
export function given<Name extends string, Result>(
  name: Name,
  column: Result | null,
): { readonly [Key in Name]?: Result } {
  const fields: { [Key in Name]?: Result } = {};
  if (column !== null) fields[name] = column;
  return fields;
}
