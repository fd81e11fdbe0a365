import type { ServiceProcess } from "./service-process.ts";

/** What a guarantee is checked with. */
export interface Stage {
  /** The running service; one is started when there is none. */
  readonly service: () => Promise<ServiceProcess>;
  readonly signal: AbortSignal;
  /** To be told when the fault is injected and, for some seconds, only time can help. */
  readonly onIdle?: () => void;
}

/** Something that the service promises, and a fault that puts it to the test. */
export interface Guarantee {
  readonly guarantee: string;
  readonly fault: string;
  readonly boundMs: number;
  /** Injects the fault and looks at what follows; gives the time of recovery. Throws with what did not hold. */
  readonly check: (stage: Stage) => Promise<number>;
}

/** Whether a guarantee held. */
export interface Finding {
  readonly guarantee: string;
  readonly fault: string;
  readonly held: boolean;
  /** Null when the service did not recover. */
  readonly recoveryMs: number | null;
  readonly boundMs: number;
  /** What did not hold; null when all did. */
  readonly complaint: string | null;
}

/** Throws unless what must hold does. */
export function expectThat(holds: boolean, complaint: string): void {
  if (!holds) throw new Error(complaint);
}
