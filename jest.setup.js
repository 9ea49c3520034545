/** pnpm silently falls back to the machine's own Node when an install was left half done; say so. */
export default function assertRuntime() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24)
    throw new Error(
      `running the tests: Node ${process.versions.node} is too old, 24 is expected from the workspace's own devDependency; run "npx -y pnpm@12 install"`,
    );
}
