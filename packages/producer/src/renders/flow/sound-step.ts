import { join } from "node:path";

import { isFinished, type SoundPlan, type Warning } from "@framewright/contract";
import type { MixedSound } from "@framewright/engine";

import type { Lease } from "../../queue/lease.ts";
import type { Stored } from "../../store/port.ts";
import type { Loss } from "../charges.ts";
import { fpsOf } from "../fps-of.ts";
import { plannedOf } from "../picture.ts";
import { type Composition, pageJob } from "../plan-render.ts";
import type { RenderRow } from "../render-row.ts";
import { readRender } from "../row-changes.ts";
import { chunkSilenceMs } from "../time-limits.ts";
import { lossWords, untilDone } from "../until-done.ts";
import { inWorkFolder } from "../work-folder.ts";
import { chargeLosses } from "./charge-losses.ts";
import { soundHash } from "./chunk-hash.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { settle } from "./settle.ts";
import { storeChunk, takeDone } from "./store-chunk.ts";
import { withComposition } from "./with-composition.ts";

interface SoundRow {
  readonly state: "waiting" | "done";
  readonly hash: string;
}

interface Mixing {
  readonly lease: Lease;
  readonly row: RenderRow;
  readonly sound: SoundPlan;
  readonly composition: Composition;
  readonly deps: FlowDeps;
}

interface Mixed {
  readonly stored: Stored;
  readonly findings: MixedSound;
}

/** Mixes a render's sound, and stores it; where its content has come meanwhile, takes that. */
export async function soundStep(
  lease: Lease,
  { renderId, index }: { readonly renderId: string; readonly index: number },
  deps: FlowDeps,
): Promise<void> {
  const { database, store } = deps;
  const row = await readRender(database, renderId);
  const [wanted] = await database.query<SoundRow>(
    "SELECT state, hash FROM framewright.chunks WHERE render_id = $1 AND index = $2",
    [renderId, index],
  );
  const sound = row?.plan?.sound;
  if (!row || !sound || isFinished(row.state) || !wanted || wanted.state === "done")
    return settle(deps, lease, "done", async () => undefined);
  // With the programs of this machine: while a fleet is upgraded, the plan may have had others.
  const hash = soundHash(row, plannedOf(row), sound, deps.settings);
  const part = { chunk: { index, startFrame: 0, endFrame: 0 }, hash, plannedHash: wanted.hash };
  const [there] = await database.query("SELECT 1 FROM framewright.chunk_files WHERE hash = $1", [hash]);
  if (there) return settle(deps, lease, "done", (tx, render) => takeDone(tx, render, part, deps));
  const key = `chunks/${hash}/${lease.id}-${lease.attempt}.wav`;
  const mixed = await withComposition(deps, row, lease.signal, (composition) =>
    mix({ lease, row, sound, composition, deps }, (file, signal) =>
      store.put(key, file, { contentType: "audio/wav" }, signal),
    ),
  );
  await settle(deps, lease, "done", (tx, render) => storeChunk(tx, render, { ...part, key, ...mixed }, deps));
}

function lossWarning(loss: Loss): Warning {
  return {
    code: "chunk-retried",
    message: `The sound was mixed again: ${lossWords(loss)}`,
    remedy: "Nothing, if it stays rare: the video is complete.",
  };
}

function mix(
  { lease, row, sound, composition, deps }: Mixing,
  keep: (file: string, signal: AbortSignal) => Promise<Stored>,
): Promise<Mixed> {
  const { settings, workers, scratch, observer } = deps;
  const budget = { prefix: "sound", maxBytes: settings.renderScratchBytes, signal: lease.signal };
  return inWorkFolder(scratch, budget, async (dir, signal) => {
    const { plan } = plannedOf(row);
    const deadline = row.deadline.getTime();
    const file = join(dir, "sound.wav");
    const job = {
      kind: "sound",
      ...pageJob(composition, settings, dir, plan),
      plan: sound,
      fps: fpsOf(row.options.fps),
      startFrame: plan.startFrame,
      endFrame: plan.endFrame,
      file,
      deadline,
    } as const;
    const bounds = {
      deadline,
      signal,
      priority: -Number(row.ord),
      stallTimeoutMs: chunkSilenceMs(settings),
      onProgress: () => observer.progressed(),
    };
    const noteLoss = chargeLosses(deps, row.id, lossWarning);
    const findings = await untilDone({ noteLoss, signal, dir }, (onStarted) =>
      workers.run(job, { ...bounds, onStarted }),
    );
    return { stored: await keep(file, signal), findings };
  });
}
