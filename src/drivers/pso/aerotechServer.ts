import { createServer, type Server } from "node:net";
import type { AerotechController } from "./aerotech.js";

const LONGEST_COMMAND_BYTES = 4096;

/** Serves a simulated controller on TCP, one command and one reply per line, as the real one does on port 8000 and above. */
export function serveAerotech(
  controller: AerotechController,
  { port, host = "127.0.0.1" }: { port: number; host?: string },
): Promise<Server> {
  const server = createServer((socket) => {
    let pending = "";
    socket.setEncoding("latin1");
    socket.on("data", (data: string) => {
      const lines = (pending + data).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) socket.write(`${controller.execute(line)}\n`);
      if (pending.length > LONGEST_COMMAND_BYTES) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}
