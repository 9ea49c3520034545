const mask = '[secret]';

// A shorter text is found everywhere by chance; no service gives out tokens that short.
const shortestBytes = 4;

// Such as those of a proxy, which are not ours to know.
const credentialsInUrl = /\/\/[^\s/?#@]+@/g;

/** Takes credentials out of a text that others wrote: servers and libraries repeat what they were sent. */
export type Redact = (text: string) => string;

/** Masks the given texts, also where they are percent-encoded or escaped as JSON. */
export function redacting(secrets: readonly string[]): Redact {
  const forms = new Set(secrets.flatMap(formsOf).filter((form) => form.length >= shortestBytes));
  // Longest first: one secret may be the beginning of another.
  const ordered = [...forms].toSorted((a, b) => b.length - a.length);
  return (text) =>
    ordered
      .reduce((clean, form) => clean.replaceAll(form, mask), text)
      .replace(credentialsInUrl, '//');
}

function formsOf(secret: string): readonly string[] {
  const wellFormed = secret.toWellFormed();
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [secret, wellFormed, encodeURIComponent(wellFormed), escaped];
}
