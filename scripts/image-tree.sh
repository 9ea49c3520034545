#!/bin/sh
# Puts what the image runs, built and with its production dependencies, into .image: `pnpm image:tree`.
# Needs the workspace installed and built, and then no network.
set -eu
cd "$(dirname "$0")/.."
command -v pnpm >/dev/null || pnpm() { npx -y pnpm@12 "$@"; }

rm -rf .image
# The lockfile was verified when the workspace was installed; without the registry it cannot be verified again.
pnpm --filter tallyman deploy --prod --offline --trust-lockfile \
  --config.inject-workspace-packages=true --node-linker hoisted .image
cp LICENSE .image

cd .image
rm -rf pnpm-lock.yaml pnpm-workspace.yaml node_modules/.pnpm* node_modules/.modules.yaml node_modules/.bin
# What packages bring and nothing runs. Licences stay.
for folder in test tests docs benchmarks examples; do
  rm -rf node_modules/*/$folder node_modules/@*/*/$folder
done
find . -type f \( -name '*.map' -o -name '*.ts' -o -name '*.cts' -o -name '*.mts' \) -exec rm -f {} +
