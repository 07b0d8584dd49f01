import type { ConvertProperties } from "../../channel/convert.js";
import type { DbfType, Value } from "../../channel/dbf.js";
import type { Properties } from "../../channel/provider.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import { ok } from "../../libcom/result.js";
import type { FieldName } from "../channelName.js";
import type { DbRecord } from "../dbRecord.js";
import { fieldValue, formatOf } from "../fieldAccess.js";
import { isLinkType } from "../fieldSpec.js";
import { FieldView, type FoundChannel } from "../fieldView.js";
import { incoming } from "../longString.js";
import { menuScan } from "../menus.js";
import { ProcessNotify } from "../processNotify.js";
import { channelProperties } from "../properties.js";
import { putField, putFieldNotify, putValue } from "../put.js";
import { inherit } from "./inherit.js";
import type { LinkAlarm, LinkTarget } from "./link.js";
import type { MaximizeSeverity } from "./parseLink.js";
import { processTarget, scanPassive } from "./processTarget.js";

/** A field of another record (or the same one) in this IOC. */
export class DbTarget implements LinkTarget {
  readonly kind = "db";
  readonly connected = true;

  private readonly instance: DbRecord;
  private readonly address: FieldName;
  private readonly view: FieldView;

  constructor(
    private readonly source: DbRecord,
    target: FoundChannel,
    private readonly processPassive: boolean,
    private readonly severity: MaximizeSeverity,
  ) {
    this.instance = target.instance;
    this.address = target.address;
    this.view = new FieldView(target);
  }

  private get field(): string {
    return this.address.field;
  }

  get type(): DbfType {
    return this.view.shape.type;
  }

  get textOf(): "link" | "attribute" | undefined {
    const spec = this.instance.type.fields[this.field];
    if (spec === undefined || this.address.asChars) return undefined;
    if (spec.special === "attribute") return "attribute";
    return isLinkType(spec.dbf) ? "link" : undefined;
  }

  get elementCount(): number {
    return this.view.shape.elementCount;
  }

  read(): Value | undefined {
    if (this.processPassive && !scanPassive(this.source, this.instance)) return undefined;
    if (this.view.isFiltered || this.address.asChars) return this.view.read().value;
    const value = fieldValue(this.instance, this.field);
    return value === "" && this.#isNothing() ? undefined : value;
  }

  /** A printf that never ran has no text; long strings that were never set have an empty one. */
  #isNothing(): boolean {
    const { LEN, OLEN } = this.instance.fields;
    return LEN === 0 && OLEN === undefined && this.field === "VAL";
  }

  format(): ConvertProperties {
    if (this.address.asChars) return {};
    return formatOf(this.instance, this.field);
  }

  write(value: Value, type: DbfType): boolean {
    const { source, instance } = this;
    const result = putValue(instance, this.field, incoming(this.address, { value, type }));
    const { NSTA: status, NSEV: severity, NAMSG: message } = source.record;
    inherit(this.severity, instance.record, { status, severity, message });
    if (!result.ok) return false;
    if (this.field === "PROC") return processTarget(source, instance);
    return !this.processPassive || scanPassive(source, instance);
  }

  async writeNotify(value: Value, type: DbfType): Promise<boolean> {
    const put = incoming(this.address, { value, type });
    const inhibited = !this.processPassive && this.field !== "PROC";
    if (inhibited) return putField(this.instance, this.field, put, "inhibit").ok;
    return (await putFieldNotify(this.instance, this.field, put).completion).ok;
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
