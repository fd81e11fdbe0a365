import type { Guarantee } from "../guarantee.ts";
import { expectThat } from "../guarantee.ts";
import { survivors } from "../process-tree.ts";
import { findKind, type Kind, strike } from "../strike.ts";
import { until } from "../until.ts";
import { expectComplete, finished, startCapturing } from "./render-under-fire.ts";

export interface LostProcess {
  readonly fault: string;
  readonly kind: Kind;
  readonly strike: "SIGKILL" | "SIGSTOP";
  readonly boundMs: number;
}

/** Beyond the bound, so that a late recovery is measured rather than missed. */
const PATIENCE_MS = 15_000;
/** To look through all processes costs what a render could use. */
const LOOK_MS = 100;

/** Both chunks are under way before one is struck: what comes later is a replacement. */
async function pidsOfBoth(servicePid: number, kind: Kind, signal: AbortSignal): Promise<Set<number>> {
  const look = async (): Promise<Set<number> | null> => {
    const found = await findKind(servicePid, kind);
    return found.length < 2 ? null : new Set(found.map(({ pid }) => pid));
  };
  const wait = { what: `each worker has its ${kind}`, timeoutMs: PATIENCE_MS, signal };
  return (await until(look, wait)).seen;
}

/** A process that a render needs is lost in mid-capture: all below it goes, another takes over, the video is whole. */
export function lostProcess({ fault, kind, strike: name, boundMs }: LostProcess): Guarantee {
  return {
    guarantee: "the lost frames are rendered again",
    fault,
    boundMs,
    async check({ service: running, signal, onIdle }) {
      const service = await running();
      const api = { url: service.url, signal };
      const id = await startCapturing(api);
      const before = await pidsOfBoth(service.pid, kind, signal);
      const struck = await strike(service.pid, kind, name);
      if (!struck) throw new Error(`no ${kind} was running`);
      onIdle?.();
      const replaced = async (): Promise<true | null> => {
        const found = (await findKind(service.pid, kind)).map(({ pid }) => pid);
        const isGone = (await survivors(struck)).length === 0;
        // A worker's place is free only once it is gone: until then a new one has replaced another.
        if (!isGone && kind === "worker") for (const pid of found) before.add(pid);
        return (isGone && found.some((pid) => !before.has(pid))) || null;
      };
      const what = `the ${kind} is gone and replaced`;
      const wait = { what, timeoutMs: boundMs + PATIENCE_MS, signal, lookMs: LOOK_MS };
      const { ms } = await until(replaced, wait);
      const render = await finished(api, id);
      expectComplete(render);
      const again = render.warnings.some(({ code }) => code === "chunk-retried");
      expectThat(again, "the render does not say that frames were rendered again");
      return ms;
    },
  };
}
