// Entry of the reconstruction's worker thread.
import { parentPort, workerData } from "node:worker_threads";
import { openBackend } from "../backend/openBackend.js";
import type { FromThread, ThreadOptions, ToThread } from "./messages.js";
import { ReconThread } from "./reconThread.js";
import { warmUp } from "./warmUp.js";

const port = parentPort;
if (port === null) throw new Error("reconThreadMain runs as a worker thread only");

const options: ThreadOptions = workerData;
const { backend, reason } = await openBackend(options.backend);
if (backend.name === "wasm") await warmUp(backend);
const thread = new ReconThread(port, backend, options);
port.on("message", (message: ToThread) => thread.receive(message));
const ready: FromThread = { kind: "ready", backend: backend.name, reason };
port.postMessage(ready);
