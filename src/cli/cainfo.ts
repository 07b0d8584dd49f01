import type { CaChannel } from "../ca/index.js";
import { withChannels } from "./caConnect.js";
import { getopt } from "./caGetopt.js";
import { takeOptions } from "./caOptions.js";
import { defaultFormat, processOutput, type ToolOutput } from "./caToolFormat.js";
import { cainfoUsage } from "./caUsage.js";
import { serverName } from "./serverName.js";

async function describe(channel: CaChannel): Promise<string> {
  const { name, access, fieldType, elementCount, server } = channel;
  const type = fieldType === "UCHAR" ? "CHAR" : fieldType;
  return `${name}
    State:            connected
    Host:             ${await serverName(server)}
    Access:           ${access.read ? "" : "no "}read, ${access.write ? "" : "no "}write
    Native data type: DBF_${type}
    Request type:     DBR_${type}
    Element count:    ${elementCount}
`;
}

/** cainfo: prints what a client knows of PVs without reading them. Returns the exit code. */
export async function main(
  argv: readonly string[],
  _program = "cainfo",
  output: ToolOutput = processOutput,
): Promise<number> {
  const format = defaultFormat(output);
  const given = getopt(argv, "nhVw:s:p:");
  const exitCode = takeOptions({ name: "cainfo", usage: cainfoUsage }, given, format, output);
  if (exitCode !== undefined) return exitCode;
  return withChannels(given.rest, format, output, async (channels) => {
    for (const channel of channels) output.out(await describe(channel));
    return 0;
  });
}
