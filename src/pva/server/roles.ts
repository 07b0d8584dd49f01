import { readFileSync } from "node:fs";

function linesOf(path: string): readonly (readonly string[])[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.split(":"));
  } catch {
    return [];
  }
}

/** The groups that an account has on this host, as far as its files of groups say. */
export function rolesOf(
  account: string,
  files: { readonly passwd: string; readonly group: string } = { passwd: "/etc/passwd", group: "/etc/group" },
): readonly string[] {
  const primary = linesOf(files.passwd).find(([name]) => name === account)?.[3];
  return linesOf(files.group)
    .filter(([, , id, members = ""]) => id === primary || members.split(",").includes(account))
    .map(([name = ""]) => name)
    .filter((name) => name !== "");
}
