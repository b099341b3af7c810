//! Layers as operators.

use std::string::String;
use std::vec::Vec;

use super::graph::{Attribute, Graph, INT64, LAST};
use crate::layers::{DOT_LIMIT, Form, LEAST_VARIANCE, LayerInfo, UNIT_LIMIT};

/// Adds a layer of this form, without its activation, to the value `x`, and returns its output; `None` if it is one
/// that is not known here. `tensors` are the names of what it trains.
pub(super) fn layer(graph: &mut Graph, info: &LayerInfo, form: &Form, x: String, tensors: &[String]) -> Option<String> {
    let with_tensors = |x| {
        let mut inputs: Vec<&str> = Vec::from([x]);
        inputs.extend(tensors.iter().map(String::as_str));
        inputs
    };
    let y = match (form, info.numbers, tensors) {
        (Form::OfActivation | Form::Unchanged, ..) => x,
        (Form::OfDense, ..) => graph.node("Gemm", &with_tensors(&x), &[]),
        (Form::OfPRelu, ..) => graph.node("PRelu", &with_tensors(&x), &[]),
        (Form::OfBatchNormalization, [epsilon, _], _) => {
            // both must be there
            let has = |name| info.tensors.iter().any(|tensor| tensor.name == name);
            let ones = if has("gamma") { None } else { Some(graph.ones(info.inputs)) };
            let zeros = if has("beta") { None } else { Some(graph.zeros(info.inputs)) };
            let mut inputs = with_tensors(&x);
            if let Some(ones) = &ones {
                inputs.insert(1, ones);
            }
            if let Some(zeros) = &zeros {
                inputs.insert(2, zeros);
            }
            graph.node("BatchNormalization", &inputs, &[Attribute::Float("epsilon", *epsilon)])
        }
        (Form::OfLayerNormalization, [epsilon], _) => {
            let mut inputs = with_tensors(&x);
            let ones;
            // the factors must be there, the summands need not
            if info.tensors.first().is_none_or(|tensor| tensor.name != "gamma") {
                ones = graph.ones(info.inputs);
                inputs.insert(1, &ones);
            }
            let options = [Attribute::Int("axis", LAST), Attribute::Float("epsilon", *epsilon)];
            graph.node("LayerNormalization", &inputs, &options)
        }
        (Form::OfGroupNormalization { groups }, [epsilon], _) => {
            let size = info.inputs / groups.max(&1);
            let grouped = graph.integers(&[3], &[LAST, *groups as u64, size as u64]);
            let (last, epsilon) = (graph.integers(&[1], &[LAST]), graph.number(*epsilon));
            let x = graph.node("Reshape", &[&x, &grouped], &[]);
            let mean = graph.node("ReduceMean", &[&x, &last], &[]);
            let from_mean = graph.node("Sub", &[&x, &mean], &[]);
            let squares = graph.node("Mul", &[&from_mean, &from_mean], &[]);
            let variance = graph.node("ReduceMean", &[&squares, &last], &[]);
            let sum = graph.node("Add", &[&variance, &epsilon], &[]);
            let root = graph.node("Sqrt", &[&sum], &[]);
            let y = graph.node("Div", &[&from_mean, &root], &[]);
            let flat = graph.integers(&[2], &[LAST, info.inputs as u64]);
            let mut y = graph.node("Reshape", &[&y, &flat], &[]);
            for (tensor, name) in info.tensors.iter().zip(tensors) {
                y = graph.node(if tensor.name == "gamma" { "Mul" } else { "Add" }, &[&y, name], &[]);
            }
            y
        }
        (Form::OfRmsNormalization, [epsilon], [scale]) => {
            let (count, epsilon) = (graph.number(info.inputs as f64), graph.number(*epsilon));
            let sum = squares(graph, &x);
            let mean = graph.node("Div", &[&sum, &count], &[]);
            let sum = graph.node("Add", &[&mean, &epsilon], &[]);
            let root = graph.node("Sqrt", &[&sum], &[]);
            let y = graph.node("Div", &[&x, &root], &[]);
            graph.node("Mul", &[&y, scale], &[])
        }
        (Form::OfNormalization { invert }, _, [mean, variance]) => normalization(graph, &x, *invert, mean, variance),
        (Form::OfUnitNormalization, ..) => unit(graph, &x, UNIT_LIMIT),
        (Form::OfRescaling, [scale, offset], _) => {
            let (scale, offset) = (graph.number(*scale), graph.number(*offset));
            let y = graph.node("Mul", &[&x, &scale], &[]);
            graph.node("Add", &[&y, &offset], &[])
        }
        (Form::OfEmbedding, _, [table]) => {
            let rows = graph.node("Cast", &[&x], &[Attribute::Int("to", INT64)]);
            let y = graph.node("Gather", &[table, &rows], &[]);
            let shape = graph.integers(&[2], &[LAST, info.outputs as u64]);
            graph.node("Reshape", &[&y, &shape], &[])
        }
        (Form::OfGlu, ..) => {
            let (values, gates) = (part(graph, &x, 0, info.outputs), part(graph, &x, info.outputs, info.inputs));
            let gates = graph.node("Sigmoid", &[&gates], &[]);
            graph.node("Mul", &[&values, &gates], &[])
        }
        (Form::OfHalves { operator }, ..) => {
            let (first, second) = (part(graph, &x, 0, info.outputs), part(graph, &x, info.outputs, info.inputs));
            graph.node(operator, &[&first, &second], &[])
        }
        (Form::OfDot { normalize }, ..) => {
            let half = info.inputs / 2;
            let mut halves = [part(graph, &x, 0, half), part(graph, &x, half, info.inputs)];
            if *normalize {
                halves = halves.map(|half| unit(graph, &half, DOT_LIMIT));
            }
            let last = graph.integers(&[1], &[LAST]);
            let products = graph.node("Mul", &[&halves[0], &halves[1]], &[]);
            graph.node("ReduceSum", &[&products, &last], &[])
        }
        (Form::OfPart { start }, ..) => part(graph, &x, *start, start + info.outputs),
        (Form::OfRepeatVector, ..) => {
            let times = graph.integers(&[2], &[1, (info.outputs / info.inputs.max(1)) as u64]);
            graph.node("Tile", &[&x, &times], &[])
        }
        _ => return None,
    };
    Some(y)
}

