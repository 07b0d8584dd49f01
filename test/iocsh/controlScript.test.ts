import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { repositoryRoot } from "../support/paths.js";

const top = mkdtempSync(join(tmpdir(), "control-"));
const boot = join(top, "iocBoot", "ioc2bmbPG1");
const programs = join(top, "bin", "linux-x86_64");
mkdirSync(boot, { recursive: true });
mkdirSync(programs, { recursive: true });
cpSync(join(repositoryRoot, "iocBoot", "ioc2bmbPG1", "2bmbPG1"), join(boot, "2bmbPG1"));
cpSync(join(repositoryRoot, "iocBoot", "iocControl"), join(top, "iocBoot", "iocControl"));
writeFileSync(join(boot, "st.cmd"), "echo booted\n");
const launcher = join(programs, "softIoc");
writeFileSync(launcher, `#!/bin/sh\nexec "${process.execPath}" "${repositoryRoot}/bin/softIoc" "$@"\n`);
chmodSync(launcher, 0o755);

function control(command: string) {
  const { status, stdout } = spawnSync("bash", [join(boot, "2bmbPG1"), command], {
    encoding: "utf8",
    env: { ...process.env, TOMOIOC_NO_SCREEN: "1" },
    timeout: 30_000,
  });
  return { status, text: stdout.trim() };
}

after(() => {
  control("stop");
  rmSync(top, { recursive: true });
});

test("the control script starts the camera IOC in the background once, and stops it", () => {
  assert.deepEqual(control("status"), { status: 1, text: "2bmbPG1 is not running" });
  assert.match(control("start").text, /^2bmbPG1 started \(pid \d+\)$/);
  assert.match(control("start").text, /^2bmbPG1 is already running/);
  const { status, text } = control("status");
  assert.equal(status, 0);
  assert.match(text, /^2bmbPG1 is running \(pid \d+\)$/);
  assert.match(control("restart").text, /^2bmbPG1 stopped\n2bmbPG1 started/);
  assert.equal(control("stop").text, "2bmbPG1 stopped");
  assert.equal(control("stop").text, "2bmbPG1 is not running");
  assert.match(readFileSync(join(boot, "2bmbPG1.log"), "utf8"), /booted|^$/);
});

const hasScreen = spawnSync("screen", ["-v"]).error === undefined;

test("with screen the IOC runs in a session of its name", { skip: !hasScreen && "no screen here" }, () => {
  // No session of somebody else has this name.
  const name = `2bmbPG1-${process.pid}`;
  cpSync(join(boot, "2bmbPG1"), join(boot, name));
  const run = (command: string) =>
    spawnSync("bash", [join(boot, name), command], { encoding: "utf8", timeout: 30_000 }).stdout.trim();
  try {
    assert.match(run("start"), /started \(pid \d+\)$/);
    assert.match(run("status"), new RegExp(`^${name} is running \\(pid \\d+, in screen\\)$`));
  } finally {
    assert.equal(run("stop"), `${name} stopped`);
  }
});

test("every IOC has a control script of its name, for a program that there is", () => {
  const folder = join(repositoryRoot, "iocBoot");
  const directories = readdirSync(folder).filter((name) => existsSync(join(folder, name, "st.cmd")));
  const programsOf = directories.map((directory) => {
    const script = directory.replace(/^ioc(.)/, (_, first: string) => first.toLowerCase());
    const [, program = ""] =
      /^program=(.*)$/m.exec(readFileSync(join(folder, directory, script), "utf8")) ?? [];
    return join(folder, directory, program);
  });
  assert.ok(programsOf.length >= 6);
  assert.deepEqual(
    programsOf.filter((program) => !existsSync(program)),
    [],
  );
});

test("the control script shows its commands for one that it does not know", () => {
  const { status, text } = control("dance");
  assert.equal(status, 2);
  assert.match(text, /start.*\n.*stop/);
});
