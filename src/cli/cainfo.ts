import { lookupService } from "node:dns/promises";
import type { CaChannel } from "../ca/index.js";
import { withChannels } from "./caConnect.js";
import { getopt } from "./caGetopt.js";
import {
  applyCommonOption,
  defaultFormat,
  describeOptionProblem,
  processOutput,
  type ToolOutput,
} from "./caToolFormat.js";
import { cainfoUsage, versionLine } from "./caUsage.js";

/** `host:port` with the host by name where it has one. */
async function serverName(server: string): Promise<string> {
  const [host = "", port = ""] = server.split(":");
  try {
    return `${(await lookupService(host, Number(port))).hostname}:${port}`;
  } catch {
    return server;
  }
}

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
  for (const option of given.options) {
    if (option.letter === "V") {
      output.out(versionLine);
      return 0;
    }
    if (option.letter === "h" || !applyCommonOption(format, option, "cainfo", output)) {
      output.error(cainfoUsage);
      return option.letter === "h" ? 0 : 1;
    }
  }
  if (given.problem !== undefined) {
    output.error(describeOptionProblem(given.problem, "cainfo"));
    return 1;
  }
  if (given.rest.length === 0) {
    output.error("No pv name specified. ('cainfo -h' for help.)");
    return 1;
  }
  return withChannels(given.rest, format, output, async (channels) => {
    for (const channel of channels) output.out(await describe(channel));
    return 0;
  });
}
