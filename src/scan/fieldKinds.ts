/** Images of the beam and of the camera's background that belong to a scan beside its projections. */
export type FieldKind = "dark" | "flat";

export const FIELD_KINDS: readonly FieldKind[] = ["dark", "flat"];

export const FIELD_DATASETS: Readonly<Record<FieldKind, string>> = {
  dark: "/exchange/data_dark",
  flat: "/exchange/data_white",
};

/** The file that holds the latest fields of a folder. */
export const fieldsFileName = (kind: FieldKind): string => `${kind}_fields.h5`;
