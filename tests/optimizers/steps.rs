//! What a step does, and when it is made, whatever the optimizer.

use rand::SeedableRng;
use rand::rngs::StdRng;
use typenet::bytemuck::Zeroable as _;
use typenet::prelude::*;

/// `fit` ends with the average of the weights after each step, and so do single steps that are finalised.
#[test]
fn averages_are_put_in_place_at_the_end() {
    typenet::network! { Line: f64 = Dense(1 -> 1) }
    let data = (&[[1.0], [2.0], [-3.0]], &[[1.0], [0.5], [0.0]]);
    let new = || Line::new(&mut StdRng::seed_from_u64(1));
    let (mut plain, mut averaged, mut stepped) = (new(), new(), new());
    let optimizer = || Adam::new(0.125);
    let mut trainer = Trainer::new(MeanSquaredError, optimizer());
    let mut average = Vec::new();
    for _ in 0..4 {
        trainer.train_on_batch(&mut plain, data).unwrap();
        let weights = plain.as_flat();
        match &mut *average {
            [] => average = weights.to_vec(),
            average => average.iter_mut().zip(weights).for_each(|(a, w)| *a = 0.75 * *a + 0.25 * w),
        }
    }
    let mut trainer = Trainer::new(MeanSquaredError, optimizer().use_ema(0.75, None)).epochs(4).shuffle(false);
    trainer.fit(&mut averaged, data, &mut StdRng::seed_from_u64(0)).unwrap();
    assert_eq!(averaged.as_flat(), average);

    let mut trainer = Trainer::new(MeanSquaredError, optimizer().use_ema(0.75, None));
    for _ in 0..4 {
        trainer.train_on_batch(&mut stepped, data).unwrap();
    }
    assert_eq!(stepped, plain, "not before the end");
    trainer.finalize(&mut stepped).unwrap();
    assert_eq!(stepped, averaged);
}

/// The parameters that stay after a loss that is not finite are the last that gave a finite one.
#[test]
fn divergence_while_gradients_are_gathered() {
    typenet::network! { Line: f64 = Dense(1 -> 1) }
    let train = |batches: &[f64]| {
        let optimizer = Sgd::new(0.125).gradient_accumulation_steps(2).weight_decay(0.5).global_clipnorm(1e3);
        let mut trainer = Trainer::<Line, _, _>::new(MeanSquaredError, optimizer);
        let mut line = Line::zeroed();
        line.as_flat_mut().copy_from_slice(&[1.0, -0.5]);
        let losses: Vec<_> =
            batches.iter().map(|x| trainer.train_on_batch(&mut line, (&[*x], &[2.0])).is_ok()).collect();
        (line, losses)
    };
    let (start, _) = train(&[]);
    let (gathered, _) = train(&[1.0]);
    assert_eq!(gathered, start, "the first of two batches moves nothing");
    let (moved, _) = train(&[1.0, 0.5]);
    assert_ne!(moved, start);
    // (1e200)^2 is infinite
    let (kept, losses) = train(&[1.0, 0.5, 0.25, 1e200]);
    assert_eq!((kept, losses), (moved.clone(), vec![true, true, true, false]));
    let (back, losses) = train(&[1.0, 0.5, 1e200]);
    assert_eq!((back, losses), (start, vec![true, true, false]), "the step before led to where the loss is infinite");
}

typenet::network! {
    // so large that a step takes a call for each part of the gradient, unless the optimizer wants to see all at once
    Large: f64 = Dense(3 -> 40, tanh), Dense(40 -> 33, tanh), Dense(33 -> 2)
}

