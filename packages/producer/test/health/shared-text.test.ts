import { Worker } from "node:worker_threads";

import { expect, onTestFinished, test } from "vitest";

import { createSharedText, readText, writeText } from "../../src/health/shared-text.ts";
import { fixture } from "./support.ts";

const READING_MS = 1_500;

test("a text is read as it was written, and replaced by the next", () => {
  const text = createSharedText(100);
  expect(readText(text)).toBe("");
  for (const written of ["first", "the second is longer", "", "ünïcödé"]) {
    writeText(text, written);
    expect(readText(text)).toBe(written);
  }
});

test("a text that is too long is cut between characters", () => {
  const text = createSharedText(5);
  writeText(text, "äöü");
  expect(readText(text)).toBe("äö");
});

test("a reader never sees a part of one text and a part of another, however fast they change", async () => {
  const text = createSharedText(4096);
  const writer = new Worker(fixture("writes-text"), { workerData: text });
  onTestFinished(() => void writer.terminate());
  await expect.poll(() => readText(text), { timeout: 20_000 }).not.toBe("");
  const seen = new Set<string>();
  let torn = 0;
  let unread = 0;
  for (const endsAt = performance.now() + READING_MS; performance.now() < endsAt;) {
    const read = readText(text);
    if (read === null) unread += 1;
    else if (read !== (read[0] ?? "").repeat(read.length)) torn += 1;
    else seen.add(read);
  }
  expect(torn).toBe(0);
  expect(seen.size).toBeGreaterThan(50);
  expect(unread).toBeLessThan(seen.size);
});
