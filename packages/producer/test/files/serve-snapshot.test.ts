import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { startSnapshotServer } from "../../src/files/serve-snapshot.ts";
import { ask, type Fixture, startFixture } from "./snapshot-fixture.ts";

describe("starting a snapshot's server", () => {
  let fixture: Fixture | undefined;
  afterEach(() => fixture?.close());

  it("listens on the loopback, on a port of its own, for each snapshot", async () => {
    fixture = await startFixture();
    const second = await startFixture();
    try {
      expect(second.server.port).not.toBe(fixture.server.port);
      expect((await ask(second.server.port, "/counted.bin")).status).toBe(200);
    } finally {
      await second.close();
    }
  });

  it("fails without a path in the message when the folder is missing or the port is taken", async () => {
    fixture = await startFixture();
    const options = { root: fixture.root, headHtml: "", allowedHosts: [] };
    await expect(
      startSnapshotServer({ ...options, root: join(fixture.root, "missing") }),
    ).rejects.toMatchObject({
      code: "internal",
      message: "The composition's snapshot cannot be read.",
    });
    await expect(startSnapshotServer({ ...options, port: fixture.server.port })).rejects.toMatchObject({
      code: "internal",
      message: "The snapshot's server could not start.",
    });
  });

  it("fails on a setting that is no host", async () => {
    fixture = await startFixture();
    const options = { root: fixture.root, headHtml: "", allowedHosts: ["https://cdn.example.com/"] };
    await expect(startSnapshotServer(options)).rejects.toThrow("is not a host");
  });
});
