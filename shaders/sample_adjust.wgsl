// Penalties: every logit that occurred among the last HISTORY tokens, changed once. Raw logits stay as they are.
// Constants: WORKGROUP, V.
@group(0) @binding(0) var<uniform> settings: Settings;
@group(0) @binding(1) var<storage, read> logits: array<f32>;           // [V]
@group(0) @binding(2) var<storage, read> history: History;
@group(0) @binding(3) var<storage, read_write> adjusted: array<f32>;   // [V]

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32) {
  let token = (group.y * groups.x + group.x) * WORKGROUP + thread;
  if (token >= V) {
    return;
  }
  var logit = logits[token];
  if (settings.repetition != 1.0 || settings.frequency != 0.0 || settings.presence != 0.0) {
    var count = 0.0;
    for (var i = 0u; i < min(history.length, HISTORY); i++) {
      count += select(0.0, 1.0, history.slots[i] == token);
    }
    if (count > 0.0) {
      logit = select(logit * settings.repetition, logit / settings.repetition, logit > 0.0);
      logit -= count * settings.frequency + settings.presence;
    }
  }
  adjusted[token] = logit;
}
