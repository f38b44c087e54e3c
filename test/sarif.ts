/** Holds SARIF against its schema. */
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { readText } from './corpus.ts';

/** The schema is of draft 4, of which it uses nothing that later drafts changed but the name of `$id`. */
export function sarifValidator() {
  const { $schema: _, id, ...schema } = JSON.parse(readText('test/sarif-schema-2.1.0.json'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile({ ...schema, $id: id }) as (value: unknown) => boolean as ((value: unknown) => boolean) & {
    errors?: unknown;
  };
}
