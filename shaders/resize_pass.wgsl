// One pass of a resize along rows or columns, in fixed point as Pillow does it: weighted bytes, half up, clamped.
// Pixels are bytes red, green, blue, 0 in a u32. Constants: WORKGROUP, FRACTION_BITS of the weights.
struct Pass {
  size: u32,         // pixels that come out of a line
  lines: u32,
  input_line: u32,   // from a line to the next, in pixels
  input_step: u32,   // from a pixel of a line to the next
  output_line: u32,
  output_step: u32,
  output_start: u32, // where the first line goes
}

@group(0) @binding(0) var<uniform> resize: Pass;
@group(0) @binding(1) var<storage, read> input: array<u32>;
@group(0) @binding(2) var<storage, read> taps: array<vec2<u32>>;  // [size + 1]: first pixel, where its weights begin
@group(0) @binding(3) var<storage, read> weights: array<i32>;
@group(0) @binding(4) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let index = (group.y * groups.x + group.x) * WORKGROUP + thread;
  let line = index / resize.size;
  let i = index % resize.size;
  if (line >= resize.lines) {
    return;
  }
  var sum = vec3<i32>(1i << (FRACTION_BITS - 1u));
  var at = line * resize.input_line + taps[i].x * resize.input_step;
  for (var t = taps[i].y; t < taps[i + 1u].y; t++) {
    let pixel = input[at];
    sum += weights[t] * vec3<i32>(vec3<u32>(pixel, pixel >> 8u, pixel >> 16u) & vec3<u32>(255u));
    at += resize.input_step;
  }
  let bytes = vec3<u32>(clamp(sum >> vec3<u32>(FRACTION_BITS), vec3<i32>(0), vec3<i32>(255)));
  output[resize.output_start + line * resize.output_line + i * resize.output_step] =
    bytes.x | (bytes.y << 8u) | (bytes.z << 16u);
}
