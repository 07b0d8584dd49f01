// Reads one PV over Channel Access. Run: node dist/examples/caRead.js lab:Position
import { CaClient } from "tomoioc/ca";

using client = new CaClient(); // closes at the end of the block
const channel = client.connect(process.argv[2] ?? "lab:Position");
const { value } = await channel.read(); // finds it, connects, reads; throws a CaError after 5 s
const { units = "" } = await channel.properties();
console.log(value, units, "from", channel.server);