/// A step that is made part by part moves the parameters as one on the whole gradient does.
fn parts_make_a_whole<O: Optimizer + Copy>(optimizer: O) {
    let x: Vec<[f64; 3]> = (0..20).map(|i| [f64::from(i).sin(), f64::from(i).cos(), f64::from(i) / 20.0]).collect();
    let t: Vec<[f64; 2]> = x.iter().map(|[a, b, c]| [a * b, b - c]).collect();
    let rng = &mut StdRng::seed_from_u64(3);
    let mut by_parts = Large::new(rng);
    let mut whole = by_parts.clone();
    let mut trainer = Trainer::<Large, _, _>::new(MeanSquaredError, optimizer);
    let mut outside = Trainer::<Large, _, _>::new(MeanSquaredError, optimizer);
    let mut pass = Pass::new();
    for _ in 0..6 {
        trainer.train_on_batch(&mut by_parts, (&x, &t)).unwrap();
        let outputs = whole.predict_many(&x);
        let d: Vec<[f64; 2]> =
            outputs.iter().zip(&t).map(|(y, t)| [0, 1].map(|i| 2.0 * (y[i] - t[i]) / (2.0 * 20.0))).collect();
        pass.backward(&whole, &x, &d, &mut []).unwrap();
        outside.apply_gradient(&mut whole, &mut pass);
    }
    for (a, b) in by_parts.as_flat().iter().zip(whole.as_flat()) {
        assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{optimizer:?}: {a} part by part, {b} as a whole");
    }
}

#[test]
fn steps_on_parts_of_the_gradient_make_a_whole() {
    parts_make_a_whole(Sgd::new(0.1).momentum(0.9).nesterov());
    parts_make_a_whole(Adam::new(0.01));
    parts_make_a_whole(AdamW::new(0.01));
    parts_make_a_whole(Adamax::new(0.01));
    parts_make_a_whole(Nadam::new(0.01));
    parts_make_a_whole(RmsProp::new(0.01));
    parts_make_a_whole(Adagrad::new(0.1));
    parts_make_a_whole(Adadelta::new(1.0));
    parts_make_a_whole(Ftrl::new(0.1));
    parts_make_a_whole(Lamb::new(0.01));
    parts_make_a_whole(Adafactor::new(0.01));
    parts_make_a_whole(Muon::new(0.01));
    parts_make_a_whole(ScheduleFreeAdamW::new(0.01));
    parts_make_a_whole(Adam::new(0.01).clipnorm(0.1));
    parts_make_a_whole(Adam::new(0.01).global_clipnorm(0.1).weight_decay(0.1));
    parts_make_a_whole(Sgd::new(0.1).gradient_accumulation_steps(2).use_ema(0.9, 3));
}

/// What the root mean squares of rows and columns give is what Keras's formula gives, where there is but one column or row.
#[test]
fn a_matrix_of_one_row_or_column_is_divided_like_any() {
    typenet::network! { Narrow: f64 = Dense(3 -> 1, bias = false), Dense(1 -> 4, bias = false) }
    let (x, t) = ([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]], [[0.5, 1.0, -2.0, 3.0], [-1.0, 0.0, 0.5, 0.25]]);
    let mut net = Narrow::new(&mut StdRng::seed_from_u64(3));
    let mut trainer = Trainer::<Narrow, _, _>::new(MeanSquaredError, Adafactor::new(0.5));
    let (mut pass, mut means) = (Pass::new(), [[0.0; 4]; 4]);
    for t_step in 1..=4_i32 {
        let mut keras = net.clone();
        let outputs = net.predict_many(&x);
        let d: Vec<_> = outputs.iter().zip(&t).map(|(y, t)| [0, 1, 2, 3].map(|i| 2.0 * (y[i] - t[i]) / 8.0)).collect();
        pass.backward(&net, &x, &d, &mut []).unwrap();
        let gradient = pass.gradient().clone();
        let [rows_0, columns_0, rows_1, columns_1] = &mut means;
        let beta = 1.0 - f64::from(t_step).powf(-0.8);
        let rate = f64::min(0.5, 1.0 / f64::from(t_step).sqrt());
        let step = |weights: &mut [f64], gradient: &[f64], columns: usize, r: &mut [f64; 4], c: &mut [f64; 4]| {
            let rows = weights.len() / columns;
            let root = |numbers: &[f64]| (numbers.iter().map(|x| x * x).sum::<f64>() / numbers.len() as f64).sqrt();
            let square = |row: usize, column: usize| gradient[row * columns + column].powi(2) + 1e-30;
            for (row, r) in r.iter_mut().enumerate().take(rows) {
                let mean = (0..columns).map(|column| square(row, column)).sum::<f64>() / columns as f64;
                *r = beta * *r + (1.0 - beta) * mean;
            }
            for (column, c) in c.iter_mut().enumerate().take(columns) {
                let mean = (0..rows).map(|row| square(row, column)).sum::<f64>() / rows as f64;
                *c = beta * *c + (1.0 - beta) * mean;
            }
            let mean = r[..rows].iter().sum::<f64>() / rows as f64;
            let step: Vec<f64> =
                gradient.iter().enumerate().map(|(i, g)| g / (r[i / columns] / mean * c[i % columns]).sqrt()).collect();
            let length = rate * f64::max(1e-3, root(weights)) / f64::max(1.0, root(&step));
            weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= length * step);
        };
        step(keras.dense.kernel.as_mut_slice(), gradient.dense.kernel.as_slice(), 1, rows_0, columns_0);
        step(keras.dense_1.kernel.as_mut_slice(), gradient.dense_1.kernel.as_slice(), 4, rows_1, columns_1);
        trainer.apply_gradient(&mut net, &mut pass);
        for (ours, keras) in net.as_flat().iter().zip(keras.as_flat()) {
            assert!((ours - keras).abs() < 1e-13, "step {t_step}: ours {ours}, by the formula {keras}");
        }
    }
}

