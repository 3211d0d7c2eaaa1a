// `npm ci` ends with this: the command line is bundled, so that it starts at once. Plain JavaScript, because the Node
// that runs it may be too old. Without the bundle `bin/moat` runs the source, so a missing bundler is no failure.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const hasBundler = await import("esbuild").then(
  () => true,
  () => false,
);

if (hasBundler && (major > 22 || (major === 22 && minor >= 18))) {
  const { bundleCli } = await import("./bundle-cli.ts");
  await bundleCli();
}
