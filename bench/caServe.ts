// The server side of bench/ca.ts: node dist/bench/caServe.js PORT DATABASE
import { CaServer } from "../src/ca/index.js";
import { loadDatabaseFile } from "../src/database/index.js";
import { startWarmUp } from "../src/ioc/warmUp.js";
import { RecordEngine } from "../src/records/index.js";

const [port = "0", database = ""] = process.argv.slice(2);
const engine = new RecordEngine();
engine.load(loadDatabaseFile(database, {}, { catalog: engine.catalog }).definition);
engine.iocInit();
const server = new CaServer({
  providers: [engine],
  interfaces: ["127.0.0.1"],
  serverPort: Number(port),
  autoBeaconAddressList: false,
});
await server.start();
startWarmUp();
console.log("running");
