// Watches PVs over Channel Access. Run: node dist/examples/monitor.js lab:Temperature lab:Setpoint
import { CaClient } from "../src/ca/index.js";
import { ALARM_SEVERITIES } from "../src/index.js";

const client = new CaClient();

for (const name of process.argv.slice(2)) {
  const channel = client.connect(name);
  channel.connected$.subscribe((connected) =>
    console.error(`${name} ${connected ? "connected" : "not connected"}`),
  );
  // Each subscription is one of the protocol's; it comes back by itself when the server does.
  channel.monitor().subscribe(({ value, severity }) => {
    console.log(severity === 0 ? `${name} ${value}` : `${name} ${value} ${ALARM_SEVERITIES[severity]}`);
  });
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => client.close());
