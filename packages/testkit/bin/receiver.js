#!/usr/bin/env node
import { main } from '../dist/receivers/process/cli.js';

process.exitCode = await main(process.argv.slice(2));
