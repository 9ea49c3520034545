import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckJson } from '../../src/commands/check-json.ts';
import type { Finding, FindingCode } from '../../src/doctor/finding.ts';
import { agentFolder, configure, type FolderOptions } from './agent-folder.ts';
import { program } from './agent-process.ts';
import type { OtherRoot } from './other-root.ts';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly userId?: number;
  /** With them: `--group-add`. */
  readonly groupIds?: readonly number[] | 'as the host has them';
  /** Instead of this machine as it is. */
  readonly root?: OtherRoot;
  readonly flags?: readonly string[];
}

/** Longer than all examinations together may take. */
const checkupLimitMs = 60_000;

/** `tallyman check --connect`, as often as the test wants, in a folder of its own. To be held with `using`. */
export class Checkup implements Disposable {
  readonly folder: string;

  constructor(options: FolderOptions = {}) {
    this.folder = agentFolder(options);
  }

  /** Puts another configuration in its place. */
  configure(options: Pick<FolderOptions, 'config' | 'socketPath'>): void {
    configure(this.folder, options);
  }

  /** What the program found. */
  async run(options: RunOptions = {}): Promise<Findings> {
    const { exitCode, stdout, stderr } = await this.print({
      ...options,
      flags: ['--json', ...(options.flags ?? [])],
    });
    if (stdout === '') throw new Error(`checking: it printed nothing, but ${stderr}`);
    return new Findings(exitCode, JSON.parse(stdout));
  }

  /** What the program printed. */
  print({ env, userId, groupIds, root, flags = [] }: RunOptions = {}): Promise<Printed> {
    const config = join(this.folder, 'config.yaml');
    const agent = [process.execPath, program, 'check', '--connect', '--config', config, ...flags];
    const as = userId === undefined ? [] : becoming(userId, groupIds ?? []);
    const [file = '', ...args] = [...(root?.entering ?? []), ...as, ...agent];
    const { PATH = '', HOME = '' } = process.env;
    const settings = { cwd: this.folder, env: { PATH, HOME, ...env }, timeout: checkupLimitMs };
    return new Promise((resolve) => {
      const child = execFile(file, args, settings, (_error, stdout, stderr) =>
        resolve({ exitCode: child.exitCode, stdout, stderr }),
      );
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Printed {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What one run found. */
export class Findings {
  readonly exitCode: number | null;
  readonly said: CheckJson;

  constructor(exitCode: number | null, said: CheckJson) {
    this.exitCode = exitCode;
    this.said = said;
  }

  get all(): readonly Finding[] {
    return this.said.findings ?? [];
  }

  /** The codes of all that is not fine, in their order. */
  get bad(): readonly FindingCode[] {
    return this.all.filter(({ severity }) => severity !== 'fine').map(({ code }) => code);
  }

  /** The finding of this code; there has to be one. */
  get(code: FindingCode): Finding {
    const found = this.all.find((finding) => finding.code === code);
    if (found === undefined)
      throw new Error(`looking for ${code}: there are ${JSON.stringify(this.all, undefined, 1)}`);
    return found;
  }

  /** What to do about it. */
  todo(code: FindingCode): string {
    return this.get(code).todo ?? '';
  }
}

/** A user without rights of root; `--init-groups` is what logging in does. */
function becoming(userId: number, groupIds: NonNullable<RunOptions['groupIds']>): string[] {
  const groups =
    groupIds === 'as the host has them'
      ? ['--init-groups']
      : groupIds.length > 0
        ? ['--groups', groupIds.join(',')]
        : ['--clear-groups'];
  return ['setpriv', '--reuid', `${userId}`, '--regid', `${userId}`, ...groups];
}
