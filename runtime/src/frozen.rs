//! Parameters that no optimizer moves: those of layers with `trainable = false`.

use core::ops::Range;

use fearless_simd::Simd;

use crate::layers::{LayerInfo, Sink as _};
use crate::network::Network;
use crate::optimizers::{Descend, Optimizer};
use crate::scalar::Scalar as _;

/// Whether there are some.
pub(crate) const fn any<N: Network>() -> bool {
    N::TRAINED < N::PARAMETERS
}

/// The first run of trained parameters at or after number `from`.
fn trained(layers: &[LayerInfo], from: usize) -> Option<Range<usize>> {
    let mut end = 0;
    for layer in layers {
        let start = end;
        end += layer.parameters;
        if end <= from || layer.trained == 0 {
            continue;
        }
        if layer.trained == layer.parameters {
            return Some(start.max(from)..end);
        }
        let one = layer.parameters / layer.copies;
        for copy in from.saturating_sub(start) / one..layer.copies {
            let start = start + copy * one;
            let within = from.saturating_sub(start);
            let run = if layer.layers.is_empty() {
                Some(within..layer.trained / layer.copies).filter(|run| !run.is_empty())
            } else {
                trained(layer.layers, within)
            };
            if let Some(run) = run {
                return Some(start + run.start..start + run.end);
            }
        }
    }
    None
}

/// Each number that is not trained, from one network's flat parameters to another's.
fn copy<N: Network>(from: &[N::Scalar], to: &mut [N::Scalar]) {
    let mut end = 0;
    while end < N::PARAMETERS {
        let run = trained(N::LAYERS, end).unwrap_or(N::PARAMETERS..N::PARAMETERS);
        if let (Some(from), Some(to)) = (from.get(end..run.start), to.get_mut(end..run.start)) {
            to.copy_from_slice(from);
        }
        end = run.end;
    }
}

/// Puts trained parameters back to what they were before a step.
pub(crate) fn restore<N: Network>(network: &mut N, previous: &[N::Scalar]) {
    let parameters = network.as_flat_mut();
    if const { !any::<N>() } {
        parameters.copy_from_slice(previous);
        return;
    }
    let mut end = 0;
    while let Some(run) = trained(N::LAYERS, end) {
        end = run.end;
        if let (Some(from), Some(to)) = (previous.get(run.clone()), parameters.get_mut(run)) {
            to.copy_from_slice(from);
        }
    }
}

/// Whether a step has left no number where one was, among those that it moved.
pub(crate) fn spoiled<N: Network>(network: &N, previous: &[N::Scalar]) -> bool {
    let parameters = network.as_flat();
    let mut end = 0;
    while let Some(run) = trained(N::LAYERS, end) {
        end = run.end;
        let (Some(old), Some(new)) = (previous.get(run.clone()), parameters.get(run)) else { return false };
        if old.iter().zip(new).any(|(old, new)| old.finite() && !new.finite()) {
            return true;
        }
    }
    false
}

/// Does something to all parameters, and puts back those that are not trained. Memory for them is taken from the heap.
#[cfg(feature = "alloc")]
pub(crate) fn keeping<N: Network>(network: &mut N, change: impl FnOnce(&mut [N::Scalar])) {
    if const { !any::<N>() } {
        return change(network.as_flat_mut());
    }
    let before = network.as_flat().to_vec();
    change(network.as_flat_mut());
    copy::<N>(&before, network.as_flat_mut());
}

/// Lets an optimizer make its step with the whole gradient.
#[inline(always)]
pub(crate) fn step<N: Network, O: Optimizer, S: Simd>(simd: S, mut descend: Descend<'_, N::Scalar, O>) {
    if const { !any::<N>() } {
        descend.accept(simd, 0..N::PARAMETERS);
    } else if const { O::WHOLE } {
        // it must see them all, and may move those that have no gradient: decay, or an average that is rounded
        copy::<N>(descend.parameters, descend.previous);
        descend.accept(simd, 0..N::PARAMETERS);
        copy::<N>(descend.previous, descend.parameters);
    } else {
        let mut end = 0;
        while let Some(run) = trained(N::LAYERS, end) {
            end = run.end;
            descend.accept(simd, run);
        }
    }
}
