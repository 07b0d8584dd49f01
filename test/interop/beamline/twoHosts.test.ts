import assert from "node:assert/strict";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { H5pyReader } from "../../support/h5py.js";
import { repositoryRoot } from "../../support/paths.js";
import { interopPython, needsPython } from "../../support/python.js";
import { ProgramLines } from "../ca/support/lines.js";
import { TwoHosts } from "../ca/support/twoHosts.js";

const SCAN = "2bmb:TomoScanStream:";
const RECON = "2bmb:TomoStream:";
const FRAMES = 40;
const PRE_COUNT = 10;

/** What an operator sets before the first scan. */
const settings: Readonly<Record<string, number | string>> = {
  [`${SCAN}ExposureTime`]: 0.05,
  [`${SCAN}RotationStart`]: 0,
  [`${SCAN}RotationStep`]: 2,
  [`${SCAN}NumAngles`]: 100_000,
  [`${SCAN}NumDarkFields`]: 5,
  [`${SCAN}NumFlatFields`]: 5,
  [`${SCAN}StreamNumCapture`]: FRAMES,
  [`${SCAN}StreamPreCount`]: PRE_COUNT,
  [`${SCAN}ExperimentYearMonth`]: "2026-11",
  [`${SCAN}UserLastName`]: "hosts",
};

const hosts = interopPython === undefined ? undefined : TwoHosts.make();
const condition =
  interopPython !== undefined && hosts === undefined
    ? { skip: "network namespaces are not permitted" }
    : needsPython;

describe("camera and stage on one host, scan and reconstruction on another", condition, () => {
  const top = mkdtempSync(join(tmpdir(), "tomoioc-two-hosts-"));
  const h5py = new H5pyReader();
  const iocs: ProgramLines[] = [];
  let monitor: ProgramLines | undefined;

  const made = (): TwoHosts => hosts ?? assert.fail("the hosts are not there");

  /** Boots one of the package's boot directories, in a copy that keeps its settings. */
  function boot(host: "server" | "client", name: string, environment: Record<string, string> = {}): void {
    const place = join(top, "iocBoot", name);
    cpSync(join(repositoryRoot, "iocBoot", name), place, { recursive: true });
    const program = join(repositoryRoot, "bin/linux-x86_64/softIoc");
    iocs.push(new ProgramLines(made().run(host, ["env", "-C", place, program, "st.cmd"], environment)));
  }

  /** What an operator types on the scan's host. */
  async function caput(...words: readonly string[]): Promise<void> {
    const child = made().run("client", [join(repositoryRoot, "bin/caput"), ...words], {});
    const closed = once(child, "close");
    const [complaints, [code]] = await Promise.all([text(child.stderr), closed]);
    assert.equal(code, 0, `caput ${words.join(" ")}: ${complaints}`);
  }

  const shown = (pattern: RegExp): Promise<string> =>
    monitor?.next(pattern) ?? assert.fail("nothing is monitored");

  /** A camera that boots or has been away is found within seconds: until then a scan fails, and the operator starts it again. */
  async function startScan(attempts: number): Promise<void> {
    await caput("-w", "20", `${SCAN}StartScan`, "1");
    const status = await shown(/ScanStatus .*(Collecting projections|Scan failed)/);
    if (/failed/.test(status)) {
      assert.ok(attempts > 1, status);
      return startScan(attempts - 1);
    }
    await shown(/ImagesCollected .*[1-9]\d*\//);
  }

  before(async () => {
    boot("server", "ioc2bmbPG1", { PSO_TCP_ADDRESS: "0.0.0.0" });
    const patience = { EPICS_CA_CONN_TMO: "3" };
    boot("client", "iocTomoScanStream_2BMB", { ...patience, PSO_ADDRESS: `${made().serverAddress}:8001` });
    boot("client", "iocTomoStream_2BM", patience);
    for (const ioc of iocs) await ioc.next(/^auto_settings.sav: (\d+) of \1 PV's connected/);
    const watched = [`${SCAN}ScanStatus`, `${SCAN}ImagesCollected`, `${RECON}BufferSize`];
    monitor = new ProgramLines(
      made().run("client", [join(repositoryRoot, "bin/camonitor"), "-S", ...watched], {}),
    );
    for (const [name, value] of Object.entries(settings)) await caput("-w", "20", name, String(value));
    await caput("-w", "20", `${SCAN}DetectorTopDir`, `${top}/`);
  });

  after(async () => {
    await monitor?.stop();
    for (const ioc of iocs) await ioc.stop();
    await h5py.close();
    hosts?.remove();
    rmSync(top, { recursive: true });
  });

  it("scan, reconstruct and capture with the boot directories that one host has", async () => {
    await startScan(4);
    for (const retake of ["StreamRetakeDark", "StreamRetakeFlat"])
      await caput("-c", "-w", "60", SCAN + retake, "1");
    await caput(`${RECON}StartRecon`, "1");
    await shown(/BufferSize .*[1-9]\d*\/90/);
    await caput("-c", "-w", "60", `${SCAN}StreamCapture`, "1");
    const folder = join(top, "2026-11", "hosts");
    const files = readdirSync(folder).filter((name) => !/Dark|Flat|circular/i.test(name));
    const lengths = "[len(f['/exchange/' + d]) for d in ('data', 'data_dark', 'data_white', 'theta')]";
    assert.deepEqual(await Promise.all(files.map((name) => h5py.read(join(folder, name), lengths))), [
      [FRAMES + PRE_COUNT, 5, 5, FRAMES + PRE_COUNT],
    ]);
  });

  it("say what is lost when the cable is pulled, and scan again when it is in", async () => {
    made().unplug();
    await shown(/ScanStatus .*Scan failed: .*(disconnect|not connected)/);
    made().plug();
    await startScan(4);
    await shown(/BufferSize .*[1-9]\d*\/90/);
    await caput("-c", "-w", "60", `${SCAN}AbortScan`, "1");
  });
});
