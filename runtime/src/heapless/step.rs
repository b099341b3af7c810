//! One step: what the trainer does with a batch, tile by tile.

use fearless_simd::Simd;

use super::{HeaplessTrainer, Memory};
use crate::data::{Data, Samples, Targets};
use crate::flat::Flat;
use crate::frozen;
use crate::kernels::Task;
use crate::kernels::flat::first_lanes;
use crate::losses::Loss;
use crate::metrics::Mean;
use crate::mode::Mode;
use crate::network::{Network, Shares};
use crate::noise::Noise;
use crate::optimizers::{Descend, Optimizer, Step};
use crate::scalar::Scalar;
use crate::tile::{TargetTile, tiles, weigh};
use crate::tiles::Passing;

/// A step: forward, loss and backward, tile by tile, then the optimizer. Gives the batch's loss; where that is not
/// finite the parameters stay.
pub(super) struct Train<'a, N: Network, L, O, X: ?Sized, Y: ?Sized, const SLOTS: usize> {
    pub(super) trainer: &'a mut HeaplessTrainer<N, L, O, SLOTS>,
    pub(super) network: &'a mut N,
    pub(super) data: Data<'a, X, Y>,
    pub(super) samples: usize,
    pub(super) step: Step,
}

impl<N, L, O, X, Y, const SLOTS: usize> Task for Train<'_, N, L, O, X, Y, SLOTS>
where
    N: Network,
    L: Loss<N::Scalar, N::Head, N::Output, Y::Tile>,
    O: Optimizer,
    X: Samples<N::Scalar, N::Input> + ?Sized,
    Y: Targets<N::Scalar, N::Output> + ?Sized,
{
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> f64 {
        let Self { trainer, network, data: (x, y), samples, step } = self;
        let Memory { tile, output, gradient, sums, slots, previous } = &mut trainer.memory;
        let share = N::Scalar::from_f64(1.0 / samples as f64);
        let mut loss = Mean::<N::Scalar>::default();
        let noise = Noise::of_step(trainer.seed, trainer.steps.made);
        for (indices, range) in tiles(0..samples, N::Scalar::LANES) {
            let Some(indices) = indices.get(..range.len()) else { break };
            x.gather(simd, indices, &mut tile.input);
            let targets = Y::Tile::choose(&mut tile.vectors, &mut tile.classes);
            y.gather(simd, indices, targets);
            let mode = Mode::new(Some(noise.at(range.start)));
            network.forward(simd, mode, &mut Passing::new(&tile.input, &mut tile.tape));
            let lanes = first_lanes::<N::Scalar, S>(simd, range.len());
            let weights = y.weigh(simd, indices, trainer.loss.weigh(simd, targets, lanes));
            let (logits, d_logits) = N::logits(&mut tile.tape);
            loss.add(simd, trainer.loss.evaluate(simd, &N::HEAD, logits, targets, output, d_logits), weights);
            weigh(simd, d_logits, weights * share);
            if const { N::COSTS } {
                loss.add(simd, N::cost(simd, &mut tile.tape, lanes * share), lanes);
            }
            let shares = Shares { now: Some((&mut *gradient, &mut *sums)), later: false };
            network.backward(simd, &mut Passing::new(&tile.input, &mut tile.tape), shares);
        }
        N::finish(simd, gradient, sums);
        let mut loss = loss.close(simd, samples as f64) / samples as f64;
        if const { N::REGULARIZED } {
            loss += network.penalty(Some(gradient));
        }
        if loss.is_finite() {
            let (parameters, gradient) = (network.as_flat_mut(), gradient.as_flat_mut());
            let (slots, previous) = (slots.as_flat_mut(), previous.as_flat_mut());
            let optimizer = &mut trainer.optimizer;
            let mut descend = Descend::new(optimizer, step, parameters, gradient, slots, previous);
            descend.survey(simd);
            frozen::step::<N, O, S>(simd, descend);
            if const { N::CONSTRAINED } {
                network.constrain();
            }
        }
        loss
    }
}
