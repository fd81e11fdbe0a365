import { readFile } from "node:fs/promises";

/** What processes hold in memory that no file stands for; one that has ended holds nothing. */
export async function residentBytes(processes: readonly { readonly pid: number }[]): Promise<number> {
  const held = await Promise.all(
    processes.map(async ({ pid }) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    }),
  );
  return held.reduce((sum, bytes) => sum + bytes, 0);
}
