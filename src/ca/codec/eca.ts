const Severity = { WARNING: 0, SUCCESS: 1, ERROR: 2, INFO: 3, FATAL: 6 } as const;

type Row = readonly [name: string, number: number, severity: keyof typeof Severity, text: string];

// Names, numbers and severities of caerr.h; the texts are what the command-line tools show.
const rows = [
  ["NORMAL", 0, "SUCCESS", "Normal successful completion"],
  ["ALLOCMEM", 6, "WARNING", "Unable to allocate additional dynamic memory"],
  [
    "TOLARGE",
    9,
    "WARNING",
    "The requested data transfer is greater than available memory or EPICS_CA_MAX_ARRAY_BYTES",
  ],
  ["TIMEOUT", 10, "WARNING", "User specified timeout on IO operation expired"],
  ["BADTYPE", 14, "ERROR", "The data type specifed is invalid"],
  ["INTERNAL", 17, "FATAL", "Channel Access Internal Failure"],
  ["GETFAIL", 19, "WARNING", "Channel read request failed"],
  ["PUTFAIL", 20, "WARNING", "Channel write request failed"],
  ["BADCOUNT", 22, "WARNING", "Invalid element count requested"],
  ["BADSTR", 23, "ERROR", "Invalid string"],
  ["DISCONN", 24, "WARNING", "Virtual circuit disconnect"],
  ["BADMONID", 30, "ERROR", "Bad event subscription (monitor) identifier"],
  ["DEFUNCT", 34, "FATAL", "Attempt to use defunct CA feature failed"],
  ["BADMASK", 41, "ERROR", "Invalid event selection mask"],
  ["PUTCBINPROG", 45, "ERROR", "Put callback timed out"],
  ["NORDACCESS", 46, "WARNING", "Read access denied"],
  ["NOWTACCESS", 47, "WARNING", "Write access denied"],
  ["NOCONVERT", 50, "WARNING", "No reasonable data conversion between client and server types"],
  ["BADCHID", 51, "ERROR", "Invalid channel identifier"],
  ["UNAVAILINSERV", 54, "WARNING", "Not supported by attached service"],
  ["CHANDESTROY", 55, "WARNING", "User destroyed channel"],
  ["BADPRIORITY", 56, "ERROR", "Invalid channel priority"],
  [
    "16KARRAYCLIENT",
    58,
    "WARNING",
    "Client's protocol revision does not support transfers exceeding 16k bytes",
  ],
  ["UNRESPTMO", 60, "WARNING", "Virtual circuit unresponsive"],
] as const satisfies readonly Row[];

type EcaName = (typeof rows)[number][0];

const codeOf = ([, number, severity]: Row): number => (number << 3) | Severity[severity];

/** Status codes as they travel: `Eca.GETFAIL` is 152. */
export const Eca = Object.fromEntries(rows.map((row) => [row[0], codeOf(row)])) as Readonly<
  Record<EcaName, number>
>;

const byCode = new Map<number, Row>(rows.map((row) => [codeOf(row), row]));

/** The success bit of a status. */
export const isSuccess = (status: number): boolean => (status & 1) !== 0;

/** `ECA_GETFAIL` for 152. */
export function ecaName(status: number): string {
  const row = byCode.get(status);
  return row === undefined ? `ECA ${status}` : `ECA_${row[0]}`;
}

/** The sentence that goes with a status. */
export const ecaText = (status: number): string => byCode.get(status)?.[3] ?? `unknown status ${status}`;
