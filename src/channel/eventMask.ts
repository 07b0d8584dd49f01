/** What a subscription wants to hear of; the bits of the CA event mask. */
export const EventMask = {
  /** Value changes beyond MDEL. */
  VALUE: 1,
  /** Value changes beyond ADEL, for archivers. */
  LOG: 2,
  /** Alarm changes. */
  ALARM: 4,
  /** Changes of units, limits, state strings. */
  PROPERTY: 8,
} as const;
