import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { textOf } from '../../diagnostics.ts';
import type { Diagnostic, Place } from '../../diagnostics.ts';
import { lookUp } from '../../messages/catalogue.ts';
import type { Language } from '../../messages/template.ts';

/**
 * Findings for whatever reads reports of static analysis: code scanning, editors.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifText(findings: readonly Diagnostic[], version: string, language: Language): string {
  return JSON.stringify(sarif(findings, version, language), null, 2);
}

function sarif(findings: readonly Diagnostic[], version: string, language: Language): object {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  const driver = { name: 'pipe', version, language, rules: codes.map((code) => rule(code, language)) };
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        language,
        columnKind: 'unicodeCodePoints',
        results: findings.map((finding) => result(finding, codes, language)),
      },
    ],
  };
}

/** What a code says, with its words in braces, and what to do. */
function rule(code: string, language: Language): object {
  const entry = lookUp(code);
  if (!entry) return { id: code };
  return { id: code, shortDescription: { text: entry[language] }, help: { text: entry.fix[language] } };
}

function result({ severity, code, parameters, where }: Diagnostic, codes: readonly string[], language: Language) {
  const { message, fix } = textOf(code, parameters, language);
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: { text: `${message}; ${fix}` },
    ...(where && { locations: [{ physicalLocation: location(where) }] }),
  };
}

function location({ file, line, column, length = 1 }: Place): object {
  return {
    artifactLocation: { uri: uriOf(file) },
    region: { startLine: line, startColumn: column, endLine: line, endColumn: column + length },
  };
}

/** Relative to where the command was run, as readers in a checkout take it. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
