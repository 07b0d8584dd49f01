import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatSaveFile, parseSaveFile } from "../../../src/iocsh/autosave/saveFile.js";

const date = new Date(2026, 10, 3, 9, 5, 7);

test("a save file has autosave's header, one value per line and an end mark", () => {
  const text = formatSaveFile(
    [
      { name: "2bmb:TomoScan:NumAngles", value: "1500" },
      { name: "2bmb:TomoScan:SampleName", value: 'wood "A"\\1' },
      { name: "2bmb:TomoScan:Empty", value: "" },
      { name: "2bmb:TomoScan:FilePath", value: ["84", "101", "0"] },
    ],
    date,
  );
  assert.equal(
    text,
    [
      "# autosave R5.3\tAutomatically generated - DO NOT MODIFY - 261103-090507",
      "2bmb:TomoScan:NumAngles 1500",
      '2bmb:TomoScan:SampleName wood \\"A\\"\\\\1',
      "2bmb:TomoScan:Empty ",
      '2bmb:TomoScan:FilePath @array@ { "84" "101" "0" }',
      "<END>",
      "",
    ].join("\n"),
  );
});

test("a PV without a value is a comment, and counted", () => {
  const text = formatSaveFile([{ name: "x:gone", value: undefined }], date);
  assert.match(text, /^! 1 channel\(s\) not connected - or not all gets were successful$/m);
  assert.match(text, /^#x:gone /m);
  assert.deepEqual(parseSaveFile(text), { entries: [], missing: 1, complete: true });
});

/** A file as the C module writes it. */
const beamlineFile = `# autosave R5.3\tAutomatically generated - DO NOT MODIFY - 210812-100233
! 1 channel(s) not connected - or not all gets were successful
2bmb:TomoScanStream:RotationStart 0
2bmb:TomoScanStream:SampleName  two leading
2bmb:TomoScanStream:ProposalTitle it\\'s \\"quoted\\"
#2bmb:TomoScanStream:Gone Search Issued
2bmb:TomoScanStream:UserEmail
2bmb:TomoScanStream:FilePath @array@ { "47" "100"
"97" "116" "97" }
2bmb:TomoScanStream:Notes @array@ { "a \\"b\\"" "}" }
<END>
`;

test("a file of the C module is read: blanks, escapes, empty texts, arrays over several lines", () => {
  const { entries, missing, complete } = parseSaveFile(beamlineFile);
  assert.equal(missing, 1);
  assert.equal(complete, true);
  assert.deepEqual(
    entries.map(({ name, value }) => [name.slice("2bmb:TomoScanStream:".length), value]),
    [
      ["RotationStart", "0"],
      ["SampleName", " two leading"],
      ["ProposalTitle", 'it\'s "quoted"'],
      ["UserEmail", ""],
      ["FilePath", ["47", "100", "97", "116", "97"]],
      ["Notes", ['a "b"', "}"]],
    ],
  );
});

test("a file that was cut off is not complete", () => {
  assert.equal(parseSaveFile(beamlineFile.slice(0, -7)).complete, false);
});

test("what is written is read back, whatever the texts", () => {
  const text = fc.string({ unit: "binary" }).map((each) => each.replaceAll(/[\ud800-\udfff]/g, ""));
  const value = fc.oneof(text, fc.array(text, { minLength: 1 }));
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const entries = values.map((each, index) => ({ name: `p:r${index}.VAL`, value: each }));
      const read = parseSaveFile(formatSaveFile(entries, date));
      assert.deepEqual(
        read.entries.map(({ value: each }) => each),
        values,
      );
    }),
  );
});

test("any text is read without an exception", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab:. @array{}"\\\n<END>#!') }), (text) => {
      assert.ok(Array.isArray(parseSaveFile(text).entries));
    }),
  );
});
