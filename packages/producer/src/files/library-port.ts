/** What the page gets of a CDN. */
export type LibraryAnswer =
  | { readonly ok: true; readonly bytes: Buffer; readonly filename: string }
  | { readonly ok: false; readonly status: 404 | 502; readonly reason: string };

/** Answers requests to hosts of libraries in their place: the one way in which more than its own files reaches a page. */
export interface LibraryPort {
  serves(host: string): boolean;
  resolve(request: { readonly url: URL; readonly isScript: boolean }): Promise<LibraryAnswer>;
}
