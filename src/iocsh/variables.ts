/** A variable that `var` shows and sets. */
export interface ShellVariable {
  readonly type: "int" | "double";
  value: number;
}

const int = (value: number): ShellVariable => ({ type: "int", value });
const double = (value: number): ShellVariable => ({ type: "double", value });

/** EPICS Base's variables with their defaults; they can be set, and those that act here are read where they act. */
export const builtinVariables = (): Map<string, ShellVariable> =>
  new Map([
    ["CASDEBUG", int(0)],
    ["asCaDebug", int(0)],
    ["asCheckClientIP", int(0)],
    ["atExitDebug", int(0)],
    ["boHIGHlimit", double(100000)],
    ["boHIGHprecision", int(2)],
    ["calcoutODLYlimit", double(100000)],
    ["calcoutODLYprecision", int(2)],
    ["callbackParallelThreadsDefault", int(2)],
    ["dbAccessDebugPUTF", int(0)],
    ["dbBptNotMonotonic", int(0)],
    ["dbConvertStrict", int(0)],
    ["dbJLinkDebug", int(0)],
    ["dbQuietMacroWarnings", int(0)],
    ["dbRecordsAbcSorted", int(0)],
    ["dbRecordsOnceOnly", int(0)],
    ["dbTemplateMaxVars", int(100)],
    ["dbThreadRealtimeLock", int(1)],
    ["freeListBypass", int(0)],
    ["histogramSDELprecision", int(2)],
    ["lnkDebug_debug", int(0)],
    ["logClientDebug", int(0)],
    ["seqDLYlimit", double(100000)],
    ["seqDLYprecision", int(2)],
  ]);
