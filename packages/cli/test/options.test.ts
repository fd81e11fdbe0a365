import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { readOptions, type SettingFlags } from "../src/options.ts";
import { temporaryProject } from "./temporary-project.ts";

describe("the flags", () => {
  it.each<[SettingFlags, unknown]>([
    [{}, {}],
    [{ fps: "30000/1001" }, { fps: "30000/1001" }],
    [
      { width: "1280", height: "720", quality: "draft" },
      { width: 1280, height: 720, quality: "draft" },
    ],
    [{ range: "0-90" }, { range: { startFrame: 0, endFrame: 90 } }],
    [{ range: "1.5s-3s" }, { range: { startSeconds: 1.5, endSeconds: 3 } }],
    [{ range: "0-0.5s" }, { range: { startSeconds: 0, endSeconds: 0.5 } }],
    [{ duration: "2.5" }, { duration: 2.5 }],
    [{ duration: "3s" }, { duration: 3 }],
    [{ variables: '{"title":"Hi"}' }, { variables: { title: "Hi" } }],
  ])("%j become the request %j", async (flags, request) => {
    expect(await readOptions(flags)).toEqual(request);
  });

  it("take variables from a file", async () => {
    const { dir, remove } = await temporaryProject({ "v.json": '{"n":[1]}' });
    expect(await readOptions({ variables: `@${join(dir, "v.json")}` })).toEqual({ variables: { n: [1] } });
    await remove();
  });

  it.each<[SettingFlags, string]>([
    [{ fps: "fast" }, "--fps"],
    [{ fps: "29.97" }, "--fps"],
    [{ width: "wide" }, "--width"],
    [{ height: "-2" }, "--height"],
    [{ quality: "best" }, "--quality"],
    [{ range: "90" }, "--range"],
    [{ duration: "long" }, "--duration"],
    [{ duration: "0" }, "--duration"],
    [{ range: "1.5-3" }, "--range"],
    [{ variables: "{" }, "--variables"],
    [{ variables: "[1]" }, "--variables"],
    [{ variables: "@/nowhere.json" }, "--variables"],
  ])("%j are refused, and %s is named", async (flags, name) => {
    await expect(readOptions(flags)).rejects.toMatchObject({
      exitCode: 2,
      problem: { detail: expect.stringContaining(name) },
    });
  });
});
