import type { MessagePort, Worker } from "node:worker_threads";

const END = "end of the thread";
/** What `threadId` is after the end. */
const NO_THREAD = -1;
const LONGEST_END_MS = 2000;

/** A thread's side: its owner's messages, until the owner ends the thread. What else keeps it running has to end by itself. */
export function takeMessages<Message>(port: MessagePort, take: (message: Message) => void): void {
  port.on("message", (message: Message | typeof END) => {
    if (message === END) port.close();
    else take(message);
  });
}

/**
 * The owner's side: ends a thread that takes messages; one that is not idle is cut off. A thread that ends by itself waits for its
 * compiler; one that is terminated does not, and where its heap is to be marked just then Node 20 ends the process
 * (NodePlatform::ForIsolate).
 */
export async function endThread(worker: Worker, isIdle: boolean): Promise<void> {
  if (!isIdle) await worker.terminate();
  else {
    worker.postMessage(END);
    await threadEnd(worker);
  }
}

/** Resolves when a thread that has been told to end has ended. One that does not is terminated. */
export async function threadEnd(worker: Worker): Promise<void> {
  if (worker.threadId === NO_THREAD) return;
  worker.ref();
  await new Promise<void>((resolve) => {
    const overdue = setTimeout(() => void worker.terminate(), LONGEST_END_MS);
    worker.once("exit", () => {
      clearTimeout(overdue);
      resolve();
    });
  });
}
