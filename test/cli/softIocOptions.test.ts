import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSoftIocOptions } from "../../src/cli/softIocOptions.js";

const parsed = (...words: string[]) => {
  const options = parseSoftIocOptions(words);
  assert.ok(options.ok);
  return options.value;
};

const refused = (...words: string[]) => {
  const options = parseSoftIocOptions(words);
  assert.ok(!options.ok);
  return options.error;
};

test("macros apply to the databases after them, each -m replaces those before", () => {
  assert.deepEqual(parsed("-d", "a.db", "-m", "P=1,R=2", "-d", "b.db", "-m", "Q=3", "-d", "c.db").steps, [
    { kind: "database", file: "a.db", macros: "" },
    { kind: "database", file: "b.db", macros: "P=1,R=2" },
    { kind: "database", file: "c.db", macros: "Q=3" },
  ]);
});

test("the script is the first word without an option", () => {
  const options = parsed("-D", "softIoc.dbd", "st.cmd", "more");
  assert.equal(options.script, "st.cmd");
  assert.deepEqual(options.steps, []);
});

test("an interactive shell is the default, -S prevents it, -s changes nothing", () => {
  assert.equal(parsed().interactive, true);
  assert.equal(parsed("-s", "st.cmd").interactive, true);
  assert.equal(parsed("-S", "st.cmd").interactive, false);
});

test("-x and -a keep their place among the steps", () => {
  assert.deepEqual(parsed("-m", "A=1", "-a", "x.acf", "-x", "ioc1").steps, [
    { kind: "security", file: "x.acf", macros: "A=1" },
    { kind: "exitRecord", prefix: "ioc1" },
  ]);
});

test("-S with nothing to run is said to be nothing to do", () => {
  const { exitCode, text } = refused("-S");
  assert.equal(exitCode, 1);
  assert.match(text, /Nothing to do!/);
});

test("-h shows the options and is no error", () => {
  const { exitCode, text } = refused("-h");
  assert.equal(exitCode, 0);
  assert.match(text, /-m <macros>/);
});

test("an unknown option is an error that names it", () => {
  const { exitCode, text } = refused("-Z");
  assert.equal(exitCode, 2);
  assert.match(text, /-Z/);
});
