import type { Case } from "./case.ts";
import { adapters } from "./cases/adapters.ts";
import { clips } from "./cases/clips.ts";
import { cssAnimations } from "./cases/css.ts";
import { invalid } from "./cases/invalid.ts";
import { layout } from "./cases/layout.ts";
import { libraryDrawing } from "./cases/library-drawing.ts";
import { libraryFonts } from "./cases/library-fonts.ts";
import { libraryGsap } from "./cases/library-gsap.ts";
import { libraryMotion } from "./cases/library-motion.ts";
import { nestedFiles } from "./cases/nested-files.ts";
import { nested } from "./cases/nested.ts";
import { plainMedia } from "./cases/plain-media.ts";
import { plainNative } from "./cases/plain-native.ts";
import { scenes } from "./cases/scenes.ts";
import { starts } from "./cases/starts.ts";
import { timelines } from "./cases/timelines.ts";
import { variables } from "./cases/variables.ts";

/** Every composition of the corpus, group by group. */
export const CASES: readonly Case[] = [
  ...timelines,
  ...clips,
  ...starts,
  ...layout,
  ...nested,
  ...nestedFiles,
  ...scenes,
  ...variables,
  ...adapters,
  ...cssAnimations,
  ...invalid,
  ...plainNative,
  ...plainMedia,
  ...libraryGsap,
  ...libraryMotion,
  ...libraryDrawing,
  ...libraryFonts,
];
