/** Records of many types for the sessions; nothing in it moves by itself fast enough to disturb a comparison. */
export const mixedRecords = `
record(ai, "t:ai") {
  field(DESC, "an input") field(VAL, "3.25") field(EGU, "mm") field(PREC, "2") field(HOPR, "10")
  field(SCAN, "10 second") field(FLNK, "t:calc") field(HIGH, "8") field(HSV, "MINOR")
  info(autosaveFields, "VAL EGU") info(Q:group, {"x":1})
}
record(ao, "t:ao") { field(VAL, "2") field(DRVH, "10") field(OUT, "t:ai.VAL PP MS") alias("t:ao2") }
record(calc, "t:calc") { field(INPA, "t:ai NPP MS") field(INPC, "3") field(CALC, "A+B") field(SCAN, "Event") field(EVNT, "ready") field(PRIO, "HIGH") }
record(bo, "t:bo") { field(ZNAM, "off") field(ONAM, "on") field(VAL, "1") field(SCAN, "5 second") }
record(mbbo, "t:mbbo") { field(ZRST, "zero") field(ONST, "one") field(TWST, "two") field(SCAN, "Event") field(EVNT, "5") }
record(waveform, "t:wf") { field(FTVL, "DOUBLE") field(NELM, "10") field(INP, [1,2,3]) }
record(waveform, "t:chars") { field(FTVL, "CHAR") field(NELM, "100") }
record(waveform, "t:bytes") { field(FTVL, "UCHAR") field(NELM, "12") }
record(waveform, "t:texts") { field(FTVL, "STRING") field(NELM, "4") }
record(longin, "t:li") { field(VAL, "7") field(INP, "t:mbbo NPP NMS") }
record(stringin, "t:si") { field(VAL, "he said \\"hi\\"") }
record(lsi, "t:lsi") { field(SIZV, "100") }
record(stringout, "t:so") { field(VAL, "text") }
record(int64in, "t:i64") { field(VAL, "12345678901234") }
record(fanout, "t:fan") { field(LNK1, "t:ai") field(LNK2, "t:calc") }
alias("t:ai", "t:alias")
`;
