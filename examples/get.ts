// Reads one PV over pvAccess. Run: node dist/examples/get.js lab:Temperature
import { PvaClient } from "../src/pva/index.js";

const [name = "lab:Temperature"] = process.argv.slice(2);
const client = new PvaClient();
const channel = client.connect(name);
try {
  const { value } = await channel.get({
    request: "field(value,alarm.severity,display.units)",
    timeoutSeconds: 5,
  });
  console.log(JSON.stringify(value, (_key, field) => (typeof field === "bigint" ? Number(field) : field)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  channel.close();
  client.close();
}
