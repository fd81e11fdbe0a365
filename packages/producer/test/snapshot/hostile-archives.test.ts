import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { tarEntry, writeTarGz } from "./archives.ts";
import { openWorkbench } from "./workbench.ts";

const { state, take, refusal, tarOf, zipOf } = openWorkbench();

describe("unsafe entries", () => {
  const names: [string, string][] = [
    ["/etc/cron.d/x", "absolute"],
    ["../outside.txt", ".."],
    ["a/../../outside.txt", ".."],
    ["C:/windows/x", "drive letter"],
    ["a\\..\\b", "backslash"],
    [`${"x".repeat(300)}.txt`, "too long"],
    [`${"dir/".repeat(300)}x.txt`, "too long"],
  ];
  it.each(names)("refuses a name like %.20s", async (name, why) => {
    const inZip = await refusal(take(await zipOf({ name, content: "x" }), "zip"));
    expect(inZip.code).toBe("archive-unsafe");
    expect(inZip.detail).toContain(why);
    expect(inZip.detail).toContain(JSON.stringify(name.slice(0, 20)).slice(1, -1));
    expect(inZip.detail.length).toBeLessThan(200);
    if (name.length < 100) {
      expect(await refusal(take(await tarOf({ name, content: "x" }), "tar.gz"))).toEqual(inZip);
    }
  });

  it("refuses a NUL in a name", async () => {
    const file = await zipOf({ name: "a\0.html", content: "x" });
    expect((await refusal(take(file, "zip"))).detail).toContain('"a\\u0000.html" has a NUL');
  });

  it.each(["SymbolicLink", "Link", "CharacterDevice", "FIFO"] as const)("refuses a %s", async (type) => {
    const file = await tarOf({ name: "index.html" }, { name: "odd", type });
    const { code, detail } = await refusal(take(file, "tar.gz"));
    expect(code).toBe("archive-unsafe");
    expect(detail).toContain('"odd"');
  });

  it("refuses a link in a zip", async () => {
    const file = await zipOf({ name: "link", content: "/etc/passwd", mode: 0o120777 });
    expect((await refusal(take(file, "zip"))).code).toBe("archive-unsafe");
  });

  it("refuses a name that is a file and a folder", async () => {
    const below = await tarOf({ name: "a", content: "x" }, { name: "a/b", content: "x" });
    expect((await refusal(take(below, "tar.gz"))).code).toBe("archive-unsafe");
    const same = await zipOf({ name: "a/" }, { name: "a", content: "x" });
    expect((await refusal(take(same, "zip"))).detail).toContain("both a file and a folder");
  });

  it("takes the last of two files of one name", async () => {
    const file = await tarOf(
      { name: "index.html", content: "long first" },
      { name: "index.html", content: "2" },
    );
    const snapshot = await take(file, "tar.gz");
    expect(await readFile(join(snapshot.dir, "index.html"), "utf8")).toBe("2");
  });
});

describe("archives that are too large", () => {
  const small = { maxBytes: 100_000, maxFiles: 10 };

  it("stops at the bytes", async () => {
    const content = Buffer.alloc(100_001);
    const { code, detail } = await refusal(take(await tarOf({ name: "a", content }), "tar.gz", small));
    expect(code).toBe("archive-too-large");
    expect(detail).toContain("100,000 bytes (PRODUCER_MAX_PROJECT_BYTES)");
    const zip = await zipOf(
      { name: "a", content: Buffer.alloc(60_000) },
      { name: "b", content: Buffer.alloc(60_000) },
    );
    expect((await refusal(take(zip, "zip", small))).code).toBe("archive-too-large");
    const fits = await take(await tarOf({ name: "a", content: Buffer.alloc(100_000) }), "tar.gz", small);
    expect(fits.bytes).toBe(100_000);
  });

  it("stops at the entries, implied folders included", async () => {
    const files = Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` }));
    const { code, detail } = await refusal(take(await tarOf(...files), "tar.gz", small));
    expect(code).toBe("archive-too-large");
    expect(detail).toContain("PRODUCER_MAX_PROJECT_FILES");
    expect((await refusal(take(await zipOf(...files), "zip", small))).code).toBe("archive-too-large");
    const deep = await zipOf({ name: `${"d/".repeat(10)}x` });
    expect((await refusal(take(deep, "zip", small))).code).toBe("archive-too-large");
  });

  it("does not believe a header that claims less", async () => {
    const file = await zipOf({ name: "a", content: Buffer.alloc(50_000_000), claimedBytes: 10 });
    const before = performance.now();
    expect((await refusal(take(file, "zip"))).code).toBe("archive-invalid");
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it("stops at an absurd expansion", async () => {
    const block = Buffer.alloc(16 * 1024 * 1024);
    const header = tarEntry({ name: "zeros.bin", content: "" });
    // The size of the header is patched to 256 MiB, and its checksum with it.
    header.write((256 * 1024 * 1024).toString(8).padStart(11, "0"), 124, "latin1");
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    const file = join(state.work, "bomb.tar.gz");
    const raw = gzipSync(Buffer.concat([header, ...Array<Buffer>(16).fill(block), Buffer.alloc(1024)]), {
      level: 9,
    });
    await writeFile(file, raw);
    const { code, detail } = await refusal(take(file, "tar.gz"));
    expect(code).toBe("archive-too-large");
    expect(detail).toContain("100 times");
  });

  it("stops at endless filling after the end", async () => {
    const file = join(state.work, "padded.tar.gz");
    const filling = Array<Buffer>(64).fill(Buffer.alloc(1024 * 1024));
    await writeTarGz(file, [tarEntry({ name: "index.html", content: "x" }), Buffer.alloc(1024), ...filling]);
    expect((await refusal(take(file, "tar.gz", small))).code).toBe("archive-too-large");
  });

  it("does not stall the event loop while it unpacks", async () => {
    const noise = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, i) => (i * 7919) % 251));
    const file = await tarOf(...Array.from({ length: 40 }, (_, i) => ({ name: `n${i}`, content: noise })));
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    await take(file, "tar.gz");
    clearInterval(timer);
    expect(longestMs).toBeLessThan(1000);
  });
});
