import type { Cdp } from "./cdp.ts";
import type { AnimatedDrawing, Seen } from "./seen.ts";

export interface AnimatedImages {
  /** Whether an image has come that moves by itself. */
  present(): boolean;
  /** Images of which it is not known yet, as "image: URL". */
  unknown(): string[];
  /** SVG images that move by themselves: by the machine's time, which nothing can set. */
  drawings(): readonly AnimatedDrawing[];
}

/** Formats that may hold more than one picture, and what says so near a file's beginning. */
const MARKS: Readonly<Record<string, string | null>> = {
  "image/gif": null,
  "image/apng": null,
  "image/png": "acTL",
  "image/webp": "ANIM",
  "image/avif": "avis",
};
const SVG = "image/svg+xml";
/** Elements of SMIL, and CSS animations. */
const SVG_MOTION = /<(?:animate|animateTransform|animateMotion|set)[\s/>]|@keyframes\s/;
/** Where the marks stand: before the first picture. */
const HEAD_BYTES = 65_536;
/** A picture's bytes are asked for at once or not at all: the page goes on without. */
const BODY_TIMEOUT_MS = 5_000;
const MAX_URL = 200;

interface Candidate extends AnimatedDrawing {
  /** Null for an SVG image. */
  readonly mark: string | null;
}

function bytesOf(body: string, base64Encoded: boolean): Buffer {
  return Buffer.from(body, base64Encoded ? "base64" : "latin1");
}

/** Looks at the images that a page loads: moving ones need a commit in every frame to be shown as of its time. */
export function followImages(cdp: Cdp, sessionId: string, stamp: () => Seen): AnimatedImages {
  let isPresent = false;
  const candidates = new Map<string, Candidate>();
  const drawings: AnimatedDrawing[] = [];

  const look = async (requestId: string, { mark, ...image }: Candidate): Promise<void> => {
    const options = { deadline: Date.now() + BODY_TIMEOUT_MS, sessionId };
    try {
      const { body, base64Encoded } = await cdp.send("Network.getResponseBody", { requestId }, options);
      if (mark === null) {
        if (SVG_MOTION.test(bytesOf(body, base64Encoded).toString("latin1"))) drawings.push(image);
      } else isPresent ||= bytesOf(body.slice(0, HEAD_BYTES), base64Encoded).includes(mark, 0, "latin1");
    } catch {
      // A body that is gone by now: to take it for a moving image costs little.
      isPresent = true;
    } finally {
      candidates.delete(requestId);
    }
  };
  cdp.on("Network.responseReceived", sessionId, ({ requestId, response, type }) => {
    const { mimeType } = response;
    const mark = MARKS[mimeType];
    if (mark === null) isPresent = true;
    else if (mark === undefined ? mimeType === SVG && type === "Image" : !isPresent)
      candidates.set(requestId, { url: response.url.slice(0, MAX_URL), mark: mark ?? null, ...stamp() });
  });
  cdp.on("Network.loadingFinished", sessionId, ({ requestId }) => {
    const found = candidates.get(requestId);
    if (found) void look(requestId, found);
  });
  cdp.on("Network.loadingFailed", sessionId, ({ requestId }) => void candidates.delete(requestId));

  return {
    present: () => isPresent,
    unknown: () => [...candidates.values()].map(({ url }) => `image: ${url.slice(0, 120)}`),
    drawings: () => drawings,
  };
}
