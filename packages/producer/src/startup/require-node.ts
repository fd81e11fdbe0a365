/** The oldest Node that runs the service (package.json says the same). */
const OLDEST = [22, 18] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `Framewright needs Node ${OLDEST.join(".")} or later, and this is ${process.versions.node}: start it with \`pnpm start\`, which brings its own.\n`,
  );
  process.exit(2);
}
