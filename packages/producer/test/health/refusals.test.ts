import { ProblemSchema, type Readiness, ReadinessSchema } from "@framewright/contract";
import { expect, test } from "vitest";

import { call, post } from "../e2e/api.ts";
import { page } from "../e2e/pages.ts";
import { until } from "../e2e/process-tree.ts";
import { startTestProducer, type TestProducer } from "../e2e/producer.ts";

const SHOWN_WITHIN_MS = 5_000;

async function unready({ healthUrl }: TestProducer): Promise<Readiness> {
  const read = async () =>
    ReadinessSchema.strict().parse(await (await call({ url: healthUrl }, "/readyz")).json());
  return until(read, ({ ready }) => !ready, SHOWN_WITHIN_MS);
}

test.each([
  {
    what: "memory",
    env: { PRODUCER_MAX_MEMORY_PERCENT: "1" },
    code: "memory-exhausted",
    detail: /^\d+\.\d\d GiB of \d+\.\d\d GiB are in use\.$/,
    problem: { code: "memory-exhausted", status: 503, retryable: true },
    retryAfter: "15",
  },
  {
    what: "disk",
    env: { PRODUCER_MIN_FREE_BYTES: String(2 ** 49) },
    code: "disk-low",
    detail: /^\d+\.\d\d GiB are free\.$/,
    problem: { code: "disk-full", status: 507, retryable: true },
    retryAfter: "60",
  },
])("without $what, the service is not ready, and refuses work with the time to retry", async (given) => {
  await using service = await startTestProducer(given.env);
  const { causes } = await unready(service);
  expect(causes).toEqual([
    expect.objectContaining({ code: given.code, detail: expect.stringMatching(given.detail) }),
  ]);
  for (const route of ["/v1/renders", "/v1/plans", "/render", "/render/stream"]) {
    const refused = await post(service, route, { html: page() });
    expect(refused.status).toBe(given.problem.status);
    expect(refused.headers.get("retry-after")).toBe(given.retryAfter);
    expect(await refused.json()).toMatchObject({ code: given.problem.code, retryable: true });
  }
  const answer = await post(service, "/v1/renders", { html: page() });
  expect(ProblemSchema.parse(await answer.json())).toMatchObject(given.problem);
});
