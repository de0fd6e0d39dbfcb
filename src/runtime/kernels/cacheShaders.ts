/** How keys and values are stored, as WGSL. */

import f16 from "../../../shaders/lib/cache_f16.wgsl?raw";
import f32 from "../../../shaders/lib/cache_f32.wgsl?raw";
import type { KvPrecision } from "../../shared/protocol";

export const CACHE_SHADERS: Record<KvPrecision, string> = { f16, f32 };
