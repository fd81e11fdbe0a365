import { type FieldError, ProblemError } from "@framewright/contract";
import type { z } from "zod";

/** Enough to mend a request by; a hostile body gets no long answer. */
const MAX_ERRORS = 20;
const MAX_TEXT_LENGTH = 300;

function clip(text: string): string {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
}

/** Names the fields of a request that do not fit its schema. */
export function invalidRequest(error: z.core.$ZodError): ProblemError {
  const errors = error.issues.slice(0, MAX_ERRORS).map(({ path, message }) => ({
    path: clip(path.map(String).join(".")),
    message: clip(message),
  }));
  return new ProblemError("invalid-request", describe(errors), { errors });
}

function describe(errors: readonly FieldError[]): string {
  return errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
}
