/** Whether severities of the source are inherited, and how. */
export type MaximizeSeverity = "NMS" | "MS" | "MSI" | "MSS";

/** A link's text, understood. */
export type ParsedLink =
  | { readonly kind: "constant"; readonly text: string }
  | { readonly kind: "json"; readonly text: string }
  /** `@parameters` for device support; `parameters` is without the `@`. */
  | { readonly kind: "device"; readonly parameters: string }
  | PvLink;

export interface PvLink {
  readonly kind: "pv";
  readonly target: string;
  readonly process: boolean;
  /** CA, CP and CPP links go through the Channel Access client even within one process. */
  readonly ca: boolean;
  readonly onChange: "never" | "always" | "passive";
  readonly severity: MaximizeSeverity;
}

const NUMBER = /^[+-]?(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?|nan)$/i;

/**
 * Understands the text of a link as EPICS Base does: modifiers are looked for anywhere behind the target, the first
 * of CPP, CP, CA, NPP, PP and of NMS, MSI, MSS, MS that is found counts. `restrict` says which modifiers the
 * kind of field allows: an OUT link never processes on change, a forward link only knows CA.
 */
export function parseLink(text: string, field: "INLINK" | "OUTLINK" | "FWDLINK"): ParsedLink {
  const trimmed = text.trim();
  if (trimmed === "" || NUMBER.test(trimmed)) return { kind: "constant", text: trimmed };
  if (trimmed.startsWith("[") && trimmed.endsWith("]")) return { kind: "constant", text: trimmed };
  if (trimmed.startsWith("{") && trimmed.endsWith("}")) return { kind: "json", text: trimmed };
  if (trimmed.startsWith("@")) return { kind: "device", parameters: trimmed.slice(1) };

  const [, target = trimmed, modifiers = ""] = /^([^ ]+)([\s\S]*)$/.exec(trimmed) ?? [];
  const first = <const M extends string>(names: readonly M[]): M | undefined =>
    names.find((name) => modifiers.includes(name));
  const access = first(["NPP", "CPP", "PP", "CA", "CP"]);
  const allowsOnChange = field === "INLINK";
  const severity = first(["NMS", "MSI", "MSS", "MS"]) ?? "NMS";
  const forward = field === "FWDLINK";
  return {
    kind: "pv",
    target,
    process: forward || access === "PP",
    ca: access === "CA" || (allowsOnChange && (access === "CP" || access === "CPP")),
    onChange: allowsOnChange ? onChangeOf(access) : "never",
    severity: forward ? "NMS" : severity,
  };
}

function onChangeOf(access: string | undefined): "never" | "always" | "passive" {
  if (access === "CP") return "always";
  return access === "CPP" ? "passive" : "never";
}
