import type { Case } from "./case.ts";
import { clips } from "./cases/clips.ts";
import { invalid } from "./cases/invalid.ts";
import { layout } from "./cases/layout.ts";
import { nested } from "./cases/nested.ts";
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
  ...variables,
  ...invalid,
];
