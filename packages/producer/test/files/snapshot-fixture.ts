import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { request as openRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import {
  type SnapshotServer,
  type SnapshotServerOptions,
  startSnapshotServer,
} from "../../src/files/serve-snapshot.ts";

export const HEAD_HTML = "<script>window.injected = true</script>";

export const PAGE =
  '<!doctype html>\n<html lang="en">\n<head>\n<title>Page</title></head><body>é</body></html>\n';

/** One hundred bytes that tell where they are: 00 01 02 … */
export const COUNTED = Buffer.from(Array.from({ length: 100 }, (_, index) => index));

export interface Fixture {
  readonly server: SnapshotServer;
  /** The folder that is served. */
  readonly root: string;
  close(): Promise<void>;
}

/** Serves a small snapshot; a file that must never be served lies beside it. */
export async function startFixture(options: Partial<SnapshotServerOptions> = {}): Promise<Fixture> {
  const scratch = await mkdtemp(join(tmpdir(), "framewright-files-"));
  const root = join(scratch, "snapshot");
  await write(join(scratch, "secret.txt"), "SECRET");
  await write(join(scratch, "snapshot-twin/secret.txt"), "SECRET");
  await write(join(root, "index.html"), PAGE);
  await write(join(root, "sub/index.html"), "<p>sub</p>");
  await write(join(root, "counted.bin"), COUNTED);
  await write(join(root, "empty.txt"), "");
  await write(join(root, "with space & ü.txt"), "named");
  await write(join(root, ".hidden/data.json"), "{}");
  await symlink("counted.bin", join(root, "inside-link.bin"));
  await symlink("../secret.txt", join(root, "leaving-link.txt"));
  await symlink("..", join(root, "leaving-folder"));
  await symlink("loop", join(root, "loop"));
  const server = await startSnapshotServer({ root, headHtml: HEAD_HTML, allowedHosts: [], ...options });
  return {
    server,
    root,
    async close() {
      await server.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

export async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** A large file that takes no disk. */
export async function writeSparse(path: string, bytes: number): Promise<void> {
  await writeFile(path, "");
  await truncate(path, bytes);
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends a request with its target exactly as written: a path, or a whole URL as to a proxy. */
export function ask(
  port: number,
  target: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = openRequest(
      {
        host: "127.0.0.1",
        port,
        path: target,
        method: options.method ?? "GET",
        headers: options.headers ?? {},
        signal: AbortSignal.timeout(10_000),
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.on("error", reject);
    request.end(options.body);
  });
}

/** Waits until a condition holds; fails after the time. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
