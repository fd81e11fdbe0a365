import { CODECS, OUTPUTS } from "@framewright/contract";
import { Command, Option } from "commander";

import { disturb } from "./commands/disturb.ts";
import { doctor, type DoctorFlags } from "./commands/doctor.ts";
import { key, type KeyFlags } from "./commands/key.ts";
import { plan } from "./commands/plan.ts";
import { render, type RenderFlags } from "./commands/render.ts";
import { vendor, type VendorFlags } from "./commands/vendor.ts";
import type { CommonFlags } from "./options.ts";
import type { Runtime } from "./runtime.ts";

const JSON_HELP = `
With --json, stdout carries one JSON object a line and nothing else. The last line has the type "result" or,
with a problem and the exit code, "error"; before it come the render's events. A plan is a single object.

Exit codes: 0 done, 1 the render failed, 2 bad input, 130 interrupted.`;

function withSettings(command: Command): Command {
  return command
    .option("--entry <file>", "HTML document of the folder (default: index.html)")
    .option("--fps <rate>", "frames per second: 30, or an exact ratio like 30000/1001")
    .option("--width <pixels>", "width of the video (default: the composition's)")
    .option("--height <pixels>", "height of the video (default: the composition's)")
    .option(
      "--resolution <name>",
      "size by a name: 1080p, 4k, portrait, square, … in place of --width and --height",
    )
    .option("--quality <level>", "draft, standard or high")
    .option("--format <name>", `${Object.keys(OUTPUTS).join(", ")} (default: by the name of -o, or mp4)`)
    .option("--codec <name>", `${Object.keys(CODECS).join(", ")} (default: the format's first)`)
    .option("--transparent", "keep what the page leaves empty transparent, where the format can")
    .option("--no-transparent", "fill what the page leaves empty with white")
    .option("--crf <number>", "constant rate factor: lower is better and larger (default: by quality)")
    .option("--video-bitrate <rate>", "bits a second like 10M, in place of a constant quality")
    .option("--loop <times>", "how often a gif, apng or webp is played; 0 is for ever (default: 0)")
    .option("--at <seconds>", "of a single picture: when it is taken (default: 0)")
    .option("--variables <json>", "values for the composition's variables, or @ and a JSON file")
    .option("--range <from-to>", "part to render, end exclusive: frames 0-90, or seconds 1.5s-3s")
    .option("--allow-empty", "take a video in which nothing is drawn for a success")
    .option("--duration <seconds>", "length of a composition that declares none")
    .option("--server <url>", "a running service (default: one is started for the call)")
    .addOption(
      new Option("--api-key <key>", "the key that the service knows you by").env("FRAMEWRIGHT_API_KEY"),
    )
    .option("--json", "print JSON");
}

/** The command line: what there is, and which function does it. */
export function createProgram(runtime: Runtime): Command {
  const program = new Command("framewright")
    .description("Turns HTML compositions into verified videos.")
    .addHelpText("after", JSON_HELP);
  withSettings(program.command("render <input>"))
    .description("render a folder with an index.html, or an HTML file with its folder, to a video")
    .requiredOption("-o, --output <file>", "the file to write; its ending chooses the format")
    .option("--idempotency-key <key>", "the same key and content give the same render")
    .action((input: string, flags: RenderFlags) => render(input, flags, runtime));
  withSettings(program.command("plan <input>"))
    .description("show what a render would do: length, frames, chunks, hosts, estimate")
    .action((input: string, flags: CommonFlags) => plan(input, flags, runtime));
  program
    .command("vendor <input>")
    .description("write the libraries and fonts that a page asks of CDNs into its project, with a lockfile")
    .option("--entry <file>", "HTML document of the folder (default: index.html)")
    .option("--json", "print JSON")
    .action((input: string, flags: VendorFlags) => vendor(input, flags, runtime));
  program
    .command("key [tenant]")
    .description("make an API key for a tenant (default: default), and the entry for PRODUCER_API_KEYS")
    .option("--json", "print JSON")
    .action((tenant: string | undefined, flags: KeyFlags) => key(tenant, flags, runtime));
  program
    .command("doctor")
    .description("check this machine: browser, ffmpeg, memory, disk, fonts, ports")
    .option("--chaos", "disturb a service of its own for about a minute, and see that it recovers")
    .option("--json", "print JSON")
    .action(({ chaos, ...flags }: DoctorFlags) => (chaos === true ? disturb : doctor)(flags, runtime));
  return program;
}
