/** What can be measured beside Tallyman. */
export const peerNames = [
  'curl',
  'docker',
  'docker-loghose',
  'docker-stats',
  'rsyslog',
  'fluent-bit',
  'streams',
] as const;
export type PeerName = (typeof peerNames)[number];

/** Whether a peer is to be measured: all are, unless some are named. */
export function isWanted(name: PeerName, peers: readonly string[] | undefined): boolean {
  return peers === undefined || peers.includes(name);
}
