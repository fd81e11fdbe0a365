import type { RenderOptions } from "../../packages/contract/src/index.ts";
import type { Shape } from "./shapes.ts";

/** The part of the product that a case is about. */
export type Part = "tree" | "clock" | "animations" | "libraries" | "findings" | "adapters" | "fonts";

export interface Case {
  readonly name: string;
  readonly part: Part;
  /** Contents by path; what a program makes, such as an image, is made when it is needed. */
  readonly files: Readonly<Record<string, string | (() => Uint8Array)>>;
  readonly request?: RenderOptions;
  /** How many frames the video has. (Default: 60) */
  readonly frames?: number;
  /** What its frames show; right only if every one of them does. */
  readonly shows?: readonly Shape[];
  /** Whether the video has a sound that is not silent. */
  readonly isHeard?: boolean;
  /** What one warning, or the problem, has to say; each must be found in the same one. */
  readonly tells?: readonly RegExp[];
  /** Whether it must be refused, not only warned of. */
  readonly isRefused?: boolean;
  /** It may be refused or shown, but never shown wrong without a word. */
  readonly mayBeTold?: boolean;
  /** A composition in HyperFrames' format, which its own producer renders too. */
  readonly hyperframes?: boolean;
}

/** Size of a case's video: 320×180 unless it asks for another. */
export function sizeOf({ request = {} }: Case): readonly [width: number, height: number] {
  return [request.width ?? 320, request.height ?? 180];
}
