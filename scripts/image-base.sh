#!/bin/sh
# Writes a base for the Dockerfile, as a tar, from this machine's own Node, npm, C library and static busybox:
#
#   sh scripts/image-base.sh | docker import - tallyman-base
#
# For a machine without a registry (Debian: busybox-static), and for the tests of the image. With a registry
# the Dockerfile's default base is the better one, as it gets security updates.
set -eu
cd "$(dirname "$0")/.."

node=$(readlink -f node_modules/node/bin/node)
npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
busybox=$(command -v busybox)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root/etc" "$root/root" "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
mkdir -m 1777 "$root/tmp"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"

cp "$node" "$root/usr/local/bin/node"
cp -R "$npm" "$root/usr/local/lib/node_modules/npm"
for program in npm npx; do
  ln -s "../lib/node_modules/npm/bin/$program-cli.js" "$root/usr/local/bin/$program"
done

# ldd(1) prints "NAME => PATH (ADDRESS)", and the loader as "PATH (ADDRESS)".
for library in $(ldd "$node" | sed -n 's|^.*[[:blank:]]\(/[^ ]*\) (0x.*|\1|p'); do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

for applet in $("$busybox" --list-full); do
  mkdir -p "$root/$(dirname "$applet")"
  [ -e "$root/$applet" ] || ln -s /bin/busybox "$root/$applet"
done
rm -f "$root/bin/busybox"
cp -L "$busybox" "$root/bin/busybox"

tar --create --numeric-owner --owner=0 --group=0 --directory="$root" .
