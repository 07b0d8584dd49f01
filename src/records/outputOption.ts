import { defineMenu } from "./menu.js";

const CHOICES = {
  everyTime: "Every Time",
  onChange: "On Change",
  whenZero: "When Zero",
  whenNonZero: "When Non-zero",
  transitionToZero: "Transition To Zero",
  transitionToNonZero: "Transition To Non-zero",
};

/** The choices of OOPT, under the name that each record type gives them. */
export const menuOutputOption = (menuName: string) => defineMenu(menuName, CHOICES);

/** The same for synApps's records, which can also keep still. */
export const menuOutputOptionOrNever = (menuName: string) =>
  defineMenu(menuName, { ...CHOICES, never: "Never" });

const option = menuOutputOption("OOPT");

/**
 * Whether OOPT asks for a write.
 * @param force a write is due in any case where only changes are written
 * @param deadband differences up to it are no change
 */
export function shouldWrite(
  choice: number,
  value: number,
  previous: number,
  force: boolean,
  deadband = 0,
): boolean {
  switch (choice) {
    case option.everyTime:
      return true;
    case option.onChange:
      // NaN compares as a change every time.
      return force || !(Math.abs(previous - value) <= deadband);
    case option.whenZero:
      return value === 0;
    case option.whenNonZero:
      return value !== 0;
    case option.transitionToZero:
      return previous !== 0 && value === 0;
    case option.transitionToNonZero:
      return previous === 0 && value !== 0;
    default:
      return false;
  }
}
