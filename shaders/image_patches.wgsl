// A square picture cut into patches, each a row (channel, y, x) of normalized values: what the patch embedding multiplies.
// Constants: WORKGROUP, SIDE of the picture, PATCH, FIRST_ROW (rows before the first patch), STRIDE of a row.
const ACROSS = SIDE / PATCH;
const COLUMNS = 3u * PATCH * PATCH;

@group(0) @binding(0) var<storage, read> picture: array<u32>;  // [SIDE, SIDE]: bytes red, green, blue, 0
@group(0) @binding(1) var<storage, read> levels: array<f32>;   // [3, 256]: the normalized value of each byte
@group(0) @binding(2) var<storage, read_write> patches: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  let patch_index = index / COLUMNS;
  let column = index % COLUMNS;
  if (patch_index >= ACROSS * ACROSS) {
    return;
  }
  let channel = column / (PATCH * PATCH);
  let y = patch_index / ACROSS * PATCH + column / PATCH % PATCH;
  let x = patch_index % ACROSS * PATCH + column % PATCH;
  let byte = (picture[y * SIDE + x] >> (8u * channel)) & 255u;
  patches[(FIRST_ROW + patch_index) * STRIDE + column] = levels[channel * 256u + byte];
}
