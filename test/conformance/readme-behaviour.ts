import { readFileSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Connector } from '../../engine/index.ts';

/** The README of a connector says of every option what its schema says: one table for each block. */
export function hasReadme(connector: Connector): void {
  const file = new URL(`../../connectors/${connector.name}/README.md`, import.meta.url);
  const { settings, source, sink } = connector;
  const blocks = Object.entries({ connection: settings, source: source?.settings, target: sink?.settings });

  describe(`${connector.name}: its README`, () => {
    it.each(blocks)('has the table of a %s', (block, schema) => {
      const written = tables(readFileSync(file, 'utf8')).filter((table) => table.startsWith(`| ${block} |`));
      expect(written).toEqual(
        schema ? [[`| ${block} | default | |`, '|---|---|---|', ...lines(schema)].join('\n')] : [],
      );
    });
  });
}

function tables(markdown: string): readonly string[] {
  return markdown.match(/^\|.*(?:\n\|.*)*/gm) ?? [];
}

/** A row for each option, those of a nested block after it: `limits.capacity`. */
function lines(schema: TSchema, prefix = ''): readonly string[] {
  if (!('properties' in schema) || typeof schema.properties !== 'object' || schema.properties === null) return [];
  const required: readonly unknown[] = 'required' in schema && Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).flatMap(([name, option]: [string, TSchema]) => [
    line(prefix + name, option, required.includes(name)),
    ...lines(option, `${prefix}${name}.`),
  ]);
}

function line(name: string, option: object, required: boolean): string {
  const fallback = 'default' in option ? ` \`${yaml(option.default)}\`` : required ? ' required' : '';
  const description = 'description' in option ? String(option.description) : '';
  const secret = 'secret' in option ? '; a secret' : '';
  const choices =
    'enum' in option && Array.isArray(option.enum) ? option.enum : 'const' in option ? [option.const] : [];
  const listed = choices.length > 0 ? ` (${choices.map((choice) => `\`${yaml(choice)}\``).join(', ')})` : '';
  // A bare `<portal>` would be taken for HTML and not be seen.
  return `| \`${name}\` |${fallback} | ${description.replaceAll('<', '\\<')}${secret}${listed} |`;
}

/** As it is to be written: "1.2" in quotes is a text, without them a number. */
function yaml(value: unknown): string {
  return stringify(value).trim();
}
