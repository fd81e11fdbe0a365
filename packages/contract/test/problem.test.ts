import { expect, it } from "vitest";

import { PROBLEMS } from "../src/problem-catalogue.ts";
import { fromWireError, ProblemError, toProblem, toWireError } from "../src/problem.ts";

it("tells the caller what happened and what to do, and keeps the cause to itself", () => {
  const cause = new Error("/secret/path");
  const problem = toProblem(new ProblemError("disk-full", "No room.", { cause }), "req-1");
  expect(problem).toMatchObject({
    code: "disk-full",
    status: 507,
    detail: "No room.",
    retryable: true,
    requestId: "req-1",
  });
  expect(problem.remedy).not.toBe("");
  expect(JSON.stringify(problem)).not.toContain("secret");
});

it("makes of any other error an internal one, without its message", () => {
  const problem = toProblem(new TypeError("cannot read /etc/passwd"));
  expect(problem.code).toBe("internal");
  expect(JSON.stringify(problem)).not.toContain("passwd");
});

it("crosses a process boundary with code, detail, evidence, and the cause for the log", () => {
  const sent = new ProblemError("page-crashed", "It crashed.", {
    evidence: { console: ["log: hi"] },
    cause: new Error("why"),
  });
  const received = fromWireError(
    JSON.parse(JSON.stringify(toWireError(sent))) as ReturnType<typeof toWireError>,
  );
  expect(received).toMatchObject({
    code: "page-crashed",
    message: "It crashed.",
    evidence: { console: ["log: hi"] },
  });
  expect(received.cause).toContain("why");
});

it("has a remedy and a fitting status for every kind", () => {
  for (const [code, kind] of Object.entries(PROBLEMS)) {
    expect(kind.remedy, code).toMatch(/\.$/);
    const serverSide = kind.owner === "system";
    expect(kind.status >= 500, code).toBe(serverSide);
  }
});
