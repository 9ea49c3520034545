/** The text of a sink in one file without an import. `members`: what `create` returns; it may use `context`. */
export function sinkFile(
  type: string,
  members: string,
  { token = 'none', before = '' }: { token?: 'required' | 'none'; before?: string } = {},
): string {
  return `${before}
export default {
  type: '${type}', summary: 'For a test.', stability: 'beta', contract: 1,
  accepts: ['log', 'stat', 'event'], token: '${token}',
  options: { type: 'object', properties: {} },
  create: (options, context) => ({ write: async () => {}, ${members} }),
};
`;
}
