export { filterBlock } from "./filter";
export { integralsBlock, layField } from "./integrals";
export { packBlock, unpackBlock } from "./pack";
export { filterColumns, restoreRows, transformRows } from "./phase";
export { addFlatZ, addTiltedZ, addVertical, copyRow, readFlat, readTilted, readVertical } from "./slices";
export { markZingers } from "./zingers";
