import type { DbRecord } from "../../dbRecord.js";
import type { DbStates } from "../../dbStates.js";
import { DeadTarget, type LinkTarget } from "../link.js";
import { CalcTarget, type OpenInput } from "./calcTarget.js";
import { type JsonLink, withoutDebug } from "./jsonLink.js";
import type { PvaLink } from "./pvaLink.js";
import { StateTarget } from "./stateTarget.js";
import { TraceTarget } from "./traceTarget.js";

export interface JsonLinkOpener {
  readonly instance: DbRecord;
  readonly field: string;
  readonly states: DbStates;
  openPva(link: PvaLink): LinkTarget;
}

const constantTarget = new DeadTarget("constant");

/** Finds the other end of a link that is given in JSON. */
export function openJsonLink(link: JsonLink, opener: JsonLinkOpener): LinkTarget {
  switch (link.kind) {
    case "empty":
    case "const":
      return constantTarget;
    case "state":
      return new StateTarget(link, opener.states);
    case "calc": {
      const inputs = link.inputs.map((input) => openInput(input, opener));
      const out = link.out && openJsonLink(link.out, opener);
      return new CalcTarget(opener.instance, link, inputs, out);
    }
    case "debug":
      return openJsonLink(link.link, opener);
    case "trace": {
      const { instance, field } = opener;
      const tell = (line: string): void =>
        instance.host.log.warn(`link trace: ${instance.name}.${field}: ${line}`);
      return new TraceTarget(openJsonLink(link.link, opener), tell);
    }
    case "pva":
      return opener.openPva(link);
  }
}

function openInput(input: number | JsonLink, opener: JsonLinkOpener): OpenInput | undefined {
  if (typeof input === "number") return undefined;
  const innermost = withoutDebug(input);
  const initial = innermost.kind === "const" ? innermost.constant.elements[0] : undefined;
  return { initial, target: openJsonLink(input, opener) };
}
