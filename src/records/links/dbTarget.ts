import type { ConvertProperties } from "../../channel/convert.js";
import type { DbfType, Value } from "../../channel/dbf.js";
import type { Properties } from "../../channel/provider.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import type { DbRecord } from "../dbRecord.js";
import { addressOf, fieldValue, formatOf } from "../fieldAccess.js";
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

  constructor(
    private readonly source: DbRecord,
    private readonly instance: DbRecord,
    private readonly field: string,
    private readonly processPassive: boolean,
    private readonly severity: MaximizeSeverity,
  ) {}

  get type(): DbfType {
    return addressOf(this.instance, this.field)?.type ?? "DOUBLE";
  }

  get elementCount(): number {
    return addressOf(this.instance, this.field)?.elementCount ?? 1;
  }

  read(): Value {
    if (this.processPassive) scanPassive(this.source, this.instance);
    return fieldValue(this.instance, this.field);
  }

  format(): ConvertProperties {
    return formatOf(this.instance, this.field);
  }

  write(value: Value, type: DbfType): boolean {
    const { source, instance } = this;
    const result = putValue(instance, this.field, { value, type });
    const { NSTA: status, NSEV: severity, NAMSG: message } = source.record;
    inherit(this.severity, instance.record, { status, severity, message });
    if (!result.ok) return false;
    if (this.field === "PROC") processTarget(source, instance);
    else if (this.processPassive) scanPassive(source, instance);
    return true;
  }

  async writeNotify(value: Value, type: DbfType): Promise<boolean> {
    const inhibited = !this.processPassive && this.field !== "PROC";
    if (inhibited) return putField(this.instance, this.field, { value, type }, "inhibit").ok;
    return (await putFieldNotify(this.instance, this.field, { value, type }).completion).ok;
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

  properties(): Properties {
    return channelProperties(this.instance, this.field);
  }

  close(): void {}
}
