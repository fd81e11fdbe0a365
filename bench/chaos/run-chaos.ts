import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createClient } from "../../packages/client/src/index.ts";
import type { Render, RenderEvent } from "../../packages/contract/src/index.ts";

import { allProcesses } from "../../packages/producer/src/chaos/process-tree.ts";
import { Random } from "../soak/random.ts";
import { ofChunks } from "./composition.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { frameHashes } from "./frames.ts";
import { strike, type Victim } from "./strike.ts";

const WORKERS = 2;
/** In a row, without a new event between them. */
const MAX_RECONNECTIONS = 100;
const READY_TIMEOUT_MS = 60_000;
/** Between two kills: about as long as a chunk takes, so that many hit the same work. */
const PAUSE_MS = { min: 500, max: 4_000 } as const;

export interface ChaosOptions {
  readonly dir: string;
  readonly cacheDir: string;
  readonly ffmpeg: string;
  readonly chunks: number;
  readonly kills: number;
  readonly seed: number;
  readonly onProgress: (text: string) => void;
}

export interface ChaosResult {
  readonly render: Render;
  readonly seconds: number;
  readonly hashes: readonly string[];
  readonly kills: Readonly<Kills>;
  /** Times that a chunk was begun, beyond once for each. */
  readonly wasted: number;
  /** Ids of events that did not come in order, or twice. */
  readonly disorder: number;
  /** Work that is still in the queue. */
  readonly stuck: number;
  /** Processes that outlive the fleet. */
  readonly orphans: readonly string[];
  readonly errors: readonly string[];
}

async function submit(url: string, html: string): Promise<Render> {
  const client = createClient({ baseUrl: url });
  const end = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    try {
      return await client.submit({ html }, { idempotencyKey: "chaos" });
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(300);
    }
  }
}

/** Follows a render over all that happens to the API; gives its last event, and the ids of all in the order they came. */
async function follow(
  url: string,
  id: string,
  onEvent: (event: RenderEvent) => void,
): Promise<{ readonly render: Render; readonly ids: readonly number[] }> {
  const ids: number[] = [];
  for await (const event of createClient({ baseUrl: url }).events(id, { maxRetries: MAX_RECONNECTIONS })) {
    ids.push(event.id);
    onEvent(event);
    if (event.type === "finished") return { render: event.render, ids };
  }
  throw new Error("The events ended before the render.");
}

async function download(url: string, render: Render, file: string): Promise<void> {
  const answer = await fetch(new URL(render.links.artifact, url));
  if (!answer.ok) throw new Error(`The artifact was answered with ${answer.status}.`);
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
}

async function count(fleet: Fleet, sql: string, values: readonly unknown[] = []): Promise<number> {
  const [row] = await fleet.database.query<{ count: number }>(sql, values);
  return row?.count ?? 0;
}

type Kills = Partial<Record<Victim, number>>;

async function strikeSoon(fleet: Fleet, random: Random): Promise<Victim | null> {
  await sleep(random.between(PAUSE_MS.min, PAUSE_MS.max));
  return strike(fleet, random);
}

async function killSome(fleet: Fleet, options: ChaosOptions, until: AbortSignal): Promise<Kills> {
  const random = new Random(options.seed);
  const struck: Victim[] = [];
  while (struck.length < options.kills && !until.aborted) {
    const victim = await strikeSoon(fleet, random);
    if (victim !== null) options.onProgress(`kill ${struck.push(victim)}: ${victim}`);
  }
  const byKind = Map.groupBy(struck, (victim) => victim);
  return Object.fromEntries([...byKind].map(([victim, all]) => [victim, all.length]));
}

/** Renders once on a fleet of its own while processes of it are killed, and looks at what is left. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { dir, cacheDir, ffmpeg, chunks, onProgress } = options;
  const fleet = await startFleet(dir, WORKERS, cacheDir);
  const finished = new AbortController();
  try {
    const { id } = await submit(fleet.url, ofChunks(chunks));
    const startedAt = performance.now();
    const killing = killSome(fleet, options, finished.signal);
    const { render, ids } = await follow(fleet.url, id, (event) => {
      if (event.type === "progress") onProgress(`${event.progress.framesDone} frames`);
    });
    const seconds = (performance.now() - startedAt) / 1000;
    finished.abort();
    const kills = await killing;
    if (render.state !== "succeeded")
      throw new Error(`The render ${render.state}: ${JSON.stringify(render.problem)}`);
    const file = join(dir, "video.mp4");
    await download(fleet.url, render, file);
    const begun = await count(
      fleet,
      "SELECT count(*)::int AS count FROM framewright.attempts a JOIN pgboss.job j ON j.id = a.job_id WHERE j.data ->> 'kind' = 'chunk'",
    );
    const stuck = await count(
      fleet,
      "SELECT count(*)::int AS count FROM pgboss.job WHERE state IN ('created', 'retry', 'active') AND name LIKE '%.v1/%'",
    );
    const hashes = await frameHashes(ffmpeg, file);
    await fleet.close();
    const left = (await allProcesses()).filter(({ command }) => command.includes(dir));
    return {
      render,
      seconds,
      hashes,
      kills,
      wasted: begun - (render.plan?.chunks.length ?? 0),
      disorder: ids.filter((each, index) => each <= (ids[index - 1] ?? 0)).length,
      stuck,
      orphans: left.map(({ command }) => command),
      errors: fleet.errors,
    };
  } finally {
    finished.abort();
    await fleet.close();
  }
}
