#!/usr/bin/env bash
# Starts an image's command in its root as the image's user: read-only but for the data folder, without capabilities,
# without any network but loopback, behind tini as process 1. Renders one composition and ends it by SIGTERM.
#
#   deploy/start-in-chroot.sh root instructions    Called by try-in-chroot.sh.
set -euo pipefail

if [[ "${3:-}" != inside ]]; then
  # Mounts and processes end with these namespaces, whatever happens.
  exec setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc --net --ipc \
    timeout --foreground --kill-after=10 300 "$0" "$1" "$2" inside </dev/null
fi

readonly ROOT="$1" INSTRUCTIONS="$2" HERE="$(dirname "$0")"
readonly START_SECONDS=60 END_SECONDS=40
said() { sed -n "s/^$1 //p" "$INSTRUCTIONS"; }
listed() { node -p 'JSON.parse(process.argv[1]).join("\n")' "$1"; }

mapfile -t COMMAND < <(listed "$(said ENTRYPOINT)" && listed "$(said CMD)")
mapfile -t CHECK < <(listed "$(said HEALTHCHECK | sed 's/^.* CMD \[/[/')")
mapfile -t VARIABLES < <(said ENV | tr ' ' '\n')
IFS=: read -r USER_ID GROUP_ID <<<"$(said USER)"
DATA="$(listed "$(said VOLUME)")"
# Callers without a key are served on the loopback address alone.
VARIABLES+=(PATH=/usr/local/bin:/usr/bin:/bin "HOME=$DATA" PRODUCER_HOST=127.0.0.1)
readonly AS_USER=(
  env -i "${VARIABLES[@]}" setpriv --reuid "$USER_ID" --regid "$GROUP_ID" --clear-groups
  --no-new-privs --bounding-set=-all --inh-caps=-all env --chdir "$(said WORKDIR)"
)

ip link set lo up
mount --bind "$ROOT" "$ROOT" && mount -o remount,bind,ro "$ROOT"
mount -t tmpfs -o "size=3g,mode=0700,uid=$USER_ID,gid=$GROUP_ID" tmpfs "$ROOT$DATA"
mount -t tmpfs -o size=1m,mode=0755 tmpfs "$ROOT/dev"
for device in null zero full random urandom; do
  touch "$ROOT/dev/$device" && mount --bind "/dev/$device" "$ROOT/dev/$device"
done

# A process namespace of its own, as a container has: tini is process 1 there. A real change of root, for whoever is
# merely in a chroot may make no user namespace, which the browser's sandbox needs.
unshare --pid --fork --mount-proc="$ROOT/proc" bash -euc 'cd "$1" && pivot_root . . && umount --lazy . && shift && exec "$@"' \
  container "$ROOT" "${AS_USER[@]}" "${COMMAND[@]}" &
unshare_pid=$!

until chroot "$ROOT" "${AS_USER[@]}" "${CHECK[@]}"; do
  kill -0 "$unshare_pid" && ((SECONDS < START_SECONDS)) || { echo "It did not start." >&2; exit 1; }
  sleep 0.2
done
echo "== alive after $SECONDS s"
chroot "$ROOT" "${AS_USER[@]}" node --input-type=module-typescript - <"$HERE/../scripts/try-image.ts"

kill -TERM "$(ps -o pid= --ppid "$unshare_pid")"
ended=$SECONDS
timer() { sleep "$END_SECONDS" && kill -KILL "$unshare_pid"; }
timer & timer_pid=$!
code=0
wait "$unshare_pid" || code=$?
kill "$timer_pid"
echo "== ended $((SECONDS - ended)) s after SIGTERM with exit code $code; left in $DATA: $(cd "$ROOT$DATA" && find . -type f | wc -l) files"
[[ $code -eq 0 ]]
