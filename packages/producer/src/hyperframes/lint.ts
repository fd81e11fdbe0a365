import {
  type HyperframesFinding,
  type HyperframesLintRequest,
  type HyperframesLintResult,
  isProblemError,
  type Plan,
  ProblemError,
  PROBLEMS,
} from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import { DEFAULT_ENTRY_FILE } from "../intake/check-options.ts";
import type { Snapshot } from "../renders/port.ts";

export interface LintSource {
  readonly entryFile: string;
  readonly source: "projectDir" | "files" | "html";
  readonly take: (signal: AbortSignal) => Promise<Snapshot>;
}

/** The document that is meant: the one that is named, the usual ones, or the first that there is. */
function pickEntryFile(files: Readonly<Record<string, string>>, wanted: string | undefined): string {
  const html = Object.keys(files).find((name) => /\.html?$/i.test(name));
  const found = [wanted, DEFAULT_ENTRY_FILE, "src/index.html", html].find(
    (name) => name !== undefined && Object.hasOwn(files, name),
  );
  if (found !== undefined) return found;
  throw new ProblemError("invalid-request", "files: there is no HTML document among them");
}

/** Where the composition of a request comes from, in the order of HyperFrames. */
export function lintSource(request: HyperframesLintRequest, { intake }: AppDeps): LintSource {
  const { projectDir, files, html = "", entryFile: wanted } = request;
  if (projectDir !== undefined) {
    const entryFile = wanted ?? DEFAULT_ENTRY_FILE;
    return {
      entryFile,
      source: "projectDir",
      take: (signal) => intake.fromDirectory(projectDir, entryFile, signal),
    };
  }
  if (files !== undefined) {
    const entryFile = pickEntryFile(files, wanted);
    return { entryFile, source: "files", take: (signal) => intake.fromFiles(files, entryFile, signal) };
  }
  return {
    entryFile: wanted ?? DEFAULT_ENTRY_FILE,
    source: "html",
    take: (signal) => intake.fromHtml(html, signal),
  };
}

/** What keeps a composition from being planned is a finding; what keeps the service from planning it is not. */
function asFinding(error: unknown): HyperframesFinding {
  if (!isProblemError(error) || PROBLEMS[error.code].owner !== "composition") throw error;
  return {
    code: error.code,
    severity: "error",
    message: error.message,
    fixHint: PROBLEMS[error.code].remedy,
  };
}

/** What planning finds, in the form of their linter. */
export async function findingsOf(
  plan: () => Promise<Plan>,
  file: string,
): Promise<HyperframesLintResult["result"]> {
  const findings = await plan().then(
    ({ warnings }): HyperframesFinding[] =>
      warnings.map(({ code, message, remedy }) => ({ code, severity: "warning", message, fixHint: remedy })),
    (error: unknown) => [asFinding(error)],
  );
  const errorCount = findings.filter(({ severity }) => severity === "error").length;
  return {
    ok: errorCount === 0,
    errorCount,
    warningCount: findings.length - errorCount,
    infoCount: 0,
    findings: findings.map((finding) => ({ ...finding, file })),
  };
}
