#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { main } from '../dist/record/cli.js';

const recordings = fileURLToPath(new URL('../recordings', import.meta.url));
process.exitCode = await main(process.argv.slice(2), recordings);
