// Puts the contract of sinks into the test kit's folder, to be packed with it: who writes a sink need not have this
// repository. Run by pnpm before it packs.
import { readFileSync, writeFileSync } from 'node:fs';

const contract = readFileSync(new URL('../docs/specs/sink.md', import.meta.url), 'utf8');
// What the links lead to is not packed.
const text = contract.replaceAll(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, '$1');
writeFileSync(new URL('../packages/testkit/contract.md', import.meta.url), text);
