/** A compute shader with an entry point `main`, compiled. */
export class Kernel {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;

  constructor(device: GPUDevice, code: string) {
    this.#device = device;
    const module = device.createShaderModule({ code });
    this.#pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module, entryPoint: "main" },
    });
  }

  /** Buffers for bindings 0, 1, 2 ..., to run on `groups` workgroups. */
  step(resources: readonly GPUBufferBinding[], groups: readonly [number, number]): Step {
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    const layout = this.#pipeline.getBindGroupLayout(0);
    return { pipeline: this.#pipeline, bindGroup: this.#device.createBindGroup({ layout, entries }), groups };
  }
}

/** A kernel with its buffers: what one dispatch does. */
export interface Step {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number];
}

export function dispatch(pass: GPUComputePassEncoder, { pipeline, bindGroup, groups }: Step): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...groups);
}

/** Compiles each shader once for a device. */
export class Kernels {
  readonly #device: GPUDevice;
  readonly #byCode = new Map<string, Kernel>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get(code: string): Kernel {
    const known = this.#byCode.get(code);
    if (known !== undefined) return known;
    const kernel = new Kernel(this.#device, code);
    this.#byCode.set(code, kernel);
    return kernel;
  }
}
