/** The kinds of link fields. */
export type LinkDirection = "INLINK" | "OUTLINK" | "FWDLINK";
