import { kinds, optional, variable } from "./config-types.ts";

const { autoBytes, bytes, choice, flag, hosts, number, path, port, seconds, text, workers } = kinds;

/** Every variable that the service reads, by its name in the configuration. */
export const VARIABLES = {
  host: variable(
    "PRODUCER_HOST",
    text,
    "127.0.0.1",
    "Address of the API. Callers are not authenticated: open it to a trusted network only (0.0.0.0 in a container).",
  ),
  port: variable("PRODUCER_PORT", port, "9847", "Port of the API; 0 takes a free one."),
  healthHost: variable("PRODUCER_HEALTH_HOST", text, "0.0.0.0", "Address of the health thread."),
  healthPort: variable(
    "PRODUCER_HEALTH_PORT",
    port,
    "9848",
    "Port of the health thread; 0 takes a free one.",
  ),
  healthWorkerDisabled: variable(
    "PRODUCER_DISABLE_HEALTH_WORKER",
    flag,
    "false",
    "Whether to do without the health thread (true or false).",
  ),
  livenessMs: variable(
    "PRODUCER_LIVENESS_SECONDS",
    seconds,
    "90",
    "How long the main loop may stand still before `/livez` fails, in seconds.",
  ),
  dataDir: variable("PRODUCER_DATA_DIR", path, ".framewright", "Folder for artifacts and scratch files."),
  projectsRoot: optional(
    "PRODUCER_PROJECTS_ROOT",
    path,
    "Folder below which `projectDir` may point; without it, `projectDir` is refused.",
  ),
  outputRoot: optional(
    "PRODUCER_OUTPUT_ROOT",
    path,
    "Folder below which `output` of POST /render may point; without it, `output` is refused.",
  ),
  workers: variable(
    "PRODUCER_WORKERS",
    workers,
    "auto",
    "Render workers at a time, each with a browser; auto derives them from the cores and the memory.",
  ),
  workerMemoryBytes: variable(
    "PRODUCER_WORKER_MEMORY_BYTES",
    autoBytes,
    "auto",
    "Memory, in bytes, at which a render worker with its browser is ended; auto shares out what the service may use.",
  ),
  queueLimit: variable("PRODUCER_QUEUE_LIMIT", number(0, 100_000), "100", "Renders that may wait."),
  maxDurationMs: variable(
    "PRODUCER_MAX_DURATION_SECONDS",
    seconds,
    "14400",
    "Longest composition, in seconds.",
  ),
  maxFrames: variable("PRODUCER_MAX_FRAMES", number(1, 100_000_000), "864000", "Most frames of a render."),
  maxUploadBytes: variable("PRODUCER_MAX_UPLOAD_BYTES", bytes, "1073741824", "Largest upload, in bytes."),
  maxProjectBytes: variable(
    "PRODUCER_MAX_PROJECT_BYTES",
    bytes,
    "4294967296",
    "Largest project, unpacked, in bytes.",
  ),
  maxProjectFiles: variable(
    "PRODUCER_MAX_PROJECT_FILES",
    number(1, 10_000_000),
    "20000",
    "Most files of a project.",
  ),
  renderTimeoutMs: variable(
    "PRODUCER_RENDER_TIMEOUT_SECONDS",
    seconds,
    "3600",
    "Deadline of a render, in seconds.",
  ),
  planTimeoutMs: variable("PRODUCER_PLAN_TIMEOUT_SECONDS", seconds, "60", "Deadline of a plan, in seconds."),
  readyTimeoutMs: variable(
    "PRODUCER_READY_TIMEOUT_SECONDS",
    seconds,
    "30",
    "How long a page may take to be ready, in seconds.",
  ),
  frameTimeoutMs: variable(
    "PRODUCER_FRAME_TIMEOUT_SECONDS",
    seconds,
    "30",
    "How long a frame may take, in seconds.",
  ),
  renderScratchBytes: variable(
    "PRODUCER_RENDER_SCRATCH_BYTES",
    bytes,
    "10737418240",
    "Disk, in bytes, that a render may use while it runs.",
  ),
  retentionMs: variable(
    "PRODUCER_RETENTION_SECONDS",
    seconds,
    "86400",
    "How long a finished render and its artifact are kept, in seconds.",
  ),
  minFreeBytes: variable(
    "PRODUCER_MIN_FREE_BYTES",
    number(0, Number.MAX_SAFE_INTEGER),
    "1073741824",
    "Free disk, in bytes, below which the service is not ready.",
  ),
  maxMemoryPercent: variable(
    "PRODUCER_MAX_MEMORY_PERCENT",
    number(1, 100),
    "95",
    "Use of the memory that the service may have (of its cgroup, or of the machine), in percent, from which it is not ready.",
  ),
  untouchedMs: variable(
    "PRODUCER_UNTOUCHED_SECONDS",
    seconds,
    "60",
    "How long work may wait beside a free worker before the service is not ready, in seconds.",
  ),
  allowedHosts: variable(
    "PRODUCER_ALLOWED_HOSTS",
    hosts,
    "",
    "Hosts that a composition may fetch from, separated by commas.",
  ),
  browserPath: optional("PRODUCER_BROWSER_PATH", path, "The browser to use; without it, one is looked for."),
  browserSandbox: variable(
    "PRODUCER_BROWSER_SANDBOX",
    choice("auto", "on", "off"),
    "auto",
    "The browser's own sandbox (auto, on or off); auto turns it off only where it cannot work.",
  ),
  ffmpegPath: optional("PRODUCER_FFMPEG_PATH", path, "The ffmpeg to use; without it, one is looked for."),
  ffprobePath: optional("PRODUCER_FFPROBE_PATH", path, "The ffprobe to use; without it, one is looked for."),
  logLevel: variable(
    "PRODUCER_LOG_LEVEL",
    choice("trace", "debug", "info", "warn", "error", "fatal", "silent"),
    "info",
    "Least important lines that are logged (trace, debug, info, warn, error, fatal or silent).",
  ),
  logFormat: variable(
    "PRODUCER_LOG_FORMAT",
    choice("json", "pretty"),
    "json",
    "How lines are logged (json or pretty).",
  ),
  drainMs: variable(
    "PRODUCER_DRAIN_SECONDS",
    seconds,
    "25",
    "How long running renders may go on after SIGTERM, in seconds.",
  ),
} as const;
