import type { DbStates } from "../../dbStates.js";
import type { DeviceSupport } from "../../deviceSupport.js";

/** `Db State`: reads (bi) or sets (bo) the state named after `@`, which is made where it is not there. */
export const dbState = (states: DbStates): DeviceSupport => ({
  dtyp: "Db State",
  recordTypes: ["bi", "bo"],
  attach(record, name) {
    states.create(name);
    return {
      read() {
        record.setField("VAL", states.get(name) === true ? 1 : 0);
        record.setField("UDF", 0);
        return "noConvert";
      },
      write: () => void states.set(name, record.getField("VAL") !== 0),
    };
  },
});
