//! Activations as operators.

use std::string::String;
use std::vec::Vec;

use super::graph::{Attribute, Graph, LAST};

/// Adds the activation `written` as in `network!`, `leaky_relu(0.01)`, to `width` numbers `x`, and returns its output;
/// `None` if it is one that is not known here.
pub(super) fn activation(graph: &mut Graph, written: &str, x: &str, width: usize) -> Option<String> {
    let (name, numbers) = parse(written)?;
    let y = match (name, numbers.as_slice()) {
        ("linear", []) => x.into(),
        ("relu", []) => graph.node("Relu", &[x], &[]),
        ("leaky_relu", _) => graph.node("LeakyRelu", &[x], &[Attribute::Float("alpha", number(&numbers, 0.2)?)]),
        ("relu6", []) => clip(graph, x, 0.0, 6.0),
        ("elu", _) => graph.node("Elu", &[x], &[Attribute::Float("alpha", number(&numbers, 1.0)?)]),
        ("selu", []) => graph.node("Selu", &[x], &[]),
        ("celu", _) => {
            // ONNX has `Celu` for `f32` alone
            let alpha = graph.number(number(&numbers, 1.0)?);
            let x = graph.node("Div", &[x, &alpha], &[]);
            let y = graph.node("Elu", &[&x], &[]);
            graph.node("Mul", &[&y, &alpha], &[])
        }
        ("gelu", []) => graph.node("Gelu", &[x], &[]),
        ("gelu_tanh", []) => graph.node("Gelu", &[x], &[Attribute::Text("approximate", "tanh")]),
        ("silu", []) => {
            let sigmoid = graph.node("Sigmoid", &[x], &[]);
            graph.node("Mul", &[x, &sigmoid], &[])
        }
        ("mish", []) => graph.node("Mish", &[x], &[]),
        ("sigmoid", []) => graph.node("Sigmoid", &[x], &[]),
        ("log_sigmoid", []) => {
            let x = graph.node("Neg", &[x], &[]);
            let y = graph.node("Softplus", &[&x], &[]);
            graph.node("Neg", &[&y], &[])
        }
        ("hard_sigmoid", []) => hard_sigmoid(graph, x, 1.0 / 6.0),
        ("hard_silu", []) => graph.node("HardSwish", &[x], &[]),
        ("sparse_sigmoid", []) => hard_sigmoid(graph, x, 0.5),
        ("tanh", []) => graph.node("Tanh", &[x], &[]),
        ("hard_tanh", []) => clip(graph, x, -1.0, 1.0),
        ("softsign", []) => graph.node("Softsign", &[x], &[]),
        ("softplus", []) => graph.node("Softplus", &[x], &[]),
        ("squareplus", _) => squareplus(graph, x, number(&numbers, 4.0)?),
        ("sparse_plus", []) => sparse_plus(graph, x),
        ("exponential", []) => graph.node("Exp", &[x], &[]),
        ("hard_shrink", _) => shrink(graph, x, number(&numbers, 0.5)?, 0.0),
        ("soft_shrink", _) => {
            let threshold = number(&numbers, 0.5)?;
            shrink(graph, x, threshold, threshold)
        }
        ("tanh_shrink", []) => {
            let tanh = graph.node("Tanh", &[x], &[]);
            graph.node("Sub", &[x, &tanh], &[])
        }
        ("threshold", [threshold, value]) => {
            let (threshold, value) = (graph.number(*threshold), graph.number(*value));
            let above = graph.node("Greater", &[x, &threshold], &[]);
            graph.node("Where", &[&above, x, &value], &[])
        }
        ("softmax", []) => graph.node("Softmax", &[x], &[Attribute::Int("axis", LAST)]),
        ("log_softmax", []) => graph.node("LogSoftmax", &[x], &[Attribute::Int("axis", LAST)]),
        ("sparsemax", []) => sparsemax(graph, x, width),
        _ => return None,
    };
    Some(y)
}

