import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What is installed where: outside of the repository's own dependencies. */
const PEERS = {
  hf: {
    dependencies: { "@hyperframes/producer": "0.8.64", gsap: "3.15.0", linkedom: "0.18.12" },
    overrides: { "@hyperframes/engine": "0.8.33", linkedom: "0.18.12" },
  },
  hfcli: { dependencies: { hyperframes: "latest" } },
  remotion: {
    dependencies: {
      "@remotion/bundler": "4.0.529",
      "@remotion/renderer": "4.0.529",
      react: "^19.3.1",
      "react-dom": "^19.3.1",
      remotion: "4.0.529",
    },
  },
};

const INSTALL_TIMEOUT_MS = 600_000;

/** Installs the peers by npm, with what makes them render. Needs the network. */
export function setUp(dir: string): void {
  for (const [name, manifest] of Object.entries(PEERS)) {
    const peer = join(dir, name);
    mkdirSync(peer, { recursive: true });
    writeFileSync(join(peer, "package.json"), JSON.stringify({ private: true, type: "module", ...manifest }));
    execFileSync("npm", ["install", "--no-audit", "--no-fund"], {
      cwd: peer,
      stdio: "inherit",
      timeout: INSTALL_TIMEOUT_MS,
      env: { ...process.env, PUPPETEER_SKIP_DOWNLOAD: "1" },
    });
  }
  const scripts = fileURLToPath(new URL("scripts", import.meta.url));
  for (const name of ["hf", "remotion"]) cpSync(join(scripts, name), join(dir, name), { recursive: true });
  execFileSync(process.execPath, ["bundle.mjs"], {
    cwd: join(dir, "remotion"),
    stdio: "inherit",
    timeout: INSTALL_TIMEOUT_MS,
  });
}
