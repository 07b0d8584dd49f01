import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";

const ip = (...words: string[]): boolean => spawnSync("ip", words, { stdio: "ignore" }).status === 0;

/** Two hosts on one cable: network namespaces of this machine, which only a privileged user can make. */
export class TwoHosts {
  readonly serverAddress = "10.213.77.1";
  readonly #server = `tomoioc-server-${process.pid}`;
  readonly #client = `tomoioc-client-${process.pid}`;

  /** Undefined where this is not permitted. */
  static make(): TwoHosts | undefined {
    const hosts = new TwoHosts();
    if (hosts.#connect()) return hosts;
    hosts.remove();
    return undefined;
  }

  #connect(): boolean {
    const [server, client] = [this.#server, this.#client];
    const cable = ["type", "veth", "peer", "name", "cable", "netns", client];
    return (
      ip("netns", "add", server) &&
      ip("netns", "add", client) &&
      ip("link", "add", "cable", "netns", server, ...cable) &&
      [server, client].every(
        (host, index) =>
          ip("-n", host, "link", "set", "lo", "up") &&
          ip(
            "-n",
            host,
            "addr",
            "add",
            `10.213.77.${index + 1}/24`,
            "broadcast",
            "10.213.77.255",
            "dev",
            "cable",
          ) &&
          ip("-n", host, "link", "set", "cable", "up"),
      )
    );
  }

  /** Starts a program on a host. */
  run(
    host: "server" | "client",
    command: readonly string[],
    environment: NodeJS.ProcessEnv,
  ): ChildProcessWithoutNullStreams {
    const name = host === "server" ? this.#server : this.#client;
    return spawn("ip", ["netns", "exec", name, ...command], { env: { ...process.env, ...environment } });
  }

  unplug(): void {
    ip("-n", this.#server, "link", "set", "cable", "down");
  }

  plug(): void {
    ip("-n", this.#server, "link", "set", "cable", "up");
  }

  remove(): void {
    for (const host of [this.#server, this.#client]) ip("netns", "del", host);
  }
}
