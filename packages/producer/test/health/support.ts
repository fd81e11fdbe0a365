import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

import { vi } from "vitest";

import { type HealthOptions, startHealth } from "../../src/health/health-thread.ts";
import { type Heartbeat, startHeartbeat } from "../../src/health/heartbeat.ts";

export const HOST = "127.0.0.1";

export const fixture = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url);

/** A health thread with a log that remembers; closes with `await using`. */
export function openHealth(options: Partial<HealthOptions> = {}) {
  const heartbeat: Heartbeat = startHeartbeat();
  heartbeat.setCause("starting", false);
  const log = { info: vi.fn(), error: vi.fn() };
  const health = startHealth({ port: 0, host: HOST, pulse: heartbeat.pulse, log, ...options });
  const close = async (): Promise<void> => {
    await health.close();
    heartbeat.close();
  };
  return { health, heartbeat, log, close, [Symbol.asyncDispose]: close };
}

/** The port of a thread that must have started. */
export async function portOf({ health }: ReturnType<typeof openHealth>): Promise<number> {
  const start = await health.started;
  if (start.port === null) throw new Error(start.reason);
  return start.port;
}

export function fetchProbe(port: number, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://${HOST}:${port}${path}`, { ...init, signal: AbortSignal.timeout(5000) });
}

/** Stops this thread's loop from turning. */
export function blockLoop(durationMs: number): void {
  const endsAt = performance.now() + durationMs;
  while (performance.now() < endsAt);
}

interface Probes {
  readonly statuses: Record<string, Record<number, number>>;
  /** The last body, by path and status. */
  readonly bodies: Record<string, Record<number, string>>;
  readonly p99Ms: number;
  readonly count: number;
}

/** Probes from another process. `result` settles after the duration, once this loop turns. */
export async function startProber(port: number, durationMs: number, paths: readonly string[]) {
  const args = [fileURLToPath(fixture("prober")), String(port), String(durationMs), ...paths];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], timeout: 20_000 });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const result = once(child, "close").then(() => JSON.parse(output.split("\n")[1] ?? "") as Probes);
  await once(child.stdout, "data");
  return { result };
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  await using server = createServer().listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}

/** Whether anything listens there. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Connections that send half a request, or nothing, and then wait. */
export async function openHalfRequests(port: number, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(port, HOST));
  for (const [index, socket] of sockets.entries()) {
    socket.on("error", () => undefined).resume();
    if (index % 2 === 0) socket.write("GET /health HTTP/1.1\r\nhost: x\r\n");
  }
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  return sockets;
}
