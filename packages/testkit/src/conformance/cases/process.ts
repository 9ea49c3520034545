import { type Case, Violation } from '../case.ts';
import { tour } from '../tour.ts';
import { tried } from '../trial.ts';
import { ProcessWatch } from '../watch/process-watch.ts';

export const leavesProcessAlone: Case = tried(async (trial) => {
  using watch = new ProcessWatch(trial.resources);
  await tour(trial);

  const [deed] = watch.deeds;
  if (deed === undefined) return;
  throw new Violation({
    expected: 'nothing on standard output, no exit, no handlers of the process',
    seen: `the sink ${deed}`,
    whatToDo:
      "write to context.log, and reject instead of exiting: the process is the agent's, and standard output the stdout sink's",
  });
});
