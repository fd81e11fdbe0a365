import { localFault } from "./client-error.ts";

/** Longer than any event of the service; a line without an end is refused beyond it. */
const MAX_PENDING_CHARS = 16 * 1024 * 1024;

/** Splits at LF, CRLF or CR; a last CR waits, because its LF may come with the next chunk. */
const LINE_END = /\r\n|\n|\r(?!$)/;

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const chunk of chunks) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split(LINE_END);
    pending = lines.pop() ?? "";
    if (pending.length > MAX_PENDING_CHARS) {
      throw localFault("response-invalid", "A line of the event stream has no end.");
    }
    yield* lines;
  }
}

/** The data of each message of a `text/event-stream`; comments are dropped, as is a message cut short. */
export async function* readEventData(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  let data: string[] = [];
  for await (const line of readLines(chunks)) {
    if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
    if (line !== "" || data.length === 0) continue;
    yield data.join("\n");
    data = [];
  }
}