/// The name and the numbers of `threshold(0.5, 0.0)`. Numbers that are constants of the program are not known here.
fn parse(written: &str) -> Option<(&str, Vec<f64>)> {
    let Some((name, rest)) = written.split_once('(') else { return Some((written, Vec::new())) };
    let numbers = rest.strip_suffix(')')?.split(',').map(|number| number.trim().replace('_', "").parse().ok());
    Some((name.trim(), numbers.collect::<Option<_>>()?))
}

/// The one number of an activation, or its default.
fn number(numbers: &[f64], default: f64) -> Option<f64> {
    match numbers {
        [] => Some(default),
        [number] => Some(*number),
        _ => None,
    }
}

fn clip(graph: &mut Graph, x: &str, low: f64, high: f64) -> String {
    let (low, high) = (graph.number(low), graph.number(high));
    graph.node("Clip", &[x, &low, &high], &[])
}

fn hard_sigmoid(graph: &mut Graph, x: &str, slope: f64) -> String {
    graph.node("HardSigmoid", &[x], &[Attribute::Float("alpha", slope), Attribute::Float("beta", 0.5)])
}

fn shrink(graph: &mut Graph, x: &str, threshold: f64, less: f64) -> String {
    graph.node("Shrink", &[x], &[Attribute::Float("lambd", threshold), Attribute::Float("bias", less)])
}

/// `s = (|x| + sqrt(x^2 + b)) / 2`, and `b / (4 s)` below 0, so that nothing cancels.
fn squareplus(graph: &mut Graph, x: &str, b: f64) -> String {
    let (zero, half, quarter, b) = (graph.number(0.0), graph.number(0.5), graph.number(b / 4.0), graph.number(b));
    let square = graph.node("Mul", &[x, x], &[]);
    let sum = graph.node("Add", &[&square, &b], &[]);
    let root = graph.node("Sqrt", &[&sum], &[]);
    let size = graph.node("Abs", &[x], &[]);
    let twice = graph.node("Add", &[&root, &size], &[]);
    let above = graph.node("Mul", &[&twice, &half], &[]);
    let below = graph.node("Div", &[&quarter, &above], &[]);
    let negative = graph.node("Less", &[x, &zero], &[]);
    graph.node("Where", &[&negative, &below, &above], &[])
}

/// `((x + 1) / 2)^2` between -1 and 1, `x` above.
fn sparse_plus(graph: &mut Graph, x: &str) -> String {
    let (half, one) = (graph.number(0.5), graph.number(1.0));
    let up = graph.node("Add", &[x, &one], &[]);
    let clipped = clip(graph, &up, 0.0, 2.0);
    let root = graph.node("Mul", &[&clipped, &half], &[]);
    let square = graph.node("Mul", &[&root, &root], &[]);
    let above = graph.node("GreaterOrEqual", &[x, &one], &[]);
    graph.node("Where", &[&above, x, &square], &[])
}

/// `max(x - tau, 0)`, where `tau` is the largest of `(s_k - 1) / k`, with `s_k` the sum of the `k` largest numbers: one
/// more number raises it as long as that number is above it.
fn sparsemax(graph: &mut Graph, x: &str, width: usize) -> String {
    let counts = graph.numbers(&[width], (1..=width).map(|k| k as f64));
    let (one, count) = (graph.number(1.0), graph.integers(&[1], &[width as u64]));
    let (axis, last) = (graph.integers(&[], &[LAST]), graph.integers(&[1], &[LAST]));
    let sorted = graph.node("TopK", &[x, &count], &[Attribute::Int("axis", LAST)]);
    let sums = graph.node("CumSum", &[&sorted, &axis], &[]);
    let less = graph.node("Sub", &[&sums, &one], &[]);
    let means = graph.node("Div", &[&less, &counts], &[]);
    let tau = graph.node("ReduceMax", &[&means, &last], &[]);
    let rest = graph.node("Sub", &[x, &tau], &[]);
    graph.node("Relu", &[&rest], &[])
}
