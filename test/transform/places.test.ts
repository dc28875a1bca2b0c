import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadPipeline } from '../../engine/config/load.ts';
import { compile } from '../../engine/transform/compile.ts';
import { temporaryFolder } from '../support/folder.ts';
import { told } from './support.ts';

const yaml = `version: 1
name: places
params:
  filial: { type: integer, default: 1 }
connections:
  clinic: { connector: nowhere }
flows:
  visits:
    source: { connection: clinic, table: visits }
    key: id
    map:
      id: $string(id)
      имя: 'patient.name & $params.filail'
      note: >-
        $uppercase(comment)
        and $nope
      block: |
        (
          $all := items.name;
          $joni($all, ", ")
        )
    targets:
      deal:
        connection: clinic
        table: deals
        key: [id]
        fields: { id: id, title: "имя & \\"🙂\\" & IDENT" }
`;

it('findings stand at the line and column of the very name, in every style of YAML', async () => {
  const file = join(temporaryFolder(), 'places.yaml');
  writeFileSync(file, yaml);
  const registry = { connectorNames: () => [], loadConnector: async () => undefined };
  const { pipeline } = await loadPipeline(file, { env: {}, registry });
  const findings = pipeline ? compile(pipeline).findings : [];
  expect(told(findings).map((finding) => finding.replace(file, '').split(': ', 1)[0])).toEqual([
    ':13:28 error transform.unknown_param',
    ':16:13 error transform.unknown_variable',
    ':20:11 error transform.unknown_function',
    ':27:49 error transform.literal_word',
  ]);
});
