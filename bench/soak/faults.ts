import type { ServiceProcess } from "../../packages/producer/src/chaos/service-process.ts";
import { type Kind, strike } from "../../packages/producer/src/chaos/strike.ts";
import type { Random } from "./random.ts";
import { repeat } from "./repeat.ts";
import { openSlowClients } from "./slow-clients.ts";
import type { Tally } from "./tally.ts";

/** Between two faults, in milliseconds. */
const PAUSE_MS = { min: 2_000, max: 6_000 } as const;
const BLOCK_MS = { min: 1_000, max: 3_000 } as const;

interface Fault {
  readonly kind: string;
  readonly share: number;
  /** False when there was nothing to disturb. */
  readonly inject: (service: ServiceProcess, random: Random) => Promise<boolean>;
}

function lose(kind: Kind, signal: "SIGKILL" | "SIGSTOP", share: number): Fault {
  return {
    kind: `${signal} ${kind}`,
    share,
    inject: async ({ pid }, random) =>
      (await strike(pid, kind, signal, (candidates) => random.pick(candidates))) !== null,
  };
}

const FAULTS: readonly Fault[] = [
  lose("browser", "SIGKILL", 3),
  lose("worker", "SIGKILL", 3),
  lose("encoder", "SIGKILL", 3),
  lose("renderer", "SIGKILL", 3),
  lose("worker", "SIGSTOP", 1),
  {
    kind: "main loop blocked",
    share: 2,
    inject: async (service, random) => {
      service.block(Math.round(random.between(BLOCK_MS.min, BLOCK_MS.max)));
      return true;
    },
  },
  {
    kind: "slow clients",
    share: 1,
    inject: async ({ url, healthUrl }) => {
      openSlowClients([url, healthUrl]);
      return true;
    },
  },
];

/** Faults that end nothing that a render needs: a render that fails has another reason. */
const HARMLESS: ReadonlySet<string> = new Set(["main loop blocked", "slow clients"]);

/** Injects faults at random times until the signal aborts. */
export async function injectFaults(
  service: ServiceProcess,
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const drawn = FAULTS.flatMap((fault) => Array.from({ length: fault.share }, () => fault));
  const pauseMs = (): number => random.between(PAUSE_MS.min, PAUSE_MS.max);
  await repeat(pauseMs, signal, async () => {
    const fault = random.pick(drawn);
    if (fault && (await fault.inject(service, random))) tally.fault(fault.kind, !HARMLESS.has(fault.kind));
  });
}
