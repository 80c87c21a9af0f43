/** Words that Python keeps for itself. */
const KEYWORDS = (
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal " +
  "not or pass " +
  "raise return try while with yield"
).split(" ");

/** What every torch.nn.Module has already, and would lose. */
const OF_MODULES = (
  "T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr float forward get_buffer " +
  "get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters " +
  "register_backward_hook register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook " +
  "register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook " +
  "register_state_dict_pre_hook requires_grad_ set_extra_state " +
  "set_submodule share_memory state_dict to to_empty train training type xpu zero_grad"
).split(" ");

export interface PythonNames {
  readonly className: string;
  /** Of a layer with weights. */
  readonly attribute: (owner: string) => string;
  /** Of an input or a layer's result; `""` is the value that is passed on. */
  readonly variable: (name: string) => string;
}

/** What of a network is named. */
interface NamedNetwork {
  readonly name: string;
  readonly inputs: readonly { readonly name: string }[];
  readonly layers: readonly { readonly id: string; readonly owner: string }[];
}

/** Names that Python takes, each for one thing. */
export function pythonNames({ name, inputs, layers }: NamedNetwork): PythonNames {
  const variables = namer([...KEYWORDS, "self", "torch", "nn", "F", "super"]);
  const attributes = namer([...KEYWORDS, ...OF_MODULES]);
  // In the order of the network, whoever asks first.
  for (const input of inputs) variables(input.name);
  const passedOn = variables("", "x");
  for (const layer of layers) {
    variables(layer.id);
    attributes(layer.owner);
  }
  return { className: classNameOf(name), attribute: (owner) => attributes(owner), variable: (wanted) => (wanted === "" ? passedOn : variables(wanted)) };
}

function namer(kept: readonly string[]): (name: string, wanted?: string) => string {
  const taken = new Set(kept);
  const given = new Map<string, string>();
  return (name, wanted = name) => {
    const known = given.get(name);
    if (known !== undefined) return known;
    // Python takes `ﬁ` and `fi` for one name.
    const plain = wanted.normalize("NFKC").replace(/[^\p{L}\p{N}_]/gu, "_");
    const stem = /^[\p{L}_]/u.test(plain) ? (plain.startsWith("__") ? plain.replace(/^_+/, "_") : plain) : `_${plain}`;
    let result = stem;
    for (let n = 2; taken.has(result); n++) result = `${stem}_${n}`;
    taken.add(result);
    given.set(name, result);
    return result;
  };
}

/** `wine quality` becomes `WineQuality`. */
function classNameOf(name: string): string {
  const words = name.normalize("NFKC").match(/[\p{L}\p{N}]+/gu) ?? [];
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  if (joined === "" || KEYWORDS.includes(joined) || joined === "F") return `${joined}Network`;
  return /^\p{L}/u.test(joined) ? joined : `Network${joined}`;
}
