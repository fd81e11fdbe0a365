import type { Cdp } from "./cdp.ts";

export interface AnimatedImages {
  /** Whether an image has come that moves by itself. */
  present(): boolean;
  /** Images of which it is not known yet, as "image: URL". */
  unknown(): string[];
}

/** Formats that may hold more than one picture, and what says so near a file's beginning. */
const MARKS: Readonly<Record<string, string | null>> = {
  "image/gif": null,
  "image/apng": null,
  "image/png": "acTL",
  "image/webp": "ANIM",
  "image/avif": "avis",
};
/** Where the marks stand: before the first picture. */
const HEAD_BYTES = 65_536;
/** A picture's bytes are asked for at once or not at all: the page goes on without. */
const BODY_TIMEOUT_MS = 5_000;

function isMarked(body: string, base64Encoded: boolean, mark: string): boolean {
  const head = base64Encoded
    ? Buffer.from(body.slice(0, HEAD_BYTES), "base64")
    : Buffer.from(body.slice(0, HEAD_BYTES), "latin1");
  return head.includes(mark, 0, "latin1");
}

/** Looks at the images that a page loads: moving ones need a commit in every frame to be shown as of its time. */
export function followImages(cdp: Cdp, sessionId: string): AnimatedImages {
  let isPresent = false;
  const marks = new Map<string, { url: string; mark: string }>();

  const look = async (requestId: string, mark: string): Promise<void> => {
    const options = { deadline: Date.now() + BODY_TIMEOUT_MS, sessionId };
    try {
      const { body, base64Encoded } = await cdp.send("Network.getResponseBody", { requestId }, options);
      isPresent ||= isMarked(body, base64Encoded, mark);
    } catch {
      // A body that is gone by now: to take it for a moving image costs little.
      isPresent = true;
    } finally {
      marks.delete(requestId);
    }
  };
  cdp.on("Network.responseReceived", sessionId, ({ requestId, response }) => {
    const mark = MARKS[response.mimeType];
    if (mark === null) isPresent = true;
    else if (mark !== undefined && !isPresent) marks.set(requestId, { url: response.url, mark });
  });
  cdp.on("Network.loadingFinished", sessionId, ({ requestId }) => {
    const found = marks.get(requestId);
    if (found) void look(requestId, found.mark);
  });
  cdp.on("Network.loadingFailed", sessionId, ({ requestId }) => void marks.delete(requestId));

  return {
    present: () => isPresent,
    unknown: () => [...marks.values()].map(({ url }) => `image: ${url.slice(0, 120)}`),
  };
}
