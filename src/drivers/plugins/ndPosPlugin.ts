import { readFile } from "node:fs/promises";
import { errorMessage } from "../../libcom/errorMessage.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { int32, octet } from "../asyn/driverParameter.js";
import { numericAttribute } from "../ndarray/imageLayout.js";
import { type NDArray, type NDAttribute, withStamps } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { POSITIONS_TAG, type Position, parsePositions } from "./positions.js";

const positionParameters = {
  NDPos_Filename: octet(""),
  NDPos_FileValid: int32(0),
  NDPos_Clear: int32(),
  NDPos_Running: int32(0),
  NDPos_Restart: int32(),
  NDPos_Delete: int32(),
  NDPos_Mode: int32(0),
  NDPos_Append: int32(),
  NDPos_CurrentQty: int32(0),
  NDPos_CurrentIndex: int32(0),
  NDPos_CurrentPos: octet(""),
  NDPos_MissingFrames: int32(0),
  NDPos_DuplicateFrames: int32(0),
  NDPos_ExpectedID: int32(1),
  NDPos_IDName: octet(""),
  NDPos_IDDifference: int32(1),
  NDPos_IDStart: int32(1),
} as const;

/** What becomes of a position that a frame has got. */
const Mode = { Discard: 0, Keep: 1 } as const;

const attributeOf = ([name, value]: readonly [string, number]): NDAttribute => ({
  name,
  description: "Position of NDArray",
  sourceType: "Driver",
  source: "NDPosPlugin",
  type: "Float64",
  value,
});

/** As C++ writes a double: six digits. */
const digits = (value: number): string => String(Number(value.toPrecision(6)));

/**
 * Gives each frame the next position of a list as attributes, while it runs; otherwise no frames come out (NDPosPlugin). Frames are told by
 * their ids: a position whose frame is missing is passed over, a frame whose position was given already is left out.
 */
export class NDPosPlugin extends NDPlugin {
  readonly #params: ParametersOf<typeof positionParameters>;
  #positions: readonly Position[] = [];
  /** Positions at the beginning of the list that were discarded. */
  #discarded = 0;

  constructor(setup: PluginSetup) {
    const params = makeParameters(positionParameters);
    super(setup, "NDPositionPlugin", params);
    this.#params = params;
    params.NDPos_Filename.handleWrites((text) => this.#load(text));
    params.NDPos_Running.written$.subscribe(() =>
      params.NDPos_ExpectedID.set(params.NDPos_IDStart.value ?? 1),
    );
    params.NDPos_Mode.written$.subscribe(() => params.NDPos_CurrentIndex.set(0));
    params.NDPos_Restart.written$.subscribe(() => this.#restart());
    params.NDPos_Delete.written$.subscribe(() => {
      this.#restart();
      this.#keep([]);
    });
  }

  protected override process(frame: NDArray): void {
    const params = this.#params;
    if (params.NDPos_Running.value !== 1) return;
    const position = this.#positionFor(frame);
    if (position === undefined) return;
    const values = [...position];
    params.NDPos_CurrentPos.set(`[${values.map(([name, value]) => `${name}=${digits(value)}`).join(",")}]`);
    this.#advance(1);
    if (this.#quantity === 0) params.NDPos_Running.set(0);
    const others = frame.attributes.filter(({ name }) => !position.has(name));
    this.emit(withStamps(frame, { attributes: [...others, ...values.map(attributeOf)] }));
  }

  get #quantity(): number {
    return this.#positions.length - this.#discarded;
  }

  get #keeps(): boolean {
    return this.#params.NDPos_Mode.value === Mode.Keep;
  }

  /** Positions that are left for frames to come. */
  get #left(): number {
    return this.#quantity - (this.#params.NDPos_CurrentIndex.value ?? 0);
  }

  /** The position that belongs to a frame. Ends the run where there is none, or no id. */
  #positionFor(frame: NDArray): Position | undefined {
    const params = this.#params;
    const id = this.#left > 0 ? this.#idOf(frame) : undefined;
    if (id === undefined) return this.#stop();
    const expected = params.NDPos_ExpectedID.value ?? 1;
    if (expected > id) {
      this.log.error(`frame ${frame.uniqueId} left out: expected id ${expected}, received id ${id}`);
      params.NDPos_DuplicateFrames.set((params.NDPos_DuplicateFrames.value ?? 0) + 1);
      return undefined;
    }
    if (expected < id) this.#passOver(expected, id);
    if (this.#left <= 0) return this.#stop();
    return this.#positions[this.#discarded + (params.NDPos_CurrentIndex.value ?? 0)];
  }

  #idOf(frame: NDArray): number | undefined {
    const name = this.#params.NDPos_IDName.value ?? "";
    if (name === "") return frame.uniqueId;
    const id = numericAttribute(frame, name);
    if (id !== undefined && !Number.isNaN(id)) return Math.trunc(id);
    this.log.error(`frame ${frame.uniqueId} has no attribute ${name} with a number`);
    return undefined;
  }

  /** Frames are missing: their positions too. */
  #passOver(expected: number, id: number): void {
    const params = this.#params;
    const difference = Math.max(1, params.NDPos_IDDifference.value ?? 1);
    const missing = Math.min(this.#left, Math.ceil((id - expected) / difference));
    this.log.warn(`frames may be missing: expected id ${expected}, received id ${id}`);
    params.NDPos_MissingFrames.set((params.NDPos_MissingFrames.value ?? 0) + missing);
    this.#advance(missing);
  }

  /** Goes on by so many positions and the ids of their frames. */
  #advance(positions: number): void {
    const { NDPos_CurrentIndex, NDPos_ExpectedID, NDPos_IDDifference } = this.#params;
    if (this.#keeps) NDPos_CurrentIndex.set((NDPos_CurrentIndex.value ?? 0) + positions);
    else this.#discarded += positions;
    NDPos_ExpectedID.set((NDPos_ExpectedID.value ?? 1) + positions * (NDPos_IDDifference.value ?? 1));
    this.#showQuantity();
  }

  #stop(): undefined {
    this.#params.NDPos_Running.set(0);
    return undefined;
  }

  #restart(): void {
    this.#params.NDPos_CurrentIndex.set(0);
    this.#params.NDPos_CurrentPos.set("");
  }

  #keep(positions: readonly Position[]): void {
    this.#positions = positions;
    this.#discarded = 0;
    this.#showQuantity();
  }

  #showQuantity(): void {
    setIfChanged(this.#params.NDPos_CurrentQty, this.#quantity);
  }

  /**
   * Adds the positions of a file, or of a text, to those that are left.
   * @throws Error that says what is wrong with it
   */
  async #load(text: string): Promise<void> {
    const xml = text.includes(POSITIONS_TAG) ? text : await this.#read(text);
    const positions = parsePositions(xml);
    this.#params.NDPos_FileValid.set(positions.ok ? 1 : 0);
    if (!positions.ok) throw new Error(`positions: ${positions.error}`);
    this.#keep([...this.#positions.slice(this.#discarded), ...positions.value]);
  }

  async #read(fileName: string): Promise<string> {
    try {
      return await readFile(fileName, "utf8");
    } catch (error) {
      this.#params.NDPos_FileValid.set(0);
      throw new Error(`positions of ${fileName}: ${errorMessage(error)}`);
    }
  }
}
