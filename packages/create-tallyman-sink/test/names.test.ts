import { describe, expect, test } from '@jest/globals';
import { builtInSinks } from '../../agent/src/sinks/built-in.ts';
import { builtInTypes, directoryFor, namesFrom } from '../src/names.ts';

describe('the name', () => {
  test.each([
    ['kafka', 'kafka', 'tallyman-sink-kafka'],
    [' kafka ', 'kafka', 'tallyman-sink-kafka'],
    ['tallyman-sink-kafka', 'kafka', 'tallyman-sink-kafka'],
    ['my-kafka2', 'my-kafka2', 'tallyman-sink-my-kafka2'],
    ['@acme/tallyman-sink-kafka', 'kafka', '@acme/tallyman-sink-kafka'],
    ['@acme/kafka', 'kafka', '@acme/kafka'],
  ])('"%s" gives the type %s and the package %s', (text, type, packageName) => {
    expect(namesFrom(text)).toEqual({ type, packageName });
  });

  test.each([
    ['', 'a letter first'],
    ['Kafka', 'lower-case letters'],
    ['kafka_2', 'lower-case letters'],
    ['-kafka', 'a letter first'],
    ['kafka-', 'single hyphens'],
    ['2kafka', 'a letter first'],
    ['tallyman-sink-', 'a letter first'],
    ['../kafka', 'a scope begins with @'],
    ['acme/kafka', 'a scope begins with @'],
    ['@Acme/kafka', 'a scope begins with @'],
    ['@acme/a/b', 'a scope begins with @'],
    ['k'.repeat(215), 'npm takes 214 characters at most'],
  ])('"%s" is refused, with what to write instead', (text, advice) => {
    expect(() => namesFrom(text)).toThrow(advice);
  });

  test.each(builtInTypes)('%s is refused: the agent has a sink of that name', (type) => {
    expect(() => namesFrom(`@acme/tallyman-sink-${type}`)).toThrow(
      `a sink of that name comes with the agent; choose another, such as my-${type}`,
    );
  });

  test('those that the agent has are known', () => {
    expect(builtInTypes).toEqual(builtInSinks.map(({ type }) => type));
  });

  test('gives the folder, without the scope', () => {
    expect(directoryFor('@acme/tallyman-sink-kafka')).toBe('tallyman-sink-kafka');
    expect(directoryFor('tallyman-sink-kafka')).toBe('tallyman-sink-kafka');
  });
});
