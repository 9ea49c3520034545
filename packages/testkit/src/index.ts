export * from './account.ts';
export * from './clock.ts';
export * from './docker/index.ts';
export * from './embedded/index.ts';
export * from './receivers/index.ts';
export * from './record/index.ts';
export * from './sample-records.ts';
export * from './sink-context.ts';
