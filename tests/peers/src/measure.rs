//! The clock.

use std::hint::black_box;
use std::time::Instant;

use crate::{Data, Peer, Workload};

/// How many samples are predicted at once.
const MANY: usize = 5_000;

/// What a process is to measure.
#[derive(Debug)]
pub struct Request {
    pub workload: Workload,
    /// To train in batches of that many samples, or to predict.
    batch: Option<usize>,
    data: Data,
}

impl Request {
    /// The argument: `NETWORK-BATCH` to train or `NETWORK` to predict.
    ///
    /// # Panics
    /// If there is no such workload.
    #[must_use]
    pub fn from_command_line() -> Self {
        let argument = std::env::args().nth(1).unwrap_or_default();
        let (network, batch) = argument.split_once('-').unwrap_or((&argument, ""));
        let workload = Workload::named(network).unwrap_or_else(|| panic!("no workload is named `{network}`"));
        let data = Data::new(&workload);
        Self { workload, batch: batch.parse().ok(), data }
    }

    /// Measures, and prints a line for each figure: its name, the figure, and the loss that was reached.
    ///
    /// # Panics
    /// If the peer does not learn: nobody wins by being wrong.
    pub fn run<P: Peer>(&self) {
        let name = self.workload.name;
        match self.batch {
            Some(batch) => {
                let (figure, loss) = self.train::<P>(batch);
                println!("{name}-{batch} {figure:.6} {loss:.4}");
            }
            None => {
                for samples in [1, MANY] {
                    let (nanoseconds, loss) = self.predict::<P>(samples);
                    println!("{name}/{samples} {nanoseconds:.1} {loss:.4}");
                }
            }
        }
    }

    fn peer<P: Peer>(&self, batch: usize) -> P {
        P::new(&self.workload, &self.data, &self.workload.parameters(), batch)
    }

    /// Milliseconds for all epochs of the small network, samples per second in the best epoch of the others; the last
    /// loss. The best of what fits into a second, at most three trainings.
    fn train<P: Peer>(&self, batch: usize) -> (f64, f64) {
        let Workload { name, samples, epochs, .. } = self.workload;
        // what compiles or allocates at first use does so here
        self.peer::<P>(batch).fit(1);
        let (mut figures, mut last) = (Vec::new(), 0.0);
        let start = Instant::now();
        while figures.is_empty() || figures.len() < 3 && start.elapsed().as_secs_f64() < 1.0 {
            let epochs = self.peer::<P>(batch).fit(epochs);
            let seconds = epochs.iter().map(|epoch| epoch.seconds);
            figures.push(if name == "xor" { seconds.sum() } else { seconds.fold(f64::INFINITY, f64::min) });
            last = epochs[epochs.len() - 1].loss;
            assert!(last < 0.9 * epochs[0].loss, "it does not learn: loss {} at first, {last} at last", epochs[0].loss);
        }
        let best = figures.into_iter().fold(f64::INFINITY, f64::min);
        (if name == "xor" { 1e3 * best } else { samples as f64 / best }, last)
    }

    /// Nanoseconds for a call with that many samples, the best of five rounds; the loss of the first weights.
    fn predict<P: Peer>(&self, samples: usize) -> (f64, f64) {
        let (inputs, outputs) = (self.workload.inputs(), self.workload.outputs());
        let x = &self.data.x[..samples * inputs];
        let mut probabilities = vec![0.0; samples * outputs];
        let mut peer = self.peer::<P>(samples);
        let mut time = |times: u32| {
            let start = Instant::now();
            (0..times).for_each(|_| peer.predict(black_box(x), black_box(&mut probabilities)));
            start.elapsed().as_secs_f64()
        };
        let mut times = 1;
        while time(times) < 0.02 {
            times *= 2;
        }
        let best = (0..5).map(|_| time(times)).fold(f64::INFINITY, f64::min);
        let loss = |(sample, &class): (&[f32], &u8)| -f64::from(sample[usize::from(class)]).ln();
        let losses = probabilities.chunks_exact(outputs).zip(&self.data.classes).map(loss);
        (1e9 * best / f64::from(times), losses.sum::<f64>() / samples as f64)
    }
}
