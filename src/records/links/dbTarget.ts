import { type ConvertProperties, convertValue } from "../../channel/convert.js";
import type { DbfType, TypedValue, Value } from "../../channel/dbf.js";
import type { Properties } from "../../channel/provider.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import { ok } from "../../libcom/result.js";
import type { FieldName } from "../channelName.js";
import type { DbRecord } from "../dbRecord.js";
import { fieldValue, formatOf } from "../fieldAccess.js";
import { type FieldSpec, isLinkType } from "../fieldSpec.js";
import { FieldView, type FoundChannel } from "../fieldView.js";
import { incoming } from "../longString.js";
import { menuScan } from "../menus.js";
import { ProcessNotify } from "../processNotify.js";
import { channelProperties } from "../properties.js";
import { putField, putFieldNotify, putValue } from "../put.js";
import { inherit } from "./inherit.js";
import type { LinkAlarm, LinkTarget, TextOnly } from "./link.js";
import type { MaximizeSeverity } from "./parseLink.js";
import { processTarget, scanPassive } from "./processTarget.js";

const noTexts: readonly string[] = [];
const noChars = new Int8Array(0);

function textOnly({ address, spec, filters }: FoundChannel): TextOnly | undefined {
  if (filters.length > 0) return undefined;
  if (spec.special === "attribute") return "attribute";
  if (!isLinkType(spec.dbf)) return undefined;
  return address.asChars ? "linkChars" : "link";
}

/** A field of another record (or the same one) in this IOC. */
export class DbTarget implements LinkTarget {
  readonly kind = "db";
  readonly connected = true;

  private readonly instance: DbRecord;
  private readonly address: FieldName;
  private readonly spec: FieldSpec;
  private readonly view: FieldView;
  readonly textOf: TextOnly | undefined;

  constructor(
    private readonly source: DbRecord,
    target: FoundChannel,
    private readonly processPassive: boolean,
    private readonly severity: MaximizeSeverity,
  ) {
    this.instance = target.instance;
    this.address = target.address;
    this.spec = target.spec;
    this.view = new FieldView(target);
    this.textOf = textOnly(target);
  }

  private get field(): string {
    return this.address.field;
  }

  get type(): DbfType {
    return this.textOf === undefined ? this.view.shape.type : "STRING";
  }

  get elementCount(): number {
    return this.view.shape.elementCount;
  }

  read(): Value | undefined {
    if (this.processPassive && !scanPassive(this.source, this.instance)) return undefined;
    if (this.textOf === undefined && (this.view.isFiltered || this.address.asChars))
      return this.#hasNoText() ? noChars : this.view.read().value;
    const value = fieldValue(this.instance, this.field);
    return value === "" && this.#hasNoText() ? noTexts : value;
  }

  /** A printf that never ran has no text; long strings that were never set have an empty one. */
  #hasNoText(): boolean {
    const { LEN, OLEN } = this.instance.fields;
    return LEN === 0 && OLEN === undefined && this.field === "VAL";
  }

  format(): ConvertProperties {
    if (this.address.asChars) return {};
    return formatOf(this.instance, this.field);
  }

  write(value: Value, type: DbfType): boolean {
    const { source, instance } = this;
    const put = this.#incoming({ value, type });
    if (put === undefined) return false;
    const result = putValue(instance, this.field, this.spec, put);
    const { NSTA: status, NSEV: severity, NAMSG: message } = source.record;
    inherit(this.severity, instance.record, { status, severity, message });
    if (!result.ok) return false;
    if (this.field === "PROC") return processTarget(source, instance);
    return !this.processPassive || scanPassive(source, instance);
  }

  async writeNotify(value: Value, type: DbfType): Promise<boolean> {
    const put = this.#incoming({ value, type });
    if (put === undefined) return false;
    const inhibited = !this.processPassive && this.field !== "PROC";
    if (inhibited) return putField(this.instance, this.field, this.spec, put, "inhibit").ok;
    return (await putFieldNotify(this.instance, this.field, this.spec, put).completion).ok;
  }

  /** For characters a text is the number of one, as for any array of CHAR. */
  #incoming(put: TypedValue): TypedValue | undefined {
    if (!this.address.asChars) return put;
    if (put.type !== "STRING") return incoming(this.instance, this.address, put);
    const codes = convertValue(put.value, put.type, "CHAR", { direction: "put" });
    return codes.ok ? incoming(this.instance, this.address, { type: "CHAR", value: codes.value }) : undefined;
  }

  processNotify(): Promise<void> {
    return new Promise((resolve) => {
      new ProcessNotify(
        this.instance,
        () => ok(undefined),
        () => this.passive !== undefined,
        () => resolve(),
      ).start();
    });
  }

  /** The record, where it processes on behalf of others. */
  get passive(): DbRecord | undefined {
    return this.instance.record.SCAN === menuScan.Passive ? this.instance : undefined;
  }

  forward(): void {
    scanPassive(this.source, this.instance);
  }

  alarm(): LinkAlarm | undefined {
    if (this.source === this.instance) return undefined;
    const { STAT: status, SEVR: severity, AMSG: message } = this.instance.record;
    return { status, severity, message };
  }

  time(): Timestamp {
    return this.instance.record.TIME;
  }

  userTag(): bigint {
    return this.instance.record.UTAG;
  }

  properties(): Properties {
    return channelProperties(this.instance, this.field);
  }

  close(): void {}
}