typenet::network! {
    Inner: f64 = Dense(3 -> 4, tanh), Dense(3);
    Deep: f64 = Dense(2 -> 3), [Residual(PReLU, Dense(3)); 2], LayerNormalization, Inner, Dense(1)
}

/// Each tensor moves by what it is limited to, wherever it stands; what moves less is not touched.
#[test]
fn the_norm_of_each_tensor_is_limited() {
    let (x, y) = ([[1.0, -2.0], [0.5, 0.25], [-1.0, -1.5]], [[1000.0], [-500.0], [2000.0]]);
    let start = Deep::new(&mut StdRng::seed_from_u64(5));
    let moved = |optimizer: typenet::optimizers::Extended<Sgd>| {
        let mut deep = start.clone();
        Trainer::new(MeanSquaredError, optimizer).train_on_batch(&mut deep, (&x, &y)).unwrap();
        for (moved, start) in deep.as_flat_mut().iter_mut().zip(start.as_flat()) {
            *moved -= start;
        }
        deep
    };
    let (free, limited) = (moved(Sgd::new(1.0).clipnorm(1e9)), moved(Sgd::new(1.0).clipnorm(0.125)));
    let tensors = |deep: &Deep| {
        let mut tensors = Vec::new();
        let mut add = |tensor: &[f64]| tensors.push(tensor.iter().map(|moved| moved * moved).sum::<f64>().sqrt());
        add(deep.dense.kernel.as_slice());
        add(deep.dense.bias.as_slice());
        for residual in deep.residual.iter() {
            add(residual.p_re_lu.as_slice());
            add(residual.dense.kernel.as_slice());
            add(residual.dense.bias.as_slice());
        }
        add(deep.layer_normalization.gamma.as_slice());
        add(deep.layer_normalization.beta.as_slice());
        for dense in [&deep.inner.dense_1.kernel.as_slice(), &deep.dense_1.kernel.as_slice()] {
            add(dense);
        }
        for bias in [&deep.inner.dense.bias.as_slice(), &deep.dense_1.bias.as_slice()] {
            add(bias);
        }
        tensors
    };
    let (free, limited) = (tensors(&free), tensors(&limited));
    assert!(free.iter().any(|norm| *norm > 0.125) && free.iter().any(|norm| *norm > 0.0));
    for (free, limited) in free.into_iter().zip(limited) {
        assert!((limited - free.min(0.125)).abs() < 1e-12, "{free} became {limited}");
    }
}
