// The layers of ARCHITECTURE.md, top first. A file may import its own layer and those below it.
const layers = [
  ["cli"],
  ["ioc"],
  ["iocsh"],
  ["scan", "recon"],
  ["drivers"],
  ["records"],
  ["database"],
  ["ca", "pva"],
  ["channel"],
  ["libcom"],
];

const downwardsOnly = layers.flatMap((siblings, depth) =>
  siblings.map((layer) => {
    const above = layers.slice(0, depth).flat();
    const beside = siblings.filter((sibling) => sibling !== layer);
    const forbidden = [...above, ...beside];
    return {
      name: `${layer}-imports-downwards-only`,
      severity: "error",
      from: { path: `^src/${layer}/` },
      to: { path: forbidden.length > 0 ? `^src/(${forbidden.join("|")})/` : "^src/none/" },
    };
  }),
);

module.exports = {
  forbidden: [
    ...downwardsOnly,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "src-never-imports-tests",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|examples)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    parser: "swc",
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js"], exportsFields: ["exports"] },
  },
};
