/** Names of the arguments of calculations: numbers A to U in EPICS Base, to L or P in synApps; its texts or arrays AA to LL. */
export const LETTERS_TO_L = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"] as const;
export const LETTERS_TO_P = [...LETTERS_TO_L, "M", "N", "O", "P"] as const;
export const LETTERS_TO_U = [...LETTERS_TO_P, "Q", "R", "S", "T", "U"] as const;
export const DOUBLED_LETTERS = [
  "AA",
  "BB",
  "CC",
  "DD",
  "EE",
  "FF",
  "GG",
  "HH",
  "II",
  "JJ",
  "KK",
  "LL",
] as const;
