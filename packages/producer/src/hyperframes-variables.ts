import type { Log } from "./log.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Taken {
  /** The variable of ours with the same meaning. */
  readonly as: string;
  /** Puts a value into our unit. */
  readonly convert?: (value: string) => string;
}

/** What is no number stays as it is, so that it is complained of as it was written. */
function toSeconds(milliseconds: string): string {
  return /^\d+$/.test(milliseconds)
    ? String(Math.max(1, Math.ceil(Number(milliseconds) / 1000)))
    : milliseconds;
}

/** Variables of HyperFrames' producer that mean what one of ours means. */
const TAKEN: Readonly<Record<string, Taken>> = {
  PRODUCER_HEADLESS_SHELL_PATH: { as: "PRODUCER_BROWSER_PATH" },
  PRODUCER_RENDERS_DIR: { as: "PRODUCER_OUTPUT_ROOT" },
  PRODUCER_MAX_WORKERS: { as: "PRODUCER_WORKERS" },
  PRODUCER_MAX_CONCURRENT_RENDERS: { as: "PRODUCER_TENANT_RUNNING_RENDERS" },
  PRODUCER_OUTPUT_ARTIFACT_TTL_MS: { as: "PRODUCER_RETENTION_SECONDS", convert: toSeconds },
  PRODUCER_RENDER_READY_TIMEOUT_MS: { as: "PRODUCER_READY_TIMEOUT_SECONDS", convert: toSeconds },
};

/** The others that it reads, without `PRODUCER_`. Nothing here depends on them. */
const UNUSED: ReadonlySet<string> = new Set(
  `AUDIO_GAIN BEGINFRAME_PROBE_TIMEOUT_MS BROWSER_GPU_MODE CHUNK_SIZE_FRAMES CORES_PER_WORKER
  DEBUG_SEEK_DIAGNOSTICS DISABLE_GPU ENABLE_BROWSER_POOL ENABLE_CHUNKED_ENCODE ENABLE_STREAMING_ENCODE
  EXPECTED_CHROMIUM_MAJOR EXPERIMENTAL_FAST_CAPTURE FORCE_SCREENSHOT FRAME_DATA_URI_CACHE_BYTES_MB
  FRAME_DATA_URI_CACHE_LIMIT HDR_AUTO_DETECT HDR_TRANSFER HYPERFRAME_MANIFEST_PATH LARGE_RENDER_THRESHOLD
  LOW_MEMORY_MODE MIN_PARALLEL_FRAMES PAGE_NAVIGATION_TIMEOUT_MS PLAYER_READY_TIMEOUT_MS
  PUPPETEER_LAUNCH_TIMEOUT_MS PUPPETEER_PROTOCOL_TIMEOUT_MS RENDER_SEEK_STEP RUNTIME_RENDER_SEEK_MODE
  RUNTIME_RENDER_SEEK_OFFSET_FRACTION STREAMING_ENCODE_DURATION_CAP_ENABLED
  STREAMING_ENCODE_MAX_DURATION_SECONDS TMP_PROJECT_DIR VERIFY_HYPERFRAME_RUNTIME VP9_CPU_USED`
    .split(/\s+/)
    .map((name) => `PRODUCER_${name}`),
);

/** A value and the variable that it was given by. */
export interface Given {
  readonly name: string;
  readonly value: string;
}

/** An empty variable counts as not set. */
function valueOf(env: Environment, name: string): string | undefined {
  return env[name] === "" ? undefined : env[name];
}

/** What is given for one of our variables: by itself, or by the one of HyperFrames that means the same. */
export function givenFor(env: Environment, name: string): Given | undefined {
  const own = valueOf(env, name);
  if (own !== undefined) return { name, value: own };
  for (const [theirs, { as, convert }] of Object.entries(TAKEN)) {
    const value = as === name ? valueOf(env, theirs) : undefined;
    if (value !== undefined) return { name: theirs, value: convert?.(value) ?? value };
  }
  return undefined;
}

export function isHyperframesVariable(name: string): boolean {
  return name in TAKEN || UNUSED.has(name);
}

/** Those of HyperFrames' variables that are set and have no effect here. */
export function unusedVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => valueOf(env, name) !== undefined && isHyperframesVariable(name))
    .filter((name) => {
      const taken = TAKEN[name];
      return taken === undefined || valueOf(env, taken.as) !== undefined;
    })
    .sort();
}

/** One warning for all of HyperFrames' variables that have no effect. */
export function tellUnusedVariables(env: Environment, log: Log): void {
  const names = unusedVariables(env);
  if (names.length > 0) log.warn(`these variables of HyperFrames are not used here: ${names.join(", ")}`);
}
