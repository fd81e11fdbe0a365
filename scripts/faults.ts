// Injects every fault that has a test and prints how long each recovery took beside its bound, as a Markdown table.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Assertion {
  readonly title: string;
  readonly status: string;
  readonly meta: { readonly recoveryMs?: number; readonly boundMs?: number };
}

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly Assertion[] }[];
}

const FAULT = /^([EF])(\d+)[a-z]?: (.*)$/;
const seconds = (ms: number | undefined): string => (ms === undefined ? "–" : `${(ms / 1000).toFixed(2)} s`);

/** Rows by kind and number, so that F2 comes before F10. */
function order(title: string): number {
  const [, kind = "F", number = "0"] = FAULT.exec(title) ?? [];
  return Number(number) + (kind === "E" ? 1_000 : 0);
}

function row({ title, status, meta }: Assertion): string {
  const [, kind, number, fault] = FAULT.exec(title) ?? [];
  return `| ${kind}${number} | ${fault} | ${status} | ${seconds(meta.recoveryMs)} | ${seconds(meta.boundMs)} |`;
}

const folder = await mkdtemp(join(tmpdir(), "framewright-faults-"));
try {
  const reportFile = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const vitest = spawn(
    "vitest",
    ["run", "test/faults/", "test/chaos/", ...reporters, ...process.argv.slice(2)],
    {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, FRAMEWRIGHT_LONG: "1" },
    },
  );
  const [code] = await once(vitest, "exit");
  const report: Report = JSON.parse(await readFile(reportFile, "utf8"));
  const faults = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ title }) => FAULT.test(title))
    .toSorted((a, b) => order(a.title) - order(b.title));
  const head = "| | fault | result | recovered in | bound |\n|---|---|---|---|---|";
  console.log([head, ...faults.map(row)].join("\n"));
  process.exitCode = code === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
