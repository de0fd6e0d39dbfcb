// y = epilogue(W norm(x) + bias) for one token. Decode's kernel: each weight is read once.
// Constants: those of lib/matvec_core.wgsl; PAIRS, PARTNER (distance of a pair's rows), EPILOGUE, ACTIVATION.
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

const EPILOGUE_STORE: u32 = 0u;
// y += result: the residual stream.
const EPILOGUE_ADD: u32 = 1u;
// Rows come as (gate, up): y = act(gate) * up.
const EPILOGUE_GATED: u32 = 2u;

fn store(row: u32, value: f32) {
  let at = ROW_START + row;
  if (EPILOGUE == EPILOGUE_ADD) {
    y[at] += value;
  } else {
    y[at] = value;
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let wanted = (group.y * groups.x + group.x) * (WORKGROUP / LANES) + thread / LANES;
  // Threads beyond the end compute the last pair again, because all must reach the reduction.
  let pair = min(wanted, PAIRS - 1u);
  let row0 = select(pair, pair * 2u, PARTNER == 1u);
  let row1 = min(row0 + PARTNER, ROWS - 1u);
  let values = row_pair(row0, row1, thread);
  if ((thread & (LANES - 1u)) != 0u || wanted >= PAIRS) {
    return;
  }
  if (EPILOGUE == EPILOGUE_GATED) {
    y[pair] = activate(values.x) * values.y;
  } else {
    store(row0, activate(values.x));
    if (row0 + PARTNER < ROWS) {
      store(row1, activate(values.y));
    }
  }
}
