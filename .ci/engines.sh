# shellcheck shell=bash
# The two Docker engines that the tests run against, as functions for `. .ci/engines.sh`:
#   20.10  from the distribution, installed as usual, at /var/run/docker.sock
#   28.5   from Debian forky, unpacked beside it, at /run/tallyman-28/docker.sock
# Needs root. Everything lives under /var/cache/tallyman-ci (downloads), /var/lib/tallyman-ci
# (data, on disk: overlay2 refuses to stack on an overlay) and /run/tallyman-28.

engine_cache=/var/cache/tallyman-ci
engine_data=/var/lib/tallyman-ci
engine_28_root=$engine_cache/engine-28
engine_28_run=/run/tallyman-28
engine_28_socket=$engine_28_run/docker.sock
# What runs 28.5 and its containerd; runc is the distribution's.
engine_28_path=$engine_28_root/usr/bin:$engine_28_root/usr/sbin:$PATH
engine_20_pidfile=/run/tallyman-20/docker.pid
engine_28_pidfile=$engine_28_run/docker.pid

# engine_answers SOCKET: whether an engine answers there.
engine_answers() {
  curl --silent --fail --max-time 5 --output /dev/null --unix-socket "$1" http://docker/_ping
}

# engine_version SOCKET: what the engine calls itself, e.g. 28.5.2+dfsg4.
engine_version() {
  curl --silent --fail --max-time 5 --unix-socket "$1" http://docker/version |
    sed -n 's/.*"Version":"\([^"]*\)","ApiVersion".*/\1/p'
}

# engine_await SOCKET LOG [PID]: up to 60 s for the engine to answer; the end of its log when it does
# not, or when the process ends before.
engine_await() {
  local left
  for ((left = 120; left > 0; left--)); do
    engine_answers "$1" && return 0
    [ -z "${3-}" ] || kill -0 "$3" 2>/dev/null || break
    sleep 0.5
  done
  echo "starting the engine at $1: it does not answer; the end of $2:" >&2
  tail -n 20 "$2" >&2
  return 1
}

# engine_20_start: the installed engine at /var/run/docker.sock.
engine_20_start() {
  local run=${engine_20_pidfile%/*} log=$engine_data/20.log
  mkdir -p "$run" "$engine_data/20"
  # Installing the package may have started it just now.
  if kill -0 "$(cat /var/run/docker.pid 2>/dev/null || echo none)" 2>/dev/null; then
    engine_await /var/run/docker.sock "$log"
    return
  fi
  setsid nohup dockerd --data-root "$engine_data/20" --exec-root "$run/exec" \
    --pidfile "$engine_20_pidfile" -H unix:///var/run/docker.sock >"$log" 2>&1 </dev/null &
  engine_await /var/run/docker.sock "$log" $!
}

# engine_28_start: unpacks it at the first call. In a network namespace of its own: a second engine
# beside the first would take its bridge and firewall rules away.
engine_28_start() {
  local log=$engine_data/28.log
  engine_28_unpack
  mkdir -p "$engine_28_run" "$engine_data/28"
  PATH=$engine_28_path setsid nohup unshare --net sh -c 'ip link set lo up; exec dockerd "$@"' sh \
    --data-root "$engine_data/28" --exec-root "$engine_28_run/exec" \
    --pidfile "$engine_28_pidfile" -H "unix://$engine_28_socket" >"$log" 2>&1 </dev/null &
  engine_await "$engine_28_socket" "$log" $!
}

# engine_stop PIDFILE: SIGTERM, which stops the containers, the daemon and its containerd; SIGKILL
# after 20 s.
engine_stop() {
  local pid left
  pid=$(cat "$1" 2>/dev/null) || return 0
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((left = 40; left > 0; left--)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.5
  done
  kill -KILL "$pid" 2>/dev/null || true
}

# engine_28_unpack: the packages of Debian forky run on bookworm when unpacked rather than installed,
# except runc, which wants a newer libc. Kept from one run to the next.
engine_28_unpack() {
  local packages=$engine_cache/packages lists=$engine_cache/lists package
  [ -e "$engine_28_root/complete" ] && return 0
  rm -rf "$engine_28_root" "$packages"
  mkdir -p "$engine_28_root" "$packages" "$lists/partial"
  engine_sources forky
  (
    cd "$packages" || exit
    engine_apt update
    engine_apt download docker.io containerd
  ) >&2
  for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$engine_28_root"; done
  rm -f "$engine_28_root"/usr/sbin/runc "$engine_28_root"/usr/bin/runc
  touch "$engine_28_root/complete"
}

# engine_apt …: apt-get that sees nothing but engine_sources and leaves the machine's own lists alone.
# Lists past their date are taken, as a mirror may be frozen; signatures are checked as ever.
engine_apt() {
  apt-get -qq -o Acquire::Retries=5 -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root \
    -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$engine_cache/sources.d" \
    -o Dir::State::lists="$engine_cache/lists" \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= "$@"
}

# engine_sources SUITE: the machine's own apt sources of its main suite, with SUITE in its place: a
# mirror stays a mirror. Both formats, sources.list(5).
engine_sources() {
  local own suite=$1 folder=$engine_cache/sources.d
  own=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mkdir -p "$folder"
  find /etc/apt -name '*.list' -exec sed -nE \
    "s/^(deb[[:space:]]+(\[[^]]*\][[:space:]]+)?[^[:space:]]+[[:space:]]+)$own([[:space:]].*)/\1$suite\3/p" {} + \
    >"$folder/$suite.list"
  find /etc/apt -name '*.sources' -exec awk -v own="$own" -v suite="$suite" '
    BEGIN { RS = ""; FS = "\n" }
    $0 ~ "(^|\n)Suites:([^\n]*[ \t])?" own "([ \t\n]|$)" {
      for (i = 1; i <= NF; i++) print ($i ~ /^Suites:/ ? "Suites: " suite : $i)
      print ""
    }' {} + >"$folder/$suite.sources"
}
