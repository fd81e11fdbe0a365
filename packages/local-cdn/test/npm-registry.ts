import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { Header } from "tar";

/** A package's files by their paths; `package.json` is made where it is left out. */
export type FakeFiles = Readonly<Record<string, string>>;

export interface FakeRegistry {
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  publish(name: string, version: string, files: FakeFiles): void;
  /** Sends other bytes than it announces from now on. */
  corrupt(): void;
  close(): Promise<void>;
}

/** An npm registry on the loopback address, with packages that are made in the test. */
export async function startRegistry(): Promise<FakeRegistry> {
  const tarballs = new Map<string, Buffer>();
  const packages = new Map<string, Map<string, object>>();
  const asked: string[] = [];
  let isCorrupt = false;
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/").slice(1);
    asked.push(path);
    const tarball = tarballs.get(path);
    const versions = packages.get(path);
    if (tarball) response.end(isCorrupt ? gzipSync("something else") : tarball);
    else if (versions) {
      const latest = [...versions.keys()].at(-1);
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ name: path, "dist-tags": { latest }, versions: Object.fromEntries(versions) }),
      );
    } else response.writeHead(404).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    asked,
    publish(name, version, files) {
      const manifest = JSON.stringify({ name, version });
      const tarball = pack({ "package.json": manifest, ...files });
      const path = `-/${name}-${version}.tgz`;
      tarballs.set(path, tarball);
      const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
      const versions = packages.get(name) ?? new Map<string, object>();
      packages.set(
        name,
        versions.set(version, { name, version, dist: { tarball: `${url}${path}`, integrity } }),
      );
    },
    corrupt: () => (isCorrupt = true),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function pack(files: FakeFiles): Buffer {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const bytes = Buffer.from(content);
    const header = Buffer.alloc(512);
    new Header({ path: `package/${path}`, size: bytes.length, mode: 0o644, type: "File" }).encode(header);
    return [header, bytes, Buffer.alloc(-bytes.length & 511)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
