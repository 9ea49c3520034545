export * from './account.ts';
export * from './clock.ts';
export * from './conformance/index.ts';
export * from './receivers/index.ts';
export * from './sample-records.ts';
export * from './sink-context.ts';
