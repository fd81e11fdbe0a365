import { z } from "zod";

const LogLineSchema = z.object({
  level: z.string(),
  msg: z.string(),
  url: z.string().optional(),
  health: z.string().nullish(),
});

/** What a line of the service's log says; null for one of another form, such as the last of a killed service. */
export function readLogLine(line: string): z.infer<typeof LogLineSchema> | null {
  return LogLineSchema.safeParse(parse(line)).data ?? null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
