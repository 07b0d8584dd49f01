/** Names of the arguments of synApps's calculations: numbers A to L or P, texts or arrays AA to LL. */
export const LETTERS_TO_L = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"] as const;
export const LETTERS_TO_P = [...LETTERS_TO_L, "M", "N", "O", "P"] as const;
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
