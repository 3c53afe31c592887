/**
 * One of the threads that compute. It waits for its setup and then for batches of tasks on the port that came with it.
 *
 * @module
 */
import { errorMessage } from "../../lib/errors.ts";
import { Arena } from "./arena.ts";
import { drawCompletions } from "./draw.ts";
import { embedSpans } from "./embed_spans.ts";
import type { Machine } from "./forward.ts";
import { bindKernels } from "./kernels/kernels.ts";
import { scoreBatches } from "./score.ts";
import type { Results, Tasks } from "./tasks.ts";
import { reduceTensor, updateTensor } from "./update.ts";
import type { WorkerAnswer, WorkerRequest, WorkerSetup } from "./worker_messages.ts";

const handlers: { readonly [Kind in keyof Tasks]: (machine: Machine, task: Tasks[Kind]) => Results[Kind] } = {
  score: scoreBatches,
  embed: embedSpans,
  reduce: reduceTensor,
  update: updateTensor,
  sample: drawCompletions,
};

/** Takes tasks until none is left. */
function takeTasks<Kind extends keyof Tasks>(
  machine: Machine,
  request: WorkerRequest<Kind>,
): WorkerAnswer<Kind> {
  const results: [number, Results[Kind]][] = [];
  try {
    for (;;) {
      const index = Atomics.add(request.taken, 0, 1);
      const task = request.tasks[index];
      if (task === undefined) return { id: request.id, results };
      results.push([index, handlers[request.kind](machine, task)]);
    }
  } catch (error) {
    return { id: request.id, error: errorMessage(error) };
  }
}

function start({ module, memory, layout, index }: WorkerSetup, port: MessagePort): void {
  const arena = new Arena(memory, layout.arenas + index * layout.arenaBytes, layout.arenaBytes);
  const machine = { kernels: bindKernels(module, memory), layout, arena };
  port.onmessage = ({ data }) => port.postMessage(takeTasks(machine, data));
}

globalThis.addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const [port] = event.ports;
  if (port === undefined) return;
  try {
    start(event.data, port);
  } catch (error) {
    port.onmessage = ({ data }) => port.postMessage({ id: data.id, error: errorMessage(error) });
  }
});
