// Constants: ACTIVATION, one of the numbers below.
const ACTIVATION_NONE: u32 = 0u;
const ACTIVATION_SILU: u32 = 1u;
const ACTIVATION_GELU_TANH: u32 = 2u;
const ACTIVATION_GELU_ERF: u32 = 3u;
const ACTIVATION_RELU: u32 = 4u;
const ACTIVATION_GELU_QUICK: u32 = 5u;

// tanh overflows to NaN on some adapters for arguments beyond about 40; it is 1 to f32 rounding from 10 on.
fn bounded_tanh(x: f32) -> f32 {
  return tanh(clamp(x, -15.0, 15.0));
}

// erfc by Numerical Recipes' Chebyshev-like fit has 1.2e-7 relative error; erf follows.
fn erf(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * abs(x));
  let p = t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807
        + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  let tail = t * exp(-x * x - 1.26551223 + p);
  return select(tail - 1.0, 1.0 - tail, x >= 0.0);
}

fn activate(x: f32) -> f32 {
  switch ACTIVATION {
    case ACTIVATION_SILU: {
      // exp of a large positive argument is infinite, and x / infinity is the right limit 0.
      return x / (1.0 + exp(min(-x, 80.0)));
    }
    case ACTIVATION_GELU_TANH: {
      return 0.5 * x * (1.0 + bounded_tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
    }
    case ACTIVATION_GELU_ERF: {
      return 0.5 * x * (1.0 + erf(x * 0.7071067811865476));
    }
    case ACTIVATION_RELU: {
      return max(x, 0.0);
    }
    case ACTIVATION_GELU_QUICK: {
      return x / (1.0 + exp(min(-1.702 * x, 80.0)));
    }
    default: {
      return x;
    }
  }
}
