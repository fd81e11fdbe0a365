import type { RenderOptions } from "@framewright/contract";

import type { HttpRequest } from "./transport.ts";

/** Where a composition comes from: exactly one of the three. */
export type Source =
  | { readonly html: string }
  /** A folder of the service's machine, below its projects root. */
  | { readonly projectDir: string }
  /** A .tar.gz or .zip of the project; `fs.openAsBlob` makes one that is streamed from disk. */
  | { readonly archive: Blob; readonly archiveName?: string };

export type Submission = RenderOptions & Source;

type Body = Required<Pick<HttpRequest, "headers" | "body">>;

/** The body of a submission: multipart for an archive, else JSON. */
export function bodyOf(submission: Submission): Body {
  if (!("archive" in submission)) {
    return { headers: { "content-type": "application/json" }, body: JSON.stringify(submission) };
  }
  const { archive, archiveName = "project.tar.gz", ...options } = submission;
  const body = new FormData();
  // First, so that the service can refuse a bad request before it reads the archive.
  body.set("request", JSON.stringify(options));
  body.set("project", archive, archiveName);
  return { headers: {}, body };
}
