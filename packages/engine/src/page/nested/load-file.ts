export interface LoadedText {
  readonly ok: boolean;
  readonly text: string;
}

/** Marks requests that only ask whether a file is there: that it is not is no failure of the page. */
const PROBE_HEADER = "X-Framewright-Probe";

function send(method: "GET" | "HEAD", url: string): LoadedText {
  const request = new XMLHttpRequest();
  request.open(method, url, false);
  if (method === "HEAD") request.setRequestHeader(PROBE_HEADER, "1");
  try {
    request.send();
  } catch {
    // Refused, or not reached: an exception is how a synchronous request says so.
    return { ok: false, text: "" };
  }
  return { ok: request.status >= 200 && request.status < 300, text: request.responseText };
}

/** Reads a file at once: the page's next script must find what it brings. */
export function loadText(url: string): LoadedText {
  return send("GET", url);
}

const existing = new Map<string, boolean>();

/** Whether the project has a file. */
export function fileExists(url: string): boolean {
  const known = existing.get(url);
  if (known !== undefined) return known;
  const { ok } = send("HEAD", url);
  existing.set(url, ok);
  return ok;
}
