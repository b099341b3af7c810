//! Many samples forward and, with a gradient of one's own, back.

use fearless_simd::Simd;

use super::{Pass, tiles_in_pass};
use crate::data::Samples;
use crate::group::{Group, backward, forward};
use crate::kernels::Task;
use crate::kernels::flat::first_lanes;
use crate::mode::Mode;
use crate::network::{InputSample, Network, Shares, TileMemory};
use crate::scalar::Scalar;
use crate::tile::{Features, tiles, weigh};

/// Adds to the gradient of a pass, a few tiles after the other.
pub(super) struct Backward<'a, N: Network, X: ?Sized, D: ?Sized> {
    pub(super) pass: &'a mut Pass<N>,
    pub(super) network: &'a N,
    pub(super) inputs: &'a X,
    pub(super) d_outputs: &'a D,
    pub(super) d_inputs: &'a mut [InputSample<N>],
}

impl<N, X, D> Task for Backward<'_, N, X, D>
where
    N: Network,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    D: Samples<N::Scalar, N::Output> + ?Sized,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Pass { tiles: memory, gradient, sums, d_inputs, .. } = self.pass;
        let at_once = const { tiles_in_pass::<N>() };
        let memory = memory.get_mut(..at_once).unwrap_or_default();
        let samples = self.inputs.count();
        for start in (0..samples).step_by(at_once * N::Scalar::LANES) {
            let group = start..samples.min(start + at_once * N::Scalar::LANES);
            let memory = memory.get_mut(..group.len().div_ceil(N::Scalar::LANES)).unwrap_or_default();
            for (tile, (indices, range)) in memory.iter_mut().zip(tiles(group.clone(), N::Scalar::LANES)) {
                self.inputs.gather(simd, &indices[..range.len()], &mut tile.input);
            }
            forward(simd, self.network, Mode::INFERENCE, Group::new(memory));
            for (tile, (indices, range)) in memory.iter_mut().zip(tiles(group.clone(), N::Scalar::LANES)) {
                let TileMemory { tape, output, .. } = tile;
                let (logits, d_logits) = N::logits(tape);
                N::Output::apply_head(simd, &N::HEAD, logits, output);
                self.d_outputs.gather(simd, &indices[..range.len()], d_logits);
                N::Output::backward_head(simd, &N::HEAD, logits, output, d_logits);
                weigh(simd, d_logits, first_lanes::<N::Scalar, S>(simd, range.len()));
            }
            let wanted = if self.d_inputs.is_empty() { 0 } else { memory.len() };
            let d_inputs = d_inputs.get_mut(..wanted).unwrap_or_default();
            let shares = Shares { now: Some((&mut **gradient, &mut **sums)), later: false };
            backward(simd, self.network, Group { d_inputs: &mut *d_inputs, ..Group::new(memory) }, shares);
            let outputs = self.d_inputs.get_mut(group).unwrap_or_default();
            for (d_input, outputs) in d_inputs.iter().zip(outputs.chunks_mut(N::Scalar::LANES)) {
                for (lane, sample) in outputs.iter_mut().enumerate() {
                    d_input.read(lane, sample);
                }
            }
        }
        N::finish(simd, gradient, sums);
    }
}
