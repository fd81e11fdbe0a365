import { ProblemError } from "@framewright/contract";
import { expect, test } from "vitest";

import { RenderRecord } from "../../src/renders/render-record.ts";

test("a render that has ended keeps what is read of it, and not its variables", () => {
  const snapshot = {
    source: "html",
    dir: "/",
    hash: "0",
    files: 1,
    bytes: 1,
    discard: async () => undefined,
  };
  const options = { fps: 25, variables: { text: "x".repeat(1_000_000) } };
  const idempotency = { key: "key", requestHash: "hash" };
  const submission = {
    snapshot: { ...snapshot, source: "html" as const },
    options,
    idempotency,
    requestId: "id",
  };
  const record = new RenderRecord(submission, 1, 60_000);
  record.start();
  expect(record.submission.options).toEqual(options);
  const { settings } = record.toRender();
  record.fail(new ProblemError("cancelled", "Not wanted."));
  expect(record.submission).toEqual({ ...submission, options: { fps: 25 } });
  expect(record.toRender().settings).toEqual(settings);
});
