import { readFileSync } from 'node:fs';
import { containerIdFrom } from '@tallyman/core';

/** The id of the container the agent runs in; nothing outside of one. */
export function ownContainerId(): string | undefined {
  try {
    return containerIdFrom(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    // Not Linux: then not in a container either.
    return undefined;
  }
}
