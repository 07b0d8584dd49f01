import type { ParametersOf } from "../asyn/defineDriver.js";
import { int32, octet } from "../asyn/driverParameter.js";

/** What NDFile.template adds to a plugin. Where there is no value, the database gives it. */
export const fileParameters = {
  FILE_PATH: octet(""),
  FILE_PATH_EXISTS: int32(0),
  CREATE_DIR: int32(0),
  FILE_NAME: octet(""),
  FILE_NUMBER: int32(0),
  AUTO_INCREMENT: int32(0),
  FILE_TEMPLATE: octet("%s%s_%3.3d.h5"),
  FULL_FILE_NAME: octet(""),
  AUTO_SAVE: int32(),
  WRITE_FILE: int32(0),
  READ_FILE: int32(0),
  FILE_FORMAT: int32(),
  WRITE_MODE: int32(),
  CAPTURE: int32(0),
  NUM_CAPTURE: int32(),
  NUM_CAPTURED: int32(0),
  FREE_CAPTURE: int32(0),
  DELETE_DRIVER_FILE: int32(),
  WRITE_STATUS: int32(0),
  WRITE_MESSAGE: octet(""),
  FILE_LAZY_OPEN: int32(),
  FILE_TEMP_SUFFIX: octet(""),
} as const;

export type FileParameters = ParametersOf<typeof fileParameters>;
