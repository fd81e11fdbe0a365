import { PassThrough } from "node:stream";

import { ProblemError } from "@framewright/contract";
import { expect, it } from "vitest";

import { type Cdp, connectCdp } from "../src/browser/cdp.ts";

/** A browser that refuses every command. */
function refusing(): Cdp {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.on("data", (message: Buffer) => {
    const { id } = JSON.parse(message.toString("utf8").slice(0, -1)) as { id: number };
    output.write(`${JSON.stringify({ id, error: { message: "Inspected target navigated or closed" } })}\0`);
  });
  return connectCdp(input, output);
}

const failureOf = async (cdp: Cdp): Promise<unknown> =>
  cdp.send("Page.enable", {}, { deadline: Date.now() + 5_000 }).catch((error: unknown) => error);

it("fails a command that is refused", async () => {
  expect(await failureOf(refusing())).toMatchObject({ code: "browser-failed" });
});

it("fails a command that is refused with the reason that is told right after", async () => {
  const cdp = refusing();
  const failure = failureOf(cdp);
  setTimeout(() => cdp.abort(new ProblemError("page-load-failed", "The page navigated away.")), 100);
  expect(await failure).toMatchObject({ code: "page-load-failed" });
});
