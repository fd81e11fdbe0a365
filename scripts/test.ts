// Runs every test and ends with the counts on a line of their own. Arguments go to vitest: `pnpm test tasks`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

interface Assertion {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

interface FileReport {
  readonly name: string;
  readonly message: string;
  readonly status: string;
  readonly assertionResults: readonly Assertion[];
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly FileReport[];
}

const NOTHING_RAN: Report = {
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};

/** A line for each test that failed, and for each file that did not load. */
function failures({ testResults }: Report): string[] {
  return testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((assertion) => assertion.status === "failed");
    if (failed.length === 0) return status === "failed" ? [`failed: ${file}: ${firstLine(message)}`] : [];
    return failed.map(
      ({ fullName, failureMessages }) =>
        `failed: ${file}: ${fullName}: ${firstLine(failureMessages?.[0] ?? "")}`,
    );
  });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

const folder = await mkdtemp(join(tmpdir(), "framewright-test-"));
const reportFile = join(folder, "report.json");
try {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const vitest = spawn("vitest", ["run", ...reporters, ...process.argv.slice(2)], {
    stdio: "inherit",
    // Every service that a test starts reads the same sources.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "../node_modules/.cache/node"), ...process.env },
  });
  const [code] = await once(vitest, "exit");
  const text = await readFile(reportFile, "utf8").catch(() => undefined);
  const report: Report = text === undefined ? NOTHING_RAN : JSON.parse(text);
  for (const failure of failures(report)) console.log(failure);
  // A file that does not load, or an error outside every test, fails the run without failing a test.
  const failed = code === 0 ? 0 : Math.max(1, report.numFailedTests);
  const skipped = report.numPendingTests + report.numTodoTests;
  const counts = [`${report.numPassedTests} passed`, `${failed} failed`];
  console.log((skipped > 0 ? [...counts, `${skipped} skipped`] : counts).join(", "));
  process.exitCode = code === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
