/** A macro reference in a text whose macros are not expanded, with one level of nesting; the source of a RegExp. */
export const MACRO_REFERENCE = String.raw`\$\((?:[^()]|\$\([^()]*\))*\)|\$\{(?:[^{}]|\$\{[^{}]*\})*\}`;
