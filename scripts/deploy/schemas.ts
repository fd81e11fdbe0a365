import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Manifest } from "./manifests.ts";

const TSC_TIMEOUT_MS = 30_000;
const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));

/** The package that knows resources of this version, found without the manifest's own say in paths. */
function schemaModule(apiVersion: string): string {
  const owner = apiVersion.startsWith("keda.sh/") ? "@kubernetes-models/keda/" : "kubernetes-models/";
  return import.meta.resolve(`${owner}${apiVersion}`);
}

/** What breaks the schema of its resource: types, formats, values that are missing. */
async function wrongValues(manifest: Manifest): Promise<string[]> {
  const models = (await import(schemaModule(manifest.apiVersion))) as Record<
    string,
    (new (data: Manifest) => { validate(): void }) | undefined
  >;
  const Model = models[manifest.kind];
  if (!Model) return [`${manifest.apiVersion} has no ${manifest.kind}`];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

/** The manifests as a program, whose types are the resources'. */
function asProgram(manifests: readonly Manifest[]): string {
  const parts = manifests.map((manifest, index) => {
    const models = fileURLToPath(schemaModule(manifest.apiVersion));
    return `import type { I${manifest.kind} as T${index} } from ${JSON.stringify(models)};
export const ${manifest.kind}${index}: T${index} = ${JSON.stringify(manifest, null, 1)};`;
  });
  return parts.join("\n");
}

/** What the compiler says of a program; nothing when it is in order. */
function compile(program: string): string[] {
  const dir = mkdtempSync(join(tmpdir(), "check-deploy-"));
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, module: "nodenext", types: [] };
  try {
    writeFileSync(join(dir, "manifests.ts"), program);
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["manifests.ts"] }));
    const { stdout, error } = spawnSync(TSC, ["-p", dir], { encoding: "utf8", timeout: TSC_TIMEOUT_MS });
    if (error) throw error;
    return stdout.split("\n").filter((line) => line !== "");
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/**
 * What is wrong with manifests by the schemas of Kubernetes and KEDA. These let pass what no resource has, such as a
 * misspelt field; the compiler does not.
 */
export async function checkSchemas(manifests: readonly Manifest[]): Promise<string[]> {
  const faults = await Promise.all(
    manifests.map(async (manifest) =>
      (await wrongValues(manifest)).map((fault) => `${manifest.kind} ${manifest.metadata.name}: ${fault}`),
    ),
  );
  return [...faults.flat(), ...compile(asProgram(manifests))];
}
