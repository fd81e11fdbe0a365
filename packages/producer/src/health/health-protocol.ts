import type { HealthServerOptions } from "./health-server.ts";

/** What the main thread gives the health thread at its start. */
export interface HealthWorkerData extends HealthServerOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
}

/** The health thread's only message: it listens, or the system's code for why it cannot. Any message asks it to close. */
export type HealthWorkerMessage = { readonly port: number } | { readonly failure: string };
