import { ProblemError } from "@framewright/contract";
import type { Probe } from "@framewright/engine";
import type { LibraryReport } from "@framewright/local-cdn";

/** A script that the page did not get. */
interface MissingScript {
  readonly url: string;
  readonly message: string;
  readonly remedy: string;
}

/** Globals whose names tell nothing of the package that sets them: part of its URLs instead. */
const SET_BY: Readonly<Record<string, string>> = {
  $: "jquery",
  L: "leaflet",
  _: "lodash",
  anime: "anime",
  bodymovin: "lottie",
  createjs: "create",
  CustomEase: "gsap",
  MorphSVGPlugin: "gsap",
  MotionPathPlugin: "gsap",
  ScrollTrigger: "gsap",
  SplitText: "gsap",
  TimelineMax: "gsap",
  TweenMax: "gsap",
  gsap: "gsap",
  TWEEN: "tween",
  VANTA: "vanta",
};

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** Whether a script at a URL is likely to set a global. */
function sets(url: string, global: string): boolean {
  const known = SET_BY[global];
  const path = letters(url);
  return known === undefined
    ? path.includes(letters(global))
    : path.includes(known) || path.includes(letters(global));
}

function missingScripts({ failedRequests }: Probe, { refused }: LibraryReport): MissingScript[] {
  const others = failedRequests.filter(
    (request) => request.isScript && request.refused && !refused.some(({ url }) => url === request.url),
  );
  return [
    ...refused.filter(({ isScript }) => isScript),
    ...others.map(({ url, reason }) => ({
      url,
      message: `The page asked for ${url}, which was refused: ${reason}.`,
      remedy: "Ship the file with the project, or load the library from a CDN of npm packages.",
    })),
  ];
}

/**
 * Refuses a page that lacks what its scripts stand on: it would be drawn without them, blank most often.
 * @throws ProblemError `library-missing`
 */
export function guardLibraries(probe: Probe, libraries: LibraryReport): void {
  const missing = missingScripts(probe, libraries);
  if (missing.length === 0) return;
  for (const { text } of probe.uncaught) {
    const [, global] = /ReferenceError: (?:Can't find variable: )?([\w$]+) is not defined/.exec(text) ?? [];
    // A global that no URL tells of may come from any of the libraries that are missing.
    const script =
      global === undefined
        ? missing.find(({ url }) => text.includes(url))
        : (missing.find(({ url }) => sets(url, global)) ?? unnamed(missing, libraries));
    if (script) throw missingLibrary(script, text);
  }
  const module = missing.find(({ url }) => !probe.classicScripts.includes(url));
  if (module) throw missingLibrary(module, "the scripts that import it do not run");
}

function unnamed(missing: readonly MissingScript[], { refused }: LibraryReport): MissingScript | undefined {
  return missing.find(({ url }) => refused.some((library) => library.url === url));
}

function missingLibrary({ message, remedy }: MissingScript, consequence: string): ProblemError {
  const why = consequence.split("\n")[0]?.slice(0, 200) ?? "";
  return new ProblemError("library-missing", `${message} So ${JSON.stringify(why)}. ${remedy}`);
}
