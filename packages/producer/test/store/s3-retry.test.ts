import { expect, test } from "vitest";

import { persist } from "../../src/store/s3-retry.ts";

test("a try that does not heed its signal keeps nobody", async () => {
  const late = new Error("it is late");
  const signal = AbortSignal.abort(late);
  const ending = new AbortController();
  const deaf = (): Promise<never> => new Promise(() => undefined);
  await expect(persist(deaf, signal)).rejects.toBe(late);
  const waiting = persist(deaf, ending.signal);
  setTimeout(() => ending.abort(late), 50);
  await expect(waiting).rejects.toBe(late);
}, 5_000);
