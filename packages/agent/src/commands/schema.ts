import { schemaText } from '../config/schema.ts';
import { catalogueOf } from '../configured.ts';
import type { CommonOptions } from './options.ts';
import { printText } from './output.ts';

/** `tallyman schema`: the JSON schema of the configuration, for editors. */
export async function schema(options: CommonOptions): Promise<number> {
  printText(await schemaText(catalogueOf(options)));
  return 0;
}
