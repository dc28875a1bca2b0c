/** A pipeline from file to file that most commands are tried with: three people, one of them without a good phone. */
export const peopleYaml = `version: 1
name: people
params:
  branch: { type: integer, default: 1 }
connections:
  desk: { connector: file }
flows:
  people:
    source: { connection: desk, file: people.csv, key: [id], cursor: { field: changed, first: all } }
    key: id
    map:
      id: id
      branch: $params.branch
      name: name
      phone: $phone(phone)
    targets:
      copy:
        connection: desk
        file: copy.csv
        key: [id]
        match: [{ name: id, by: [id] }]
        fields: { id: id, branch: branch, name: name, phone: phone }
`;

export const peopleCsv = `id,name,phone,changed
1,Кедров Илья,+79161234567,2026-03-01T10:00:00
2,Ольхина Вера,12345,2026-03-02T10:00:00
3,Рябинин Пётр,+79167654321,2026-03-03T10:00:00
`;

/** A written file has its columns before the first run, so that every version of the connector takes the mapping. */
export const emptyCopy = 'id,branch,name,phone\n';

export const peopleFiles = { 'people.yaml': peopleYaml, 'people.csv': peopleCsv, 'copy.csv': emptyCopy };
