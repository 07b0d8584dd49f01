import { CA_MINOR_VERSION } from "../ca/index.js";

/** What `-V` prints. */
export const versionLine = `\ntomoioc, CA Protocol version 4.${CA_MINOR_VERSION}\n`;

const access = `Channel Access options:
  -w <sec>   how long to wait for connection and answer (default 1 s, 0 for ever)
  -p <prio>  priority of the circuit, 0 (default) to 99`;

const numbers = `Numbers:
  -e <nr>, -f <nr>, -g <nr>   floating point as %e, %f, %g with <nr> digits (default %g)
  -s         floating point as text, with the precision the server has for it
  -lx, -lo, -lb   floating point rounded to an integer, in hexadecimal, octal or binary
  -0x, -0o, -0b   integers in hexadecimal, octal or binary
  -n         enums as numbers
Arrays (the number of values, then the values):
  -# <count> the first <count> elements
  -S         arrays of char as text
Fields:
  -F <c>     separated by <c>`;

const common = `  -h         this text
  -V         versions`;

export const cagetUsage = `
Usage: caget [options] <PV name> ...

${common}
${access}
  -c         wait for the callback; arrays come with as many elements as they have now
Output ("name value" without these):
  -t         the value only
  -a         "name timestamp value stat sevr"
  -d <type>  everything that a DBR type carries: its name, with or without DBR_, or number
             DBR_ STRING SHORT FLOAT ENUM CHAR LONG DOUBLE, and these after STS_ TIME_ GR_ CTRL_;
             STSACK_STRING, CLASS_NAME
${numbers}
`;

export const caputUsage = `
Usage: caput [options] <PV name> <value> ...
       caput -a [options] <PV name> <number of values> <value> ...

${common}
${access}
  -c         wait until all that the put started is done (put-callback)
Output (old and new "name value" without these):
  -t         the new value only
  -l         "name timestamp value stat sevr"
Enums (a state, or else its number, without these):
  -n         the value is a number
  -s         the value is a state
Arrays (a scalar of all words together without these):
  -a         an array: the number of values, then the values
  -S         text into an array of char
Fields:
  -F <c>     separated by <c>
`;

export const camonitorUsage = `
Usage: camonitor [options] <PV name> ...

${common}
${access}
  -m <mask>  events: any of v (value), a (alarm), l (log), p (property); default va
Times:
  -t <key>   any of s (the server's, default), c (ours, in parentheses), n (none), and one of
             r (since the start), i (since the last update), I (since the last update of the same PV)
${numbers}
`;

export const cainfoUsage = `
Usage: cainfo [options] <PV name> ...

${common}
${access}
`;
