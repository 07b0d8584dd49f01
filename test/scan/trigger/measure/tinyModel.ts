// An ONNX model in its protobuf form (onnx.proto3 of ONNX 1.8), small enough to be written here.

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];

const number = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)];

const bytes = (field: number, content: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(content.length),
  ...content,
];

const text = (field: number, value: string): number[] => bytes(field, [...Buffer.from(value)]);

const FLOAT = 1;

/** ValueInfoProto of a float tensor; a text is a size that may be any. */
function tensor(name: string, shape: readonly (number | string)[]): number[] {
  const dimensions = shape.flatMap((size) =>
    bytes(1, typeof size === "number" ? number(1, size) : text(2, size)),
  );
  const type = bytes(1, [...number(1, FLOAT), ...bytes(2, dimensions)]);
  return [...text(1, name), ...bytes(2, type)];
}

/** A model whose output has the shape of its input [1, 1, height, width] and is `operator` of each pixel. */
export function pixelModel(operator: string, height: number | string, width: number | string): Buffer {
  const shape = [1, 1, height, width];
  const node = [...text(1, "image"), ...text(2, "map"), ...text(4, operator)];
  const graph = [
    ...bytes(1, node),
    ...text(2, "pixels"),
    ...bytes(11, tensor("image", shape)),
    ...bytes(12, tensor("map", shape)),
  ];
  const operatorSet = number(2, 13);
  return Buffer.from([...number(1, 7), ...bytes(7, graph), ...bytes(8, operatorSet)]);
}
