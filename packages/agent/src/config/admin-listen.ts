import { dirname } from 'node:path';
import { defaultAdminListen } from './places.ts';
import { Report } from './report.ts';
import { lookupIn, sourceOf } from './source.ts';
import { documentOf } from './syntax.ts';
import { treeOf } from './tree.ts';

/**
 * What a configuration file says of `admin.listen`, without looking at the rest of it or loading what that takes.
 * A mistake in the file is for others to tell.
 */
export async function adminListenIn(path: string): Promise<string> {
  const text = await sourceOf(path);
  const report = new Report(path, text);
  const document = documentOf(text, report);
  const tree = document && treeOf(document, lookupIn(process.env, dirname(path)), report);
  const listen = memberOf(memberOf(tree, 'admin'), 'listen');
  return typeof listen === 'string' ? listen : defaultAdminListen;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
