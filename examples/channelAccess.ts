// Channel Access by itself: a server with PVs of its own and a client. Run: node dist/examples/channelAccess.js lab:
import { CaClient, CaError, CaServer, fromEpics, SoftPv, SoftPvProvider } from "tomoioc/ca";

const prefix = process.argv[2] ?? "lab:";

// A server. What a client writes goes to onWrite first: an error refuses it, and put-callbacks wait for a promise.
const position = new SoftPv("DOUBLE", 0, { units: "mm", precision: 3, control: { low: 0, high: 50 } });
position.onWrite = (wanted) => {
  if (Number(wanted) > 50) throw new Error("beyond the limit");
  return new Promise((arrived) => setTimeout(arrived, 100));
};
const image = new SoftPv("UCHAR", new Uint8Array(4), {}, 1_000_000);
const pvs = new SoftPvProvider({ [`${prefix}Position`]: position, [`${prefix}Image`]: image });
const server = new CaServer({ providers: [pvs] });
await server.start();

// A client. Channels are used at once: requests wait for the connection, monitors come back after a restart.
const client = new CaClient();
const channel = client.connect(`${prefix}Position`, { priority: 20 });
console.log("value", (await channel.read()).value, (await channel.properties()).units);
const { value: text } = await channel.read({ as: "STRING", count: 1 }); // a string for the compiler, too
console.log("as text", text.padStart(10));

await channel.writeNotify(12.5, { timeoutSeconds: 10 }); // put-callback
channel.write("13.5"); // no answer
try {
  await channel.writeNotify(99, { signal: AbortSignal.timeout(5000) });
} catch (error) {
  if (error instanceof CaError) console.log("refused", error.code, error.message);
}

// Many PVs at once: a reading or an error for each.
const lost = client.connect(`${prefix}Lost`);
for (const outcome of await client.readAll([channel, lost], { timeoutSeconds: 1 }))
  console.log(outcome instanceof CaError ? outcome.message : fromEpics(outcome.time).toISOString());
lost.close();

// A monitor for a loop, with a subscription that ends with the loop ...
for await (const { value, time } of channel.events()) {
  console.log("event", value, time.seconds > 0);
  break;
}
// ... or as an observable of RxJS. Arrays are typed arrays.
client
  .connect(`${prefix}Image`)
  .monitor()
  .subscribe(({ value }) => console.log("image", value));
setInterval(() => image.post(Uint8Array.of(1, 2, 3)), 1000);

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    client.close();
    void server.stop().then(() => process.exit(0));
  });
