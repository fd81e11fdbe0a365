import type { DoctorCheck } from "@framewright/producer";

import { localFailure } from "../failure.ts";
import type { Runtime } from "../runtime.ts";
import { plain } from "../text/plain.ts";
import { within } from "../within.ts";

/** The longest check starts a browser and draws three frames. */
const CHECK_TIMEOUT_MS = 60_000;
const NAME_COLUMNS = 14;
const MARKS = { ok: "✓", warn: "!", fail: "✗" } as const;

function checkText({ name, status, detail, remedy }: DoctorCheck): string {
  const line = `${MARKS[status]} ${name.padEnd(NAME_COLUMNS)} ${plain(detail)}\n`;
  return remedy === undefined ? line : `${line}  ${" ".repeat(NAME_COLUMNS)} → ${plain(remedy)}\n`;
}

async function* bounded(checks: AsyncIterable<DoctorCheck>): AsyncGenerator<DoctorCheck, void, void> {
  const iterator = checks[Symbol.asyncIterator]();
  for (;;) {
    const next = await within(Promise.resolve(iterator.next()), CHECK_TIMEOUT_MS, () =>
      localFailure("A check did not end in time.", "Look at the check after the last one shown."),
    );
    if (next.done === true) return;
    yield next.value;
  }
}

export interface DoctorFlags {
  readonly chaos?: boolean;
  readonly json?: boolean;
}

/** Prints what the machine offers for rendering; throws CommandError when a check failed. */
export async function doctor(flags: DoctorFlags, runtime: Runtime): Promise<void> {
  const { stdout, signal } = runtime;
  const failed: string[] = [];
  const producer = await runtime.loadProducer();
  for await (const check of bounded(producer.runDoctor())) {
    signal.throwIfAborted();
    if (check.status === "fail") failed.push(check.name);
    stdout.write(flags.json === true ? `${JSON.stringify({ type: "check", ...check })}\n` : checkText(check));
  }
  if (failed.length > 0) {
    throw localFailure(`Failed: ${failed.join(", ")}.`, "Follow the remedies shown above.");
  }
  if (flags.json === true) stdout.write(`${JSON.stringify({ type: "result" })}\n`);
}
