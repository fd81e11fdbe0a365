// Takes one safeguard at a time out of a copy of the repository and expects its tests to fail there. An argument chooses
// the mutants whose name, file or tests hold it: `node scripts/mutants.ts "start race"`.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import type { Change, Mutant } from "./mutants/mutant.ts";

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const TESTS_TIMEOUT_MS = 600_000;
const root = dirname(import.meta.dirname);

async function readMutants(filter: string): Promise<Mutant[]> {
  const files = (await readdir(join(import.meta.dirname, "mutants"))).filter((file) => file !== "mutant.ts");
  const modules: readonly Record<string, readonly Mutant[]>[] = await Promise.all(
    files.map((file) => import(`./mutants/${file}`)),
  );
  return modules
    .flatMap((exported) => Object.values(exported).flat())
    .filter(({ name, file, tests }) => [name, file, ...tests].some((text) => text.includes(filter)));
}

/** Copies what is or could be committed, and the packages' links to each other and to what is installed. */
async function copyRepository(copy: string): Promise<void> {
  const git = ["ls-files", "-co", "--exclude-standard", "-z"];
  const { stdout } = await promisify(execFile)("git", git, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  for (const file of stdout.split("\0").filter((file) => file !== "" && existsSync(join(root, file))))
    await cp(join(root, file), join(copy, file));
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  const packages = (await readdir(join(copy, "packages"))).map((name) => join("packages", name));
  for (const folder of [...packages, "examples"]) {
    const modules = join(folder, "node_modules");
    if (!existsSync(join(root, modules))) continue;
    await cp(join(root, modules), join(copy, modules), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !basename(source).startsWith(".v"),
    });
    await expectOwnPackages(copy, join(copy, modules, "@framewright"));
  }
  await promisify(execFile)(process.execPath, ["examples/prepare.mjs"], { cwd: copy, timeout: 60_000 });
}

/** A link that led to the original would have the tests pass or fail for what is there. */
async function expectOwnPackages(copy: string, scope: string): Promise<void> {
  if (!existsSync(scope)) return;
  for (const name of await readdir(scope)) {
    const target = await realpath(join(scope, name));
    if (!target.startsWith(`${await realpath(copy)}/`)) throw new Error(`${name} leads out of the copy`);
  }
}

/** Runs tests in the copy; returns the titles of those that failed. */
async function runTests(copy: string, tests: readonly string[]): Promise<string[]> {
  const reportFile = join(copy, "mutant-report.json");
  await rm(reportFile, { force: true });
  const args = ["run", ...tests, "--reporter=json", `--outputFile.json=${reportFile}`];
  const vitest = spawn(join(root, "node_modules/.bin/vitest"), args, {
    cwd: copy,
    stdio: ["ignore", "ignore", "ignore"],
    // Some of the tests are too long for every run.
    env: { ...process.env, FRAMEWRIGHT_LONG: "1" },
    timeout: TESTS_TIMEOUT_MS,
    killSignal: "SIGTERM",
  });
  const [code] = await once(vitest, "exit");
  const report: Report = JSON.parse(await readFile(reportFile, "utf8"));
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === "failed").map(({ title }) => title);
  if ((code === 0) !== (failed.length === 0) || results.length === 0)
    throw new Error(`the tests did not run: ${tests.join(" ")}`);
  return failed;
}

/** @throws where the text does not occur, or more than once */
function replaceOnce(source: string, { find, replace }: Change, { name, file }: Mutant): string {
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${name}: its text occurs ${found} times in ${file}`);
  return source.replace(find, () => replace);
}

async function mutate(copy: string, mutant: Mutant): Promise<string[]> {
  const path = join(copy, mutant.file);
  const source = await readFile(path, "utf8");
  const changes = [mutant, ...(mutant.and ? [mutant.and] : [])];
  await writeFile(
    path,
    changes.reduce((text, change) => replaceOnce(text, change, mutant), source),
  );
  try {
    return await runTests(copy, mutant.tests);
  } finally {
    await writeFile(path, source);
  }
}

const mutants = await readMutants(process.argv[2] ?? "");
const copy = await mkdtemp(join(tmpdir(), "framewright-mutants-"));
try {
  await copyRepository(copy);
  console.log("| mutant | caught by |\n|---|---|");
  for (const group of Map.groupBy(mutants, ({ tests }) => tests.join(" ")).values()) {
    const failed = await runTests(copy, group[0]?.tests ?? []);
    if (failed.length > 0) throw new Error(`without a change these tests fail: ${failed.join(", ")}`);
    for (const mutant of group) {
      const caughtBy = await mutate(copy, mutant);
      console.log(`| ${mutant.name} | ${caughtBy.join("; ") || "NOTHING"} |`);
      if (caughtBy.length === 0) process.exitCode = 1;
    }
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}
