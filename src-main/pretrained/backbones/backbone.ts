/** A layer as a project file has it. */
export interface BackboneLayer {
  readonly id: string;
  readonly type: string;
  readonly from?: string[];
  readonly [option: string]: unknown;
}

/** A pretrained network that Lathe brings, without the layers that answered its own task. */
export interface Backbone {
  /** As a block's `pretrained` names it, and its folder in `resources/pretrained`, which has `weights.safetensors`, `SOURCE.md` and `LICENSE`. */
  readonly type: string;
  readonly title: string;
  readonly version: string;
  /** SPDX. */
  readonly licence: string;
  /** What the picture's values, 0 to 1, are brought to: (x − mean) / deviation, by channel. */
  readonly normalize: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
  /** Height and width of a picture are multiples of it. */
  readonly multipleOf: number;
  /** Heights and widths for which it was trained, or is known to be of use. */
  readonly sizes: readonly [least: number, most: number];
  /** Numbers that it gives for a picture. */
  readonly features: number;
  /** It as blocks of a project: one called `backbone`, which is all of it, from `[N, 3, H, W]` to maps of features, and those that it is made of. */
  blocks(): Record<string, { readonly layers: BackboneLayer[]; readonly pretrained?: string }>;
  /** What the file calls a parameter or a buffer of the block; undefined where the block as Lathe proposes it has none of that name. */
  tensorName(name: string): string | undefined;
}
