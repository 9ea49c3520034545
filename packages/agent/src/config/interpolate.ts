import { didYouMean } from './nearest.ts';

/** Where the values of `${…}` come from. */
export interface Lookup {
  variable(name: string): string | undefined;
  /** The names of all variables, for suggestions. */
  variableNames(): readonly string[];
  /** The content of a file, or what is wrong with it. */
  file(path: string): { readonly text: string } | { readonly fault: string };
}

/** A text with its variables filled in. */
export interface Interpolated {
  readonly text: string;
  /** The expressions that were filled in, without their defaults: `${CLUSTER_NAME}`. */
  readonly expressions: readonly string[];
  /** What could not be filled in; `at` is the index of its `$`. */
  readonly faults: readonly Fault[];
}

interface Fault {
  readonly at: number;
  readonly message: string;
}

/**
 * Fills in `${VAR}`, `${VAR:-default}` and `${VAR:?message}` (both also where the variable is empty),
 * `${file:/path}` without its last line ending, and `$$` for a dollar sign. Any other `$` stands for itself.
 */
export function interpolated(text: string, lookup: Lookup): Interpolated {
  return new Expansion(text, lookup).run();
}

const unclosed = `a \${ without its }; close it, or write $\${ for the two characters themselves`;
const misspelt = `after \${ comes a name of letters, digits and _, or file:/path; write $\${ for the two characters themselves`;

class Expansion {
  readonly #text: string;
  readonly #lookup: Lookup;
  #at = 0;
  #expressions: string[] = [];
  #faults: Fault[] = [];

  constructor(text: string, lookup: Lookup) {
    this.#text = text;
    this.#lookup = lookup;
  }

  run(): Interpolated {
    const text = this.#until('end');
    return { text, expressions: this.#expressions, faults: this.#faults };
  }

  #until(limit: 'end' | 'brace'): string {
    let out = '';
    while (this.#at < this.#text.length) {
      const rest = this.#text.slice(this.#at, this.#at + 2);
      if (limit === 'brace' && rest.startsWith('}')) break;
      if (rest === '${') {
        out += this.#expression();
        continue;
      }
      out += rest.charAt(0);
      this.#at += rest === '$$' ? 2 : 1;
    }
    return out;
  }

  #expression(): string {
    const start = this.#at;
    this.#at += 2;
    if (this.#text.startsWith('file:', this.#at)) return this.#file(start);
    const [name] = /^[A-Za-z_]\w*/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += name?.length ?? 0;
    const operator = this.#operator();
    if (name === undefined || operator === undefined) return this.#skip(start, misspelt);

    const value = this.#lookup.variable(name);
    const isUsed = value === undefined || (value === '' && operator !== '');
    const alternative = this.#alternative(isUsed);
    if (this.#text[this.#at] !== '}') return this.#fault(start, unclosed);
    this.#at++;

    this.#expressions.push(`\${${name}}`);
    if (!isUsed) return value;
    if (operator === ':-') return alternative;
    return this.#fault(start, operator === ':?' ? required(name, alternative) : this.#unset(name));
  }

  #operator(): '' | ':-' | ':?' | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 2);
    if (rest === '' || rest.startsWith('}')) return '';
    if (rest !== ':-' && rest !== ':?') return undefined;
    this.#at += 2;
    return rest;
  }

  /** The default or message, itself expanded. Where it is not used, what is wrong in it does not matter. */
  #alternative(isUsed: boolean): string {
    const [expressions, faults] = [[...this.#expressions], [...this.#faults]];
    const text = this.#until('brace');
    if (!isUsed) [this.#expressions, this.#faults] = [expressions, faults];
    return text;
  }

  #file(start: number): string {
    const end = this.#text.indexOf('}', this.#at);
    if (end === -1) return this.#skip(start, unclosed);
    const path = this.#text.slice(this.#at + 'file:'.length, end);
    this.#at = end + 1;
    this.#expressions.push(`\${file:${path}}`);
    const file = this.#lookup.file(path);
    if ('fault' in file) return this.#fault(start, `\${file:${path}}: ${file.fault}`);
    return file.text.replace(/\r?\n$/, '');
  }

  #unset(name: string): string {
    const hint = didYouMean(name, this.#lookup.variableNames());
    return `\${${name}} is not set${hint === '' ? `; set it, or give a default: \${${name}:-…}` : hint}`;
  }

  #skip(start: number, message: string): string {
    const end = this.#text.indexOf('}', this.#at);
    this.#at = end === -1 ? this.#text.length : end + 1;
    return this.#fault(start, message);
  }

  #fault(at: number, message: string): string {
    this.#faults.push({ at, message });
    return '';
  }
}

function required(name: string, message: string): string {
  return message === '' ? `\${${name}} must be set` : `\${${name}} is not set: ${message}`;
}
