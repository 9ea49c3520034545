import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** One question at a time: an answer does not say what it answers. */
export async function askChild<Answer>(child: ChildProcess, question: string): Promise<Answer> {
  const answered = once(child, 'message');
  child.send(question);
  const [answer] = await answered;
  return answer;
}

/** For a child that ends with its parent's connection. */
export async function endChild(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}
