import { type Command, CommanderError } from "commander";

import { asCommandError, badInput, type CommandError, EXIT } from "./failure.ts";
import { createProgram } from "./program.ts";
import type { Runtime } from "./runtime.ts";
import { problemText } from "./text/problem-text.ts";

/** Help and errors of the command line itself go where everything else goes. */
function configure(command: Command, runtime: Runtime): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => runtime.stdout.write(text),
    // Only help for a missing command: errors are told once, at the end.
    writeErr: (text) => runtime.stderr.write(text),
    outputError: () => undefined,
  });
  for (const child of command.commands) configure(child, runtime);
}

function report({ problem, exitCode }: CommandError, json: boolean, runtime: Runtime): void {
  if (json) runtime.stdout.write(`${JSON.stringify({ type: "error", exitCode, problem })}\n`);
  else runtime.stderr.write(problemText(problem));
}

function ofUsage({ message }: CommanderError): CommandError {
  return badInput(message.replace(/^error: /, ""), "See `framewright --help`.");
}

/** Runs one command line (without the program's name) and returns its exit code; never throws. */
export async function run(args: readonly string[], runtime: Runtime): Promise<number> {
  const program = createProgram(runtime);
  configure(program, runtime);
  try {
    await program.parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    // Without a command the help was shown, which says it all.
    if (error instanceof CommanderError && error.code === "commander.help") return EXIT.badInput;
    const failure = error instanceof CommanderError ? ofUsage(error) : asCommandError(error, runtime.signal);
    report(failure, args.includes("--json"), runtime);
    return failure.exitCode;
  }
}
