/**
 * GenICam features of the Oryx that tell something and cannot be set, as the standard names of features (SFNC) have them: what came with
 * the last frame, events, and the state of device, link and queues. Without the letter of their type.
 */
export const readOnlyFeatures: ReadonlySet<string> = new Set(
  [
    "ChunkBlackLevel ChunkCRC ChunkExposureTime ChunkFrameID ChunkGain ChunkHeight ChunkImage ChunkOffsetX ChunkOffsetY ChunkPixelFormat",
    "ChunkSequencerSetActive ChunkSerialData ChunkSerialDataLength ChunkSerialReceiveOverflow ChunkTimestamp ChunkWidth",
    "EventError EventErrorCode EventErrorFrameID EventErrorTimestamp EventExposureEnd EventExposureEndFrameID EventExposureEndTimestamp",
    "EventSerialData EventSerialDataLength EventSerialPortReceive EventSerialPortReceiveTimestamp EventSerialReceiveOverflow EventTest",
    "EventTestTimestamp CounterStatus CounterValueAtReset FileOperationResult FileOperationStatus FileSize LineStatus LineStatusAll",
    "DeviceEventChannelCount DeviceFirmwareVersion DeviceID DeviceLinkCurrentThroughput DeviceLinkSpeed DeviceManufacturerInfo",
    "DeviceMaxThroughput DeviceRegistersEndianness DeviceScanType DeviceStreamChannelCount DeviceTLType DeviceTLVersionMajor",
    "DeviceTLVersionMinor DeviceUptime DeviceVersion EnumerationCount GuiXmlManifestAddress LinkErrorCount LinkUptime MaxDeviceResetTime",
    "GevCurrentDefaultGateway GevCurrentIPAddress GevCurrentSubnetMask GevFirstURL GevIEEE1588ClockAccuracy GevIEEE1588Status GevMACAddress",
    "GevNumberOfInterfaces GevSCPDirection GevSCSP GevMCSP GevSecondURL GevSupportedOption GevTimestampTickFrequency",
    "PacketResendRequestCount PacketResendRequestsDroppedCount PixelColorFilter PixelDynamicRangeMax PixelDynamicRangeMin PixelSize",
    "PowerSupplyCurrent PowerSupplyVoltage SensorDescription SensorShutterMode SequencerConfigurationValid SequencerSetActive",
    "SequencerSetValid SerialReceiveFramingErrorCount SerialReceiveParityErrorCount SerialReceiveQueueCurrentCharacterCount",
    "SerialTransmitQueueCurrentCharacterCount TimestampLatchValue TransferBlockCount TransferQueueCurrentBlockCount",
    "TransferQueueMaxBlockCount TransferQueueOverflowCount",
  ]
    .join(" ")
    .split(" "),
);
