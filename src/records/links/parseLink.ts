import { parseDouble } from "../../libcom/parseNumber.js";
import type { JsonLink } from "./json/jsonLink.js";
import { parseJsonLink } from "./json/parseJsonLink.js";
import type { LinkDirection } from "./linkDirection.js";

/** Whether severities of the source are inherited, and how. */
export type MaximizeSeverity = "NMS" | "MS" | "MSI" | "MSS";

/** How a link reaches its target: the modifier that counts, as far as the kind of field allows it. */
export type LinkAccess = "NPP" | "PP" | "CA" | "CP" | "CPP";

/** A link's text, understood. */
export type ParsedLink =
  | { readonly kind: "constant"; readonly text: string }
  | { readonly kind: "json"; readonly link: JsonLink }
  /** Text that no link can have: it is refused where it comes from. */
  | { readonly kind: "bad"; readonly problem: string }
  /** `@parameters` for device support; `parameters` is without the `@`. */
  | { readonly kind: "device"; readonly parameters: string }
  | PvLink;

/** A channel, of a record here or elsewhere. */
export interface PvLink {
  readonly kind: "pv";
  readonly target: string;
  readonly access: LinkAccess;
  readonly process: boolean;
  /** CA, CP and CPP links go through the Channel Access client even within one process. */
  readonly ca: boolean;
  readonly onChange: "never" | "always" | "passive";
  readonly severity: MaximizeSeverity;
}

function isNumber(text: string): boolean {
  const parsed = parseDouble(text);
  return parsed.ok && parsed.value.rest === "";
}

/**
 * Understands the text of a link as EPICS Base does: modifiers are looked for anywhere behind the target, the first
 * of CPP, CP, CA, NPP, PP and of NMS, MSI, MSS, MS that is found counts. `restrict` says which modifiers the
 * kind of field allows: an OUT link never processes on change, a forward link only knows CA.
 */
export function parseLink(text: string, field: LinkDirection): ParsedLink {
  const trimmed = text.trim();
  if (trimmed.startsWith("@")) return { kind: "device", parameters: trimmed.slice(1) };
  if (trimmed.startsWith("{") && trimmed.endsWith("}")) {
    const link = parseJsonLink(trimmed, field);
    return link.ok ? { kind: "json", link: link.value } : { kind: "bad", problem: link.error };
  }
  if (trimmed.startsWith("#"))
    return { kind: "bad", problem: "there is no hardware behind a # address here" };
  if (trimmed === "" || isNumber(trimmed)) return { kind: "constant", text: trimmed };
  if (trimmed.startsWith("[") && trimmed.endsWith("]")) return { kind: "constant", text: trimmed };

  const [, target = trimmed, modifiers = ""] = /^([^ ]+)([\s\S]*)$/.exec(trimmed) ?? [];
  const first = <const M extends string>(names: readonly M[]): M | undefined =>
    names.find((name) => modifiers.includes(name));
  const asked = first(["NPP", "CPP", "PP", "CA", "CP"]) ?? "NPP";
  const access = allowed[field].includes(asked) ? asked : "NPP";
  const forward = field === "FWDLINK";
  return {
    kind: "pv",
    target,
    access,
    process: forward || access === "PP",
    ca: access === "CA" || access === "CP" || access === "CPP",
    onChange: onChangeOf(access),
    severity: forward ? "NMS" : (first(["NMS", "MSI", "MSS", "MS"]) ?? "NMS"),
  };
}

const allowed: Readonly<Record<LinkDirection, readonly LinkAccess[]>> = {
  INLINK: ["NPP", "PP", "CA", "CP", "CPP"],
  OUTLINK: ["NPP", "PP", "CA"],
  FWDLINK: ["CA"],
};

function onChangeOf(access: LinkAccess): "never" | "always" | "passive" {
  if (access === "CP") return "always";
  return access === "CPP" ? "passive" : "never";
}
