export { filterBlock } from "./filter";
export { integralsBlock } from "./integrals";
export { addFlatZ, addTiltedZ, addVertical, copyRow, readFlat, readVertical } from "./slices";
