import { type Document, parseDocument, type YAMLError } from 'yaml';
import type { Report } from './report.ts';

/**
 * Reads the text as one YAML 1.2 document. What is wrong with it is reported in words of our own: the
 * parser's quote the text, and the text may hold tokens. Undefined where the structure cannot be trusted.
 */
export function documentOf(text: string, report: Report): Document | undefined {
  const document = readDocument(text, report);
  if (document === undefined) return undefined;
  let isStructureLost = false;
  for (const fault of [...document.errors, ...document.warnings]) {
    if (fault.message.includes('call stack')) {
      report.at(0, '', 'yaml', tooDeep);
      return undefined;
    }
    // An alias without a name is an alias without an anchor: tree.ts reports it with its path.
    if (fault.code === 'BAD_ALIAS') continue;
    // After the first error of structure the parser stumbles over its own consequences.
    const isLocal = localFaults.has(fault.code);
    if (isStructureLost && !isLocal) continue;
    isStructureLost ||= !isLocal;
    report.at(fault.pos[0], '', 'yaml', explained(fault, text));
  }
  return isStructureLost ? undefined : document;
}

// The parser calls itself for each level and runs out of stack at some thousands.
const tooDeep = 'is nested too deeply to be read';

const localFaults = new Set(['BAD_DQ_ESCAPE', 'BAD_SCALAR_START', 'TAG_RESOLVE_FAILED']);

function readDocument(text: string, report: Report): Document | undefined {
  try {
    // Duplicate keys and aliases are judged in tree.ts, which knows their paths.
    return parseDocument(text, {
      version: '1.2',
      merge: true,
      prettyErrors: false,
      uniqueKeys: false,
    });
  } catch {
    report.at(0, '', 'yaml', tooDeep);
    return undefined;
  }
}

const quoteVariable = `quote it inside { } and [ ]: "\${VAR}"`;

const words: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE:
    'this escape is not known in double quotes; use single quotes, or write \\\\ for \\',
  BAD_INDENT:
    'the indentation does not fit; keys of one mapping start in the same column, and { or [ must be closed',
  BAD_PROP_ORDER: 'an anchor (&name) stands before a value, not before a list or key',
  BAD_SCALAR_START: 'a value cannot start with this character; quote it',
  BLOCK_AS_IMPLICIT_KEY: 'there is a second ": " on this line; quote the value',
  BLOCK_IN_FLOW: 'inside { } and [ ] everything is written with commas; close the bracket first',
  MULTIPLE_DOCS: 'a configuration is one document; remove this --- and what follows it',
  MULTILINE_IMPLICIT_KEY:
    'a key has to be on one line and followed by ": "; is a colon, or the space after it, missing here?',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters; is a quote missing?',
  TAB_AS_INDENT: 'a tab in the indentation; YAML wants spaces',
  TAG_RESOLVE_FAILED: 'tags (!name) are not used here; quote the value if it starts with !',
};

function explained(fault: YAMLError, text: string): string {
  const at = fault.pos[0];
  if (text.startsWith('${', at - 1)) return quoteVariable;
  if (text.startsWith('${', at) && fault.code === 'BLOCK_AS_IMPLICIT_KEY')
    return `a ": " inside \${…}; quote the value`;
  if (fault.code === 'MISSING_CHAR' && fault.message.includes('quote'))
    return 'a quote is not closed';
  return (
    words[fault.code] ??
    'is not valid YAML here; is a quote, comma, bracket or colon missing before it?'
  );
}
