import { type Case, Violation } from '../case.ts';
import { tour } from '../tour.ts';
import { tried } from '../trial.ts';

export const leavesProcessAlone: Case = tried(async (trial) => {
  await tour(trial);

  const [deed] = trial.resources.deeds;
  if (deed === undefined) return;
  throw new Violation({
    expected: 'nothing on standard output, no exit, no handlers of the process',
    seen: `the sink ${deed}`,
    whatToDo:
      "write to context.log, and reject instead of exiting: the process is the agent's, and standard output the stdout sink's",
  });
});