/// Each sample's numbers from `start` to `end`.
fn part(graph: &mut Graph, x: &str, start: usize, end: usize) -> String {
    let [start, end, last] = [start as u64, end as u64, LAST].map(|number| graph.integers(&[1], &[number]));
    graph.node("Slice", &[x, &start, &end, &last], &[])
}

/// A `Normalization`. The mean comes first, as in memory: who reads this takes the weights in their order.
fn normalization(graph: &mut Graph, x: &str, invert: bool, mean: &str, variance: &str) -> String {
    let first = if invert { graph.node("Identity", &[mean], &[]) } else { graph.node("Sub", &[x, mean], &[]) };
    let least = graph.number(LEAST_VARIANCE);
    let variance = graph.node("Max", &[variance, &least], &[]);
    let deviation = graph.node("Sqrt", &[&variance], &[]);
    if !invert {
        return graph.node("Div", &[&first, &deviation], &[]);
    }
    let from_mean = graph.node("Mul", &[x, &deviation], &[]);
    graph.node("Add", &[&from_mean, &first], &[])
}

/// Samples of length 1, where the inverse of their length is at most this.
fn unit(graph: &mut Graph, x: &str, limit: f64) -> String {
    let (one, limit) = (graph.number(1.0), graph.number(limit));
    let sum = squares(graph, x);
    let length = graph.node("Sqrt", &[&sum], &[]);
    let inverse = graph.node("Div", &[&one, &length], &[]);
    let factor = graph.node("Min", &[&inverse, &limit], &[]);
    graph.node("Mul", &[x, &factor], &[])
}

/// The sum of the squares of each sample's numbers.
fn squares(graph: &mut Graph, x: &str) -> String {
    let last = graph.integers(&[1], &[LAST]);
    let squares = graph.node("Mul", &[x, x], &[]);
    graph.node("ReduceSum", &[&squares, &last], &[])
}
