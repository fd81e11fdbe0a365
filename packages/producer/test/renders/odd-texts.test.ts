import { ProblemError } from "@framewright/contract";
import { expect, test } from "vitest";

import { asJson } from "../../src/postgres/as-json.ts";
import { except, probeOf } from "./behaviours.ts";
import { ended, openFleet } from "./fleet.ts";

/** NUL, and an emoji that was cut in halves: what a page writes, and a limit on its length, can leave. */
const ODD = "a\u0000b \ud83d… \ude00 \\u0000 😀";
const KEPT = "a\ufffdb \ufffd… \ufffd \\u0000 😀";

test("what JSON can say and PostgreSQL cannot keep is replaced, and nothing else", () => {
  expect(JSON.parse(asJson({ [ODD]: [ODD] }) ?? "")).toEqual({ [KEPT]: [KEPT] });
  const plain = { text: '\\ \\\\u0000 " \n \u0001 \ud83d\ude00', number: 1.5, nothing: null };
  expect(JSON.parse(asJson(plain) ?? "")).toEqual(plain);
  expect(asJson(null)).toBeNull();
});

test("a composition fails of its own fault, whatever its console holds", async () => {
  const fleet = await openFleet();
  const problem = new ProblemError("page-unresponsive", `It said ${ODD}.`, { evidence: { console: [ODD] } });
  const host = await fleet.start({ behaviour: except("chunk", () => Promise.reject(problem)) });
  const { id } = await host.submit();
  expect(await ended(host, id)).toMatchObject({
    state: "failed",
    problem: { code: "page-unresponsive", detail: `It said ${KEPT}.`, evidence: { console: [KEPT] } },
  });
});

test("a plan fails of its own fault, whatever its console holds", async () => {
  const fleet = await openFleet();
  const problem = new ProblemError("page-unresponsive", `It said ${ODD}.`, { evidence: { console: [ODD] } });
  const host = await fleet.start({ behaviour: except("probe", () => Promise.reject(problem)) });
  await expect(host.plan()).rejects.toMatchObject({
    code: "page-unresponsive",
    message: `It said ${KEPT}.`,
    evidence: { console: [KEPT] },
  });
});

test("variables and warnings of any text render", async () => {
  const fleet = await openFleet();
  const probed = probeOf() as { probe: { uncaught: { text: string }[] } };
  probed.probe.uncaught.push({ text: ODD });
  const host = await fleet.start({ behaviour: except("probe", async () => probed) });
  const { id } = await host.submit({ options: { variables: { title: ODD } } });
  const { state, warnings } = await ended(host, id);
  expect({ state, warnings }).toMatchObject({ state: "succeeded", warnings: [{ code: "page-error" }] });
  expect(warnings[0]?.message).toContain(KEPT);
});
