import { join } from "node:path";

/** Where things are that contenders need. */
export interface Places {
  /** Where the peers are installed. */
  readonly peers: string;
  readonly browser: string;
}

export interface Job {
  readonly project: string;
  readonly file: string;
}

export type BenchQuality = "standard" | "draft";

/** Something that renders a project to a file, as its users would have it do. */
export interface Contender {
  readonly name: string;
  readonly family: "framewright" | "hyperframes" | "remotion";
  readonly quality: BenchQuality;
  /** Of the compositions, those that it can render. (Default: every one.) */
  readonly only?: string;
  readonly command: (job: Job) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const OURS = join(import.meta.dirname, "..", "..", "packages", "cli", "src", "main.ts");

const QUALITIES: readonly BenchQuality[] = ["standard", "draft"];
const NODE = process.execPath;

function framewright(quality: BenchQuality): Contender {
  return {
    name: "Framewright",
    family: "framewright",
    quality,
    command: ({ project, file }) => [NODE, OURS, "render", project, "-o", file, "--quality", quality],
    env: {},
  };
}

/** Its producer under frame control, which is the faster of its ways on such machines, and what it offers besides. */
function producers({ peers, browser }: Places, quality: BenchQuality): Contender[] {
  const frameControl = { PRODUCER_HEADLESS_SHELL_PATH: browser, PRODUCER_FORCE_SCREENSHOT: "false" };
  const one: Contender = {
    name: "HyperFrames producer",
    family: "hyperframes",
    quality,
    command: ({ project, file }) => [NODE, join(peers, "hf", "render.mjs"), project, file, "auto", quality],
    env: frameControl,
  };
  const fast = { ...frameControl, PRODUCER_EXPERIMENTAL_FAST_CAPTURE: "true" };
  return [one, { ...one, name: "HyperFrames producer, fast capture", env: fast }];
}

function cli({ peers, browser }: Places, quality: BenchQuality): Contender {
  const program = join(peers, "hfcli", "node_modules", ".bin", "hyperframes");
  return {
    name: "HyperFrames CLI",
    family: "hyperframes",
    quality,
    command: ({ project, file }) => [program, "render", project, "-o", file, "-q", quality],
    env: { HYPERFRAMES_BROWSER_PATH: browser, PRODUCER_HEADLESS_SHELL_PATH: browser },
  };
}

/** It has the composition of moving cards as a component of its own. */
function remotion({ peers, browser }: Places, quality: BenchQuality): Contender {
  return {
    name: "Remotion",
    family: "remotion",
    quality,
    only: "cards",
    command: ({ project, file }) => [NODE, join(peers, "remotion", "render.mjs"), project, file, quality],
    env: { BENCH_BROWSER: browser },
  };
}

export function contenders(places: Places): Contender[] {
  return QUALITIES.flatMap((quality) => [
    framewright(quality),
    ...producers(places, quality),
    cli(places, quality),
    remotion(places, quality),
  ]);
}
