import { BeaconMonitor, type BeaconReport } from "../ca/client/beaconMonitor.js";
import { SearchSocket } from "../ca/client/searchSocket.js";
import { CaRepeater } from "../ca/index.js";
import { addressKey, type SocketAddress } from "../ca/net/address.js";
import { clientEnvironment } from "../ca/net/environment.js";
import { strftime } from "../libcom/strftime.js";
import { processOutput, type ToolOutput } from "./caToolFormat.js";
import { serverName } from "./serverName.js";

/** `-i 2` and `-i2`; undefined for anything else. */
function interestOf(argv: readonly string[]): number | undefined {
  if (argv.length === 0) return 0;
  const [, digits] = /^-i *(\d+)$/.exec(argv.join(" ")) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** From interest 1 periods are shown, from 2 every beacon, with a star where it is an anomaly. */
function linesOf(host: string, time: Date, report: BeaconReport, interest: number): string {
  const mark = interest < 2 ? "" : report.isAnomaly ? "* " : "  ";
  const line = `${mark}${host.padEnd(40)} ${strftime("%Y-%m-%d %H:%M:%S.%09f", time)}\n`;
  const { periodSeconds = 0, sincePrevious = 0 } = report;
  if (!report.isAnomaly || interest < 1) return line;
  return `${line}\testimate=${periodSeconds.toFixed(6)} current=${sincePrevious.toFixed(6)}\n`;
}

/** casw: prints servers that start, or that can be reached again, until it is interrupted. Returns the exit code. */
export async function main(
  argv: readonly string[],
  _program = "casw",
  output: ToolOutput = processOutput,
): Promise<number> {
  const interest = interestOf(argv);
  if (interest === undefined) {
    output.out("usage: casw <-i interestLevel>\n");
    return 0;
  }
  const { repeaterPort } = clientEnvironment();
  const beacons = new BeaconMonitor(performance.now() / 1000);
  const onBeacon = async (server: SocketAddress, id: number): Promise<void> => {
    const time = new Date();
    const report = beacons.beacon(addressKey(server), id, performance.now() / 1000);
    if (!report.isAnomaly && interest < 2) return;
    output.out(linesOf(await serverName(addressKey(server)), time, report, interest));
  };
  const repeater = new CaRepeater();
  const socket = new SearchSocket({
    destinations: () => [],
    repeaterPort,
    onFound: () => {},
    onBeacon: (server, id) => void onBeacon(server, id),
    onNoRepeater: () => void repeater.start(repeaterPort).catch(() => {}),
  });
  return new Promise((resolve) => {
    process.once("SIGINT", () => {
      socket.close();
      repeater.stop();
      resolve(130);
    });
  });
}
