import type { Engine, Pipeline } from '@tallyman/core';
import type { Clock, Sink, SinkContext } from '@tallyman/sdk';
import type { DependencyContainer, FactoryProvider } from 'tsyringe';
import type { SinkConfig } from '../config/model.ts';
import type { AgentDiagnostics } from '../diagnostics/diagnostics.ts';
import type { SinkCounts } from '../sinks/counts.ts';

/** A symbol that knows what it stands for. */
export type Token<T> = symbol & { readonly __resolves?: T };

const token = <T>(name: string): Token<T> => Symbol(name);

/** Of the whole agent. Nothing here holds a token of any sink. */
export const clockToken = token<Clock>('clock');
export const diagnosticsToken = token<AgentDiagnostics>('diagnostics');
export const randomToken = token<() => number>('random');
export const engineToken = token<Engine>('engine');
export const hostToken = token<string>('host');
export const sinkCountsToken = token<SinkCounts>('sinkCounts');
export const pipelineToken = token<Pipeline>('pipeline');

/** Of one sink: registered in its own child container only. */
export const sinkConfigToken = token<SinkConfig>('sinkConfig');
export const sinkContextToken = token<SinkContext>('sinkContext');
export const sinkToken = token<Sink>('sink');

/** Resolves what a token stands for. */
export function resolved<T>(container: DependencyContainer, from: Token<T>): T {
  return container.resolve<T>(from);
}

/** Registers a value. */
export function provide<T>(container: DependencyContainer, as: Token<T>, value: T): void {
  container.register<T>(as, { useValue: value });
}

/** Registers how to build something. */
export function provideBy<T>(
  container: DependencyContainer,
  as: Token<T>,
  factory: FactoryProvider<T>['useFactory'],
): void {
  container.register<T>(as, { useFactory: factory });
}
