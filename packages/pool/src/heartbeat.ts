export interface HeartbeatOptions {
  readonly intervalMs: number;
  /** How long the peer may be silent. */
  readonly timeoutMs: number;
  readonly ping: () => void;
  readonly onSilent: () => void;
}

export interface Heartbeat {
  /** Notes a sign of life. */
  heard(): void;
  stop(): void;
}

/**
 * Pings a peer and notices its silence, at most one interval late. Silence is counted in ticks of our own timer,
 * not on a clock: a stall of our own loop is one tick, and so never looks like the peer's.
 */
export function startHeartbeat({ intervalMs, timeoutMs, ping, onSilent }: HeartbeatOptions): Heartbeat {
  let hasSpoken = true;
  let silentTicks = 0;
  const timer = setInterval(() => {
    silentTicks = hasSpoken ? 0 : silentTicks + 1;
    hasSpoken = false;
    if (silentTicks * intervalMs < timeoutMs) return ping();
    clearInterval(timer);
    onSilent();
  }, intervalMs);
  return {
    heard() {
      hasSpoken = true;
    },
    stop() {
      clearInterval(timer);
    },
  };
}
