import { expect, test } from "vitest";

import { isOfLine, lineOf, queuesOf, tenantOf, type Work, workId } from "../../src/queue/work.ts";

const renderId = "4b0dbe3c-6ff3-4b4c-a6a2-0d3c5d9f6d4c";
const WORKS: readonly Work[] = [
  { kind: "plan", renderId },
  { kind: "plan-alone", planId: renderId },
  { kind: "assemble", renderId, round: 0 },
  { kind: "assemble", renderId, round: 1 },
  { kind: "chunk", renderId, index: 0, round: 0 },
  { kind: "chunk", renderId, index: 1, round: 0 },
  { kind: "chunk", renderId, index: 0, round: 1 },
  { kind: "chunk", renderId, index: 11, round: 0 },
  { kind: "chunk", renderId, index: 1, round: 10 },
];

test("the same work always has the same id, other work another one, and all are UUIDs", () => {
  const ids = WORKS.map(workId);
  expect(new Set(ids).size).toBe(WORKS.length);
  expect(WORKS.map((work) => workId({ ...work }))).toEqual(ids);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each(["default", "a", "team-1", "0"])(
  "the queues of tenant %s name it, their line and their version",
  (tenant) => {
    expect(queuesOf(tenant)).toEqual([`renders.v1/${tenant}`, `plans.v1/${tenant}`]);
    for (const queue of queuesOf(tenant)) expect(tenantOf(queue)).toBe(tenant);
    expect(queuesOf(tenant).map((queue) => isOfLine(queue, "renders"))).toEqual([true, false]);
  },
);

test("only plans without a render have a line of their own", () => {
  expect(WORKS.filter((work) => lineOf(work) === "plans")).toEqual([
    { kind: "plan-alone", planId: renderId },
  ]);
});
