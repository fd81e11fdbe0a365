import type { MediaAnswer, MediaFault, MediaFile } from "../../page-protocol.ts";
import { native } from "../native.ts";

/** A picture of a file, and the seconds of the file in which it is the one to be shown: the end is exclusive. */
export interface MediaPicture {
  readonly url: string;
  readonly from: number;
  readonly until: number;
}

let base = "";

/** Files are asked for there; without a place, media are the browser's own. */
export function installMediaPort(url: string): void {
  base = url;
}

export function hasMediaPort(): boolean {
  return base !== "";
}

const { fetch } = native;

async function answerOf(response: Response): Promise<unknown> {
  return response.ok ? (response.json() as Promise<unknown>) : null;
}

/** What only the page has is sent as it is; of anything else, the address. */
async function bodyOf(url: string): Promise<{ body: Blob | string; type: string }> {
  if (!/^(?:data|blob):/.test(url)) return { body: url, type: "text/plain" };
  const response = await fetch(url);
  return { body: await response.blob(), type: "application/octet-stream" };
}

/** Opens a file by its address. */
export async function openFile(url: string): Promise<MediaFile | MediaFault> {
  try {
    const { body, type } = await bodyOf(url);
    const response = await fetch(`${base}/open`, { method: "POST", body, headers: { "content-type": type } });
    const answer = await answerOf(response);
    if (typeof answer === "object" && answer !== null) return answer as MediaFile | MediaFault;
    return { fault: "media-invalid", detail: `it could not be opened (HTTP ${response.status})` };
  } catch (error) {
    return { fault: "media-invalid", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The picture to be shown at a second of the file, or why it cannot be had. */
export async function pictureAt({ id }: MediaFile, seconds: number): Promise<MediaPicture | MediaFault> {
  const response = await fetch(`${base}/${id}/at?seconds=${seconds}`);
  const answer = (await answerOf(response)) as MediaAnswer | MediaFault | null;
  if (answer === null) return { fault: "media-invalid", detail: `HTTP ${response.status}` };
  if ("fault" in answer) return answer;
  return { url: `${base}/${id}/${answer.name}`, from: answer.from, until: answer.until ?? Infinity };
}
