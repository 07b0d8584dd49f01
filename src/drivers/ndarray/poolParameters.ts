import { type NDArrayParameters, showPool } from "./ndArrayParameters.js";
import type { NDArrayPool } from "./ndArrayPool.js";

/** What records do with the pool of a port: poll its figures, empty its free list, fill it before a scan. */
export function handlePoolWrites(params: NDArrayParameters, pool: NDArrayPool): void {
  const show = () => showPool(params, pool);
  params.POOL_POLL_STATS.handleWrites(show);
  params.POOL_EMPTY_FREELIST.handleWrites(() => {
    pool.emptyFreeList();
    show();
  });
  params.POOL_PRE_ALLOC_BUFFERS.handleWrites(() => {
    pool.preallocate(params.POOL_NUM_PRE_ALLOC_BUFFERS.value ?? 0, params.ARRAY_SIZE.value ?? 0);
    show();
    return 0;
  });
}
