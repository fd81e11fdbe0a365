import type { ChaosFinding } from "@framewright/producer";

import { localFailure } from "../failure.ts";
import type { Runtime } from "../runtime.ts";
import { withScratch } from "../scratch.ts";
import { plain } from "../text/plain.ts";
import type { DoctorFlags } from "./doctor.ts";

const FAULT_COLUMNS = 40;
const GUARANTEE_COLUMNS = 46;
const TIME_COLUMNS = 8;

function row(fault: string, guarantee: string, recovery: string, bound: string, held: string): string {
  const times = [recovery, bound].map((time) => time.padStart(TIME_COLUMNS));
  return `${[fault.padEnd(FAULT_COLUMNS), guarantee.padEnd(GUARANTEE_COLUMNS), ...times].join(" ")}  ${held}\n`;
}

function seconds(ms: number | null): string {
  return ms === null ? "–" : `${(ms / 1000).toFixed(2)} s`;
}

function findingText({ fault, guarantee, recoveryMs, boundMs, held, complaint }: ChaosFinding): string {
  const line = row(fault, guarantee, seconds(recoveryMs), seconds(boundMs), held ? "✓ held" : "✗ not held");
  return complaint === null ? line : `${line}  → ${plain(complaint)}\n`;
}

/** Prints which guarantees a disturbed service keeps, and how fast; throws CommandError when one did not hold. */
export async function disturb(flags: DoctorFlags, runtime: Runtime): Promise<void> {
  const { stdout, stderr, signal } = runtime;
  const json = flags.json === true;
  const producer = await runtime.loadProducer();
  const broken: string[] = [];
  stderr.write("Disturbing a service that is started for this; it takes about a minute.\n");
  if (!json) stdout.write(row("fault", "guarantee", "recovery", "bound", ""));
  await withScratch(async (dir) => {
    for await (const finding of producer.runChaos(dir, signal)) {
      if (!finding.held) broken.push(finding.fault);
      stdout.write(json ? `${JSON.stringify({ type: "guarantee", ...finding })}\n` : findingText(finding));
    }
  });
  if (broken.length > 0) {
    throw localFailure(
      `Did not hold: ${broken.join("; ")}.`,
      "Run it again while the machine is idle. If it repeats, report these lines with those of `framewright doctor`.",
    );
  }
  if (json) stdout.write(`${JSON.stringify({ type: "result" })}\n`);
}
