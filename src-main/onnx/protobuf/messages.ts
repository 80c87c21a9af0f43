import protobuf from "protobufjs/light.js";
import schema from "./onnx-schema.json" with { type: "json" };

/** The messages of onnx-ml.proto as protobufjs gives them: https://github.com/onnx/onnx/blob/main/onnx/onnx-ml.proto */

/** 64 bits as protobufjs holds them. */
export interface Int64 {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

export interface TensorMessage {
  readonly name?: string;
  readonly dims?: readonly Int64[];
  readonly dataType?: number;
  readonly dataLocation?: number;
  readonly externalData?: readonly { readonly key?: string; readonly value?: string }[];
  readonly segment?: object;
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly int64Data?: readonly Int64[];
  readonly doubleData?: readonly number[];
  readonly stringData?: readonly Uint8Array[];
}

export interface AttributeMessage {
  readonly name?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorMessage;
  readonly g?: GraphMessage;
  readonly floats?: readonly number[];
  readonly ints?: readonly Int64[];
  readonly strings?: readonly Uint8Array[];
}

export interface NodeMessage {
  readonly name?: string;
  readonly opType?: string;
  readonly domain?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly AttributeMessage[];
}

export interface DimensionMessage {
  readonly dimValue?: Int64;
  readonly dimParam?: string;
}

export interface ValueInfoMessage {
  readonly name?: string;
  readonly docString?: string;
  readonly type?: { readonly tensorType?: { readonly elemType?: number; readonly shape?: { readonly dim?: readonly DimensionMessage[] } } };
}

export interface GraphMessage {
  readonly name?: string;
  readonly node?: readonly NodeMessage[];
  readonly initializer?: readonly TensorMessage[];
  readonly sparseInitializer?: readonly object[];
  readonly input?: readonly ValueInfoMessage[];
  readonly output?: readonly ValueInfoMessage[];
  readonly valueInfo?: readonly ValueInfoMessage[];
}

export interface ModelMessage {
  readonly irVersion?: Int64;
  readonly opsetImport?: readonly { readonly domain?: string; readonly version?: Int64 }[];
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly docString?: string;
  readonly graph?: GraphMessage;
  readonly metadataProps?: readonly { readonly key?: string; readonly value?: string }[];
  readonly functions?: readonly object[];
}

const modelProto = protobuf.Root.fromJSON(schema).lookupType("onnx.ModelProto");

export function encodeMessage(message: ModelMessage): Uint8Array {
  return new Uint8Array(modelProto.encode(message).finish());
}

/** Fields that are not in the bytes are omitted. @throws an error of protobufjs where the bytes are not a ModelProto. */
export function decodeMessage(bytes: Uint8Array): ModelMessage {
  return modelProto.toObject(modelProto.decode(bytes));
}

const METADATA_PROPS = modelProto.fields["metadataProps"]?.id;

/** Where each entry of a model's metadata stands in its bytes: from the first to behind the last. @throws as `decodeMessage` */
export function* metadataPlaces(bytes: Uint8Array): Iterable<{ readonly key: string; readonly from: number; readonly to: number }> {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const tag = reader.uint32();
    reader.skipType(tag & 7);
    if (tag >>> 3 !== METADATA_PROPS) continue;
    const [entry] = decodeMessage(bytes.subarray(from, reader.pos)).metadataProps ?? [];
    yield { key: entry?.key ?? "", from, to: reader.pos };
  }
}

/** AttributeProto.AttributeType by the kind of attribute. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

/** 2^63 - 1, which exporters write for "to the end", becomes 2^63: the nearest number. */
const END = 2 ** 63;

/** @returns undefined where the number is not a whole number that 64 bits and a float64 both hold. 2^63 is taken for 2^63 - 1. */
export function toInt64(value: number): Int64 | undefined {
  if (value === END) return { low: -1, high: 0x7fffffff, unsigned: false };
  if (!Number.isInteger(value) || value < -END || value > END) return undefined;
  const bits = BigInt(value);
  return { low: Number(BigInt.asIntN(32, bits)), high: Number(BigInt.asIntN(32, bits >> 32n)), unsigned: false };
}

export function toBigInt(value: Int64): bigint {
  return (BigInt(value.high) << 32n) | BigInt(value.low >>> 0);
}

/** @returns undefined where a float64 cannot hold the value; 2^63 - 1 becomes 2^63. */
export function fromInt64(value: Int64): number | undefined {
  const bits = toBigInt(value);
  const number = Number(bits);
  return BigInt(number) === bits || number === END ? number : undefined;
}
