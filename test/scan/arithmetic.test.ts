import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { binImage, cropImage } from "../../src/scan/broadcast.js";
import { configurationPath, configurationRecords } from "../../src/scan/configuration.js";
import { cameraFrameTime } from "../../src/scan/frameTime.js";
import { fileNameFrom } from "../../src/scan/overwrite.js";
import {
  computePositions,
  type MotionRequest,
  moveSeconds,
  roundHalfEven,
  streamFrameTime,
} from "../../src/scan/positions.js";
import { durationText } from "../../src/scan/progress.js";
import {
  cleanUpCommands,
  countsPerRotationCommand,
  programCommands,
  pulseWindow,
  replyNumber,
} from "../../src/scan/psoCommands.js";
import {
  angleOfFrame,
  broadcastTheta,
  continuedId,
  firstFrameId,
  type ThetaRule,
  thetaAt,
  thetaIndex,
  unwrapIds,
} from "../../src/scan/theta.js";
import { transferCommands } from "../../src/scan/transfer.js";

/** The rotation stage of 2-BM-B. */
const request = (changes: Partial<MotionRequest> = {}): MotionRequest => ({
  rotationStart: 0,
  rotationStep: 0.1,
  numAngles: 1800,
  countsPerRotation: 11_840_158,
  direction: 0,
  accelerationTime: 0.5,
  frameTime: streamFrameTime(0.05),
  ...changes,
});

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} instead of ${expected}`);

describe("computePositions", () => {
  it("makes the step a whole number of encoder counts", () => {
    const positions = computePositions(request());
    assert.equal(positions.encoderCountsPerStep, 3289);
    near(positions.rotationStep, 0.100002);
    near(positions.rotationStop, 1799 * positions.rotationStep);
  });

  it("takes a run-up of whole steps that is long enough to get up to speed", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.boolean(),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        (size, negative, frameTime, accelerationTime) => {
          const rotationStep = negative ? -size : size;
          const positions = computePositions(request({ rotationStep, frameTime, accelerationTime }));
          const taxi = Math.abs(positions.rotationStart - positions.startTaxi);
          const step = Math.abs(positions.rotationStep);
          near(positions.motorSpeed, step / frameTime);
          assert.ok(taxi + 1e-9 >= (positions.motorSpeed * accelerationTime) / 2 + step / 2);
          assert.ok(Math.abs(taxi / step - Math.round(taxi / step)) < 1e-6);
          near(Math.abs(positions.endTaxi - positions.rotationStop), taxi);
        },
      ),
    );
  });

  it("mirrors everything for a negative step", () => {
    const forward = computePositions(request());
    const backward = computePositions(request({ rotationStep: -0.1 }));
    near(backward.rotationStop, -forward.rotationStop);
    near(backward.startTaxi, -forward.startTaxi);
    near(backward.endTaxi, -forward.endTaxi);
    assert.deepEqual([forward.sense, backward.sense], [1, -1]);
  });

  it("knows which way the encoder counts", () => {
    assert.equal(computePositions(request({ countsPerRotation: -11_840_158 })).sense, -1);
    assert.equal(computePositions(request({ direction: 1 })).sense, -1);
    assert.equal(computePositions(request({ direction: 1, rotationStep: -0.1 })).sense, 1);
  });

  it("covers the same angles backwards as forwards, when exposures lead on from their pulses", () => {
    const forward = computePositions(request({ numAngles: 10, lead: 0.95 }));
    const backward = computePositions(
      request({ rotationStart: forward.rotationStop, rotationStep: -0.1, numAngles: 10, lead: 0.95 }),
    );
    near(backward.rotationStart - forward.rotationStop, 0.95 * forward.rotationStep);
    near(backward.rotationStop - forward.rotationStart, 0.95 * forward.rotationStep);
  });

  it("gives each sweep the time that it takes", () => {
    const positions = computePositions(request({ frameTime: 1, accelerationTime: 0 }));
    const { startTaxi, endTaxi, motorSpeed } = positions;
    near(moveSeconds(positions), (endTaxi - startTaxi) / motorSpeed);
    assert.ok(moveSeconds(positions) > 1799);
  });

  it("refuses what is no scan", () => {
    assert.throws(() => computePositions(request({ rotationStep: 0 })), /less than one encoder count/);
    assert.throws(() => computePositions(request({ frameTime: 0 })), /time of one frame/);
  });

  it("rounds halves to even, as the upstream server's language does", () => {
    assert.deepEqual([0.5, 1.5, 2.5, -0.5, -1.5, 2.4].map(roundHalfEven).map(Math.abs), [0, 2, 2, 0, 2, 2]);
  });
});

describe("the frame time of a camera", () => {
  it("is the exposure with a margin, or the readout when that takes longer", () => {
    const oryx = (exposure: number) => cameraFrameTime("Oryx ORX-10G-51S5M", "Mono8", "", exposure).seconds;
    near(oryx(0.1), 0.105);
    near(oryx(0.001), 0.00718);
  });

  it("depends on the video mode where the camera has one", () => {
    near(cameraFrameTime("Grasshopper3 GS3-U3-23S6M", "Mono16", "Mode7", 0.001).seconds, 0.0132);
  });

  it("is refused for a camera that nobody has measured", () => {
    assert.throws(() => cameraFrameTime("Pinhole", "Mono8", "", 1), /readout time of the camera "Pinhole"/);
    assert.throws(
      () => cameraFrameTime("Q-12A180-Fm/CXP-6", "Mono16", "", 1),
      /Q-12A180-Fm\/CXP-6" is not known for pixel format Mono16/,
    );
  });
});

describe("the controller's commands", () => {
  const ensemble = { model: "Ensemble", axis: "X", encoderInput: 3, pulseWidth: 10 } as const;
  const positions = { encoderCountsPerStep: 3289, numAngles: 1800, sense: 1 } as const;

  it("open the window half a step before the first pulse, in the direction of the scan", () => {
    assert.deepEqual(pulseWindow(positions), { from: -1649, to: 5_918_561 });
    assert.deepEqual(pulseWindow({ ...positions, sense: -1 }), { from: -5_918_561, to: 1649 });
  });

  it("differ between the models only in output and window", () => {
    const a3200 = { ...ensemble, model: "A3200" } as const;
    assert.equal(programCommands(ensemble, positions)[1], "PSOOUTPUT X CONTROL 1");
    assert.equal(programCommands(a3200, positions)[1], "PSOOUTPUT X CONTROL 0 1");
    assert.deepEqual(cleanUpCommands(ensemble), ["PSOWINDOW X OFF", "PSOCONTROL X OFF"]);
    assert.deepEqual(cleanUpCommands(a3200), ["PSOWINDOW X 1 OFF", "PSOCONTROL X OFF"]);
    assert.equal(countsPerRotationCommand(a3200), "UNITSTOCOUNTS(X, 360.0)");
  });

  it("have answers with a status character", () => {
    assert.equal(replyNumber("%11840158\n"), 11_840_158);
    assert.equal(replyNumber("%-12.5"), -12.5);
    assert.equal(replyNumber("!"), undefined);
    assert.equal(replyNumber("#3"), undefined);
  });
});

describe("the angles of a stream", () => {
  const rule: ThetaRule = { scanType: "backforth", start: 0, step: 1, numAngles: 3 };

  it("go there and back, and on for ever", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 6].map((index) => thetaAt(rule, index)),
      [0, 1, 2, 2, 1, 0, 0],
    );
    assert.deepEqual(
      [0, 1, 5].map((index) => thetaAt({ ...rule, scanType: "continuous" }, index)),
      [0, 1, 5],
    );
  });

  it("begin at the frame after FirstProjid", () => {
    assert.equal(thetaIndex(1, 0), 0);
    assert.equal(thetaIndex(501, 500), 0);
  });

  it("belong to the frames before a synchronization, or since", () => {
    const first = { rule: { ...rule, scanType: "continuous" }, firstProjid: 0 } as const;
    const second = { rule: { ...first.rule, start: 100 }, firstProjid: 10, before: first };
    const third = { rule: { ...first.rule, start: 500, step: 2 }, firstProjid: 20, before: second };
    assert.deepEqual(
      [1, 10, 11, 20, 21, 22].map((id) => angleOfFrame(third, id)),
      [0, 9, 100, 109, 500, 502],
    );
    assert.equal(angleOfFrame(first, 0), -1);
  });

  it("are broadcast in whole cycles", () => {
    assert.equal(broadcastTheta(rule).length % 6, 0);
    assert.deepEqual(broadcastTheta({ ...rule, scanType: "continuous" }), Float32Array.of(0, 1, 2));
  });

  it("are the same in the broadcast and in the files", () => {
    const angles = broadcastTheta(rule);
    fc.assert(
      fc.property(fc.nat(angles.length - 1), (index) => {
        assert.equal(angles[index], Math.fround(thetaAt(rule, index)));
      }),
    );
  });
});

describe("ids of a camera that begins again after 65535", () => {
  it("are continued, whatever the number of frames before the capture and since", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 60_000 }),
        (first, frames, since) => {
          const continued = Array.from({ length: frames }, (_, index) => first + index);
          const wrapped = continued.map((id) => ((id - 1) % 65_535) + 1);
          assert.deepEqual(unwrapIds(wrapped, first + frames - 1 + since), continued);
        },
      ),
    );
  });

  it("are followed over any number of turns, whatever is lost between two of them", () => {
    const steps = fc.array(fc.integer({ min: 1, max: 32_000 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(steps, (sizes) => {
        let id = 0;
        let known = 0;
        for (const size of sizes) {
          id += size;
          known = continuedId(known, ((id - 1) % 65_535) + 1);
        }
        assert.equal(known, id);
      }),
    );
  });

  it("are left as they are where a camera goes on counting", () => {
    assert.deepEqual(unwrapIds([70_000, 70_001], 80_000), [70_000, 70_001]);
    assert.deepEqual(unwrapIds([], 80_000), []);
  });
});

describe("the first id of an acquisition", () => {
  it("is 1, or 0 with cameras that begin there, or whatever came first when they never begin again", () => {
    assert.equal(firstFrameId([1, 2, 3], 3), 1);
    assert.equal(firstFrameId([2, 3], 3), 1);
    assert.equal(firstFrameId([0, 1, 2], 3), 0);
    assert.equal(firstFrameId([501, 502], 3), 501);
  });
});

describe("cropImage", () => {
  it("cuts a region out, and no more than there is", () => {
    const image = { data: Float32Array.from({ length: 12 }, (_, index) => index), width: 4, height: 3 };
    assert.deepEqual(cropImage(image, { minX: 1, minY: 1, sizeX: 2, sizeY: 9 }), {
      data: Float32Array.of(5, 6, 9, 10),
      width: 2,
      height: 2,
    });
    assert.deepEqual(cropImage(image, { minX: 9, minY: 0, sizeX: 2, sizeY: 2 }).width, 0);
  });
});

describe("binImage", () => {
  it("averages blocks and drops an odd edge", () => {
    const data = Float32Array.from({ length: 15 }, (_, index) => index);
    const binned = binImage({ data, width: 5, height: 3 }, 2);
    assert.deepEqual(binned, { data: Float32Array.of(3, 5), width: 2, height: 1 });
  });
});

describe("the transfer to the analysis computer", () => {
  it("makes the experiment's folder there and copies the file into it", () => {
    assert.deepEqual(transferCommands("/data/2026-11/Doe/scan_001.h5", "tomo@handyn:/local/data/"), [
      { program: "ssh", args: ["-o", "BatchMode=yes", "tomo@handyn", "mkdir -p /local/data/2026-11/Doe/"] },
      {
        program: "scp",
        args: ["-q", "-B", "/data/2026-11/Doe/scan_001.h5", "tomo@handyn:/local/data/2026-11/Doe/"],
      },
    ]);
  });

  it("refuses what a shell could misunderstand", () => {
    for (const remote of ["handyn", "-oProxyCommand=x:/data/", "tomo@handyn:/data/;rm", "Unknown"])
      assert.throws(() => transferCommands("/a/b/c.h5", remote), /RemoteAnalysisDir/);
    assert.throws(() => transferCommands("/data/a b/$(x)/c.h5", "tomo@handyn:/data/"), /cannot be named/);
  });
});

describe("names and texts", () => {
  it("builds file names as areaDetector does", () => {
    assert.equal(fileNameFrom("%s%s_%3.3d.h5", "/data/", "scan", 7), "/data/scan_007.h5");
    assert.equal(fileNameFrom("%s%s", "/data/", "dark_fields.h5", 7), "/data/dark_fields.h5");
  });

  it("puts the configuration beside the data", () => {
    assert.equal(configurationPath("/data/a.b/scan_001.h5"), "/data/a.b/scan_001.config");
    assert.ok(configurationRecords("stream").includes("RotationStart"));
    assert.ok(!configurationRecords("stream").includes("StartScan"));
  });

  it("writes durations in days, hours, minutes and seconds", () => {
    assert.deepEqual([0, 59.9, 3661, 90_000, 172_800].map(durationText), [
      "0:00:00",
      "0:00:59",
      "1:01:01",
      "1 day, 1:00:00",
      "2 days, 0:00:00",
    ]);
  });
});
