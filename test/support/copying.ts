/** The smallest pipeline that does something: `people.csv` (id, name) into `copy.csv`; `schedule` is a line of YAML. */
export function copyingYaml(name: string, schedule = ''): string {
  return `version: 1
name: ${name}
connections:
  desk: { connector: file }
${schedule}flows:
  people:
    source: { connection: desk, file: people.csv }
    key: id
    targets:
      copy:
        connection: desk
        file: copy.csv
        key: [id]
        match: [{ name: id, by: { id: id } }]
        fields: { id: id, name: name }
`;
}
