const two = (value: number): string => String(value).padStart(2, "0");

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Minutes east of Greenwich as +hhmm. */
const zone = (minutes: number): string =>
  `${minutes < 0 ? "-" : "+"}${two(Math.trunc(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;

const fields: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  H: (date) => two(date.getHours()),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  b: (date) => months[date.getMonth()] ?? "",
  a: (date) => days[date.getDay()] ?? "",
  F: (date) => strftime("%Y-%m-%d", date),
  T: (date) => strftime("%H:%M:%S", date),
  z: (date) => zone(-date.getTimezoneOffset()),
  "%": () => "%",
};

/** Digits of a fraction of a second, rounded but never up to a whole one. */
function fraction(nanoseconds: number, digits: number): string {
  const unit = 10 ** (9 - digits);
  const rounded = Math.min(nanoseconds + unit / 2, 999_999_999);
  return String(Math.floor(rounded / unit)).padStart(digits, "0");
}

/** Formats local time with the common strftime fields and EPICS's `%0nf` fraction of a second. */
export const strftime = (
  format: string,
  date: Date,
  nanoseconds: number = date.getMilliseconds() * 1e6,
): string =>
  format.replace(/%(?:0?(\d))?([a-zA-Z%])/g, (whole, digits: string | undefined, field: string) => {
    if (field === "f") return fraction(nanoseconds, Number(digits ?? 9));
    return fields[field]?.(date) ?? whole;
  });
