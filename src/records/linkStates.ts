import { defineMenu } from "./menu.js";

/** Where the other end of a link is, in the words that records show. */
export const menuLinkState = (menuName: string) =>
  defineMenu(menuName, {
    disconnected: "Ext PV NC",
    connected: "Ext PV OK",
    local: "Local PV",
    constant: "Constant",
  });

const state = menuLinkState("linkState");

/** A link field, and the field that shows its state. */
export interface ShownLink<L extends string, S extends string> {
  readonly link: L;
  readonly state: S;
}

interface LinkIo<L extends string, S extends string> {
  linkState(link: L): "constant" | "local" | "connected" | "disconnected";
  isLocal(link: L): boolean;
  post(field: S, mask: number): void;
}

/** Shows the states of links as synApps's records do: a record of this IOC is local however the link reaches it. */
export function showLinkStates<L extends string, S extends string>(
  record: NoInfer<Record<S, number>>,
  io: LinkIo<NoInfer<L>, NoInfer<S>>,
  links: readonly ShownLink<L, S>[],
  mask: number,
): void {
  for (const { link, state: field } of links) {
    const value = io.isLocal(link) ? state.local : state[io.linkState(link)];
    if (record[field] === value) continue;
    record[field] = value;
    io.post(field, mask);
  }
}
