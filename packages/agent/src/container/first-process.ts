// Runs before anything else is loaded: nothing but Node's own modules is imported here.

const ending: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/**
 * Lets the signals that ask for an end have one, as they have by default in any process but the first of a
 * container (pid_namespaces(7)): there they would be lost, and the engine would wait until it kills.
 */
export function endOnSignals(): void {
  if (process.pid === 1) for (const name of ending) process.on(name, end);
}

/** Something else heeds the signals from now on. */
export function leaveSignals(): void {
  for (const name of ending) process.off(name, end);
}

/** With the exit code that a shell gives for it. */
function end(_name: NodeJS.Signals, number: number): void {
  process.exit(128 + number);
}
