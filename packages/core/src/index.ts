export * from './settings.ts';
export { Account, type AccountSnapshot } from './vitals/account.ts';
export type { Diagnostics } from './vitals/log.ts';
