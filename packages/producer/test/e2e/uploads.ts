import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { makeZip, tarEntry, writeTarGz } from "../snapshot/archives.ts";
import { openFolder } from "./machine.ts";

type Files = Readonly<Record<string, Buffer | string>>;

export async function tarGz(files: Files): Promise<Buffer> {
  await using folder = await openFolder();
  const file = join(folder.dir, "project.tar.gz");
  await writeTarGz(
    file,
    Object.entries(files).map(([name, content]) => tarEntry({ name, content })),
  );
  return await readFile(file);
}

export async function zip(files: Files): Promise<Buffer> {
  return makeZip(Object.entries(files).map(([name, content]) => ({ name, content })));
}

/** The body of an upload. */
export function upload(archive: Buffer, request: object): FormData {
  const form = new FormData();
  form.append("request", new Blob([JSON.stringify(request)], { type: "application/json" }));
  form.append("project", new Blob([new Uint8Array(archive)]), "project");
  return form;
}
