const two = (value: number): string => String(value).padStart(2, "0");

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

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
  "%": () => "%",
};

/** Formats local time with the common strftime fields and EPICS's `%0nf` fraction of a second. */
export const strftime = (
  format: string,
  date: Date,
  nanoseconds: number = date.getMilliseconds() * 1e6,
): string =>
  format.replace(/%(?:0?(\d))?([a-zA-Z%])/g, (whole, digits: string | undefined, field: string) => {
    if (field === "f") {
      return String(nanoseconds)
        .padStart(9, "0")
        .slice(0, Number(digits ?? 9));
    }
    return fields[field]?.(date) ?? whole;
  });
