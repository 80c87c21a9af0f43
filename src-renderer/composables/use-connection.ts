import { onScopeDispose, ref, type Ref } from "vue";
import type { ConnectionState, StudioClient } from "../rpc/studio.js";

export function useConnection(client: StudioClient): Readonly<Ref<ConnectionState>> {
  const state = ref(client.state);
  const registration = client.onState((next) => (state.value = next));
  onScopeDispose(() => registration.dispose());
  return state;
}
