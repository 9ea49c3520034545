import { expect, test } from '@jest/globals';
import { outlivesContainer } from '../../src/state/outlives-container.ts';

/** Of a container with a volume, a bind mount and a tmpfs; as Docker 28 makes it, shortened. */
const mountinfo = String.raw`
612 540 0:61 / / rw,relatime - overlay overlay rw,lowerdir=/l1:/l2,upperdir=/u,workdir=/w
613 612 0:64 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
620 612 254:0 /docker/volumes/tallyman/_data /var/lib/tallyman rw,relatime - ext4 /dev/vda rw
621 612 254:0 /docker/containers/5f1e/hostname /etc/hostname rw,relatime - ext4 /dev/vda rw
622 612 254:0 /srv/my\040state /my\040state rw,relatime master:7 - ext4 /dev/vda rw
623 612 0:70 / /scratch rw,relatime - tmpfs tmpfs rw,size=65536k
`;

test.each([
  ['/var/lib/tallyman', true],
  ['/var/lib/tallyman/deeper', true],
  ['/my state', true],
  ['/var/lib/tallyman-other', false],
  ['/var/lib', false],
  ['/state', false],
  ['/scratch/state', false],
])('%s outlives the container: %s', (path, outlives) => {
  expect(outlivesContainer(mountinfo, path)).toBe(outlives);
});

test('the mount that hides another one at the same point counts', () => {
  const hidden = `${mountinfo}630 612 0:71 / /var/lib/tallyman rw,relatime - tmpfs tmpfs rw\n`;

  expect(outlivesContainer(hidden, '/var/lib/tallyman')).toBe(false);
});

test('where no mounts are known nothing is claimed', () => {
  expect(outlivesContainer('', '/var/lib/tallyman')).toBe(true);
});
