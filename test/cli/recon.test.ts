import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { progressText } from "../../src/cli/progress.js";
import { main } from "../../src/cli/tomoioc.js";
import { readVolume, type ScanShape, writeScanFile } from "../recon/support/scanFile.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-recon-"));
after(() => rmSync(directory, { recursive: true }));

const shape: ScanShape = {
  ...{ width: 64, height: 24, center: 34.25, degrees: Array.from({ length: 91 }, (_, i) => 2 * i) },
};
const scan = join(directory, "scan.h5");
await writeScanFile(scan, shape);

/** Runs `tomoioc recon` in this process: its exit status and what it says. */
async function recon(...words: string[]): Promise<{ status: number; text: string }> {
  const said: string[] = [];
  const { error } = console;
  const write = process.stderr.write;
  console.error = (line: unknown) => void said.push(String(line));
  process.stderr.write = (chunk: unknown) => said.push(String(chunk)) > 0;
  try {
    const status = await main(["recon", ...words, "--backend", "wasm", "--threads", "1"], "tomoioc");
    return { status, text: said.join("\n") };
  } finally {
    console.error = error;
    process.stderr.write = write;
  }
}

describe("tomoioc recon", () => {
  it("writes the rows wanted as a volume, beside the file where no name is given, and a picture", async () => {
    const png = join(directory, "middle.png");
    const { status, text } = await recon(scan, "--rows", "6:16", "--center", "34.25", "--png", png);
    assert.equal(status, 0, text);
    const volume = await readVolume(join(directory, "scan_rec.h5"));
    assert.deepEqual([volume.shape, volume.units], [[10, 64, 64], "1/pixel"]);
    const rock = volume.data[6 * 64 * 64 + 28 * 64 + 20] ?? 0;
    assert.ok(Math.abs(rock / (0.9 / 32) - 1) < 0.1, `attenuation ${rock}`);
    assert.equal(readFileSync(png).toString("latin1", 1, 4), "PNG");
    assert.ok(!existsSync(join(directory, "scan_rec.h5.part")));
  });

  it("finds the center, and gives 1/cm where the pixel size is known", async () => {
    const output = join(directory, "centered.h5");
    const { status, text } = await recon(scan, "--auto-center", "--pixel-size", "2", "-o", output);
    assert.equal(status, 0, text);
    const center = Number(/center (\S+):/.exec(text)?.[1]);
    assert.ok(Math.abs(center - 34.25) < 0.25, text);
    const volume = await readVolume(output);
    assert.equal(volume.units, "1/cm");
    const rock = volume.data[12 * 64 * 64 + 28 * 64 + 20] ?? 0;
    assert.ok(Math.abs(rock / ((0.9 / 32) * 5000) - 1) < 0.1, `attenuation ${rock}`);
  });

  it("does not replace a volume unless told to", async () => {
    const output = join(directory, "kept.h5");
    writeFileSync(output, "mine");
    const refused = await recon(scan, "-o", output);
    assert.deepEqual([refused.status, readFileSync(output, "utf8")], [1, "mine"]);
    assert.match(refused.text, /kept\.h5 is there already; --force replaces it/);
    assert.equal((await recon(scan, "-o", output, "--force", "--rows", "0:1")).status, 0);
  });

  it("names the file that is bad, and what is wrong with it", async () => {
    const text = join(directory, "text.h5");
    writeFileSync(text, "no HDF5");
    const bare = join(directory, "bare.h5");
    await writeScanFile(bare, { ...shape, without: ["data"] });
    for (const [words, complaint] of [
      [[join(directory, "absent.h5")], /absent\.h5: No such file/],
      [[text], /text\.h5: file signature not found/],
      [[bare], /bare\.h5 has no \/exchange\/data/],
      [[scan, "--rows", "30:40"], /24 detector rows, none in 30:40/],
      [[scan, "--alpha", "0.1"], /phase retrieval \(--alpha\) needs --pixel-size/],
      [[scan, "-o", join(directory, "no", "where.h5")], /where\.h5: No such file/],
    ] as const) {
      const { status, text: said } = await recon(...words, ...(words.includes("-o") ? [] : ["-f"]));
      assert.equal(status, 1);
      assert.match(said, complaint);
    }
  });

  it("takes a half turn for granted where there are no angles, and says so", async () => {
    const bare = join(directory, "angles.h5");
    await writeScanFile(bare, { ...shape, without: ["theta", "data_dark"] });
    const { status, text } = await recon(bare, "--rows", "0:1");
    assert.equal(status, 0, text);
    assert.match(text, /a half turn in even steps is assumed/);
  });
});

describe("the progress bar", () => {
  it("shows part, rate and what is left", () => {
    assert.equal(
      progressText(25, 100, "slices", 50),
      "[########......................] 25% 25/100 slices, 0.500/s, 2 min 30 s left",
    );
  });
});
