// Plain JavaScript on purpose: it has to load on the old Node that it turns away.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node ${process.versions.node} cannot run TypeScript as it stands: 22.18 is the first that can.\n` +
      "Run through npm, which puts the project's own Node 24 first: npm run check, npm test, npm exec -c '…'",
  );
  process.exit(1);
}
