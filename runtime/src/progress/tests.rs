use std::sync::mpsc::{self, Sender};

use super::*;

fn scores(loss: f64) -> Scores {
    Scores { loss, metrics: alloc::vec![("accuracy", 0.951_23)] }
}

fn epoch(epoch: usize) -> Epoch {
    Epoch { epoch, training: scores(0.123_44), validation: None, learning_rate: 0.01, seconds: 0.008 }
}

/// Sends what is written to it, or refuses as a closed pipe does.
struct Out(Option<Sender<String>>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(sender) = &self.0 else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let _ = sender.send(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0.is_some() { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    }
}

#[test]
fn quantities_have_two_or_three_digits() {
    let cases = [
        (0.0, "0"),
        (57.4, "57"),
        (999.4, "999"),
        (999.6, "1.0k"),
        (12_345.0, "12k"),
        (345_678.0, "346k"),
        (999_600.0, "1.0M"),
        (1_234_567.0, "1.2M"),
        (9_960_000.0, "10M"),
        (4.2e9, "4.2G"),
        (f64::INFINITY, "?"),
        (f64::NAN, "?"),
    ];
    for (number, text) in cases {
        assert_eq!(quantity(number), text, "{number}");
    }
}

#[test]
fn durations_are_short() {
    let cases = [
        (0.0, "0s"),
        (0.2, "1s"),
        (59.0, "59s"),
        (59.5, "1m00s"),
        (125.0, "2m05s"),
        (3_600.0, "1h00m"),
        (273_600.0, "3d04h"),
        (f64::NAN, "?"),
        (-1.0, "?"),
    ];
    for (seconds, text) in cases {
        assert_eq!(duration(seconds), text, "{seconds}");
    }
}

#[test]
fn scores_show_four_decimals_or_an_exponent() {
    let cases = [
        (0.123_45, "0.1235"),
        (0.0, "0.0000"),
        (0.000_012_34, "1.234e-5"),
        (-2.5, "-2.5000"),
        (1.5e7, "1.500e7"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
    ];
    for (value, text) in cases {
        assert_eq!(score(value), text, "{value}");
    }
}

#[test]
fn finished_epochs_read_as_in_keras() {
    assert_eq!(
        finished(&epoch(12), 200, 10_000, usize::MAX),
        "epoch  12/200 loss: 0.1234 accuracy: 0.9512 1.2M samples/s"
    );
    let validated = Epoch { validation: Some(scores(0.2)), seconds: 0.0, ..epoch(1) };
    assert_eq!(
        finished(&validated, 3, 10, usize::MAX),
        "epoch 1/3 loss: 0.1234 accuracy: 0.9512 val_loss: 0.2000 val_accuracy: 0.9512 ? samples/s"
    );
}

#[test]
fn the_tail_gives_way_in_a_narrow_terminal() {
    let line = |room| {
        let mut line = "5/9".to_owned();
        append(&mut line, &parts(&scores(0.5), ""), room, &["1.2M samples/s ETA 3s", "1.2M/s ETA 3s", "ETA 3s"]);
        line
    };
    let full = "5/9 loss: 0.5000 accuracy: 0.9512 1.2M samples/s ETA 3s";
    assert_eq!(line(full.len()), full);
    assert_eq!(line(full.len() - 1), "5/9 loss: 0.5000 accuracy: 0.9512 1.2M/s ETA 3s");
    assert_eq!(line(41), "5/9 loss: 0.5000 accuracy: 0.9512 ETA 3s");
    assert_eq!(line(10), "5/9 loss: 0.5000 accuracy: 0.9512");
}

#[test]
fn the_stride_follows_the_speed() {
    let settle = |batch: Duration| (0..40).fold(1, |stride, _| next_stride(stride, batch * stride));
    assert_eq!(settle(Duration::from_secs(1)), 1);
    assert_eq!(settle(Duration::from_millis(1)), 5);
    assert_eq!(settle(Duration::from_micros(1)), 5_000);
    assert_eq!(settle(Duration::ZERO), MAX_STRIDE);
    // one fast batch at most doubles it, a slow one brings it down at once
    assert_eq!(next_stride(8, Duration::from_nanos(1)), 16);
    assert_eq!(next_stride(5_000, Duration::from_secs(5)), 5);
    assert_eq!(next_stride(1, Duration::MAX), 1);
}

#[test]
fn fast_epochs_do_not_flood() {
    let (sender, receiver) = mpsc::channel();
    let mut progress = Progress::to(Box::new(Out(Some(sender))), None, [1_000, 100, 10_000]);
    let start = progress.start;
    for number in 1..=1_000 {
        for batch in 1..=100 {
            progress.batch(number, batch, || unreachable!("without a terminal nobody asks for scores"));
        }
        progress.end_epoch_at(&epoch(number), start + Duration::from_millis(1) * u32::try_from(number).unwrap_or(0));
    }
    progress.finish();
    drop(progress);
    let lines: Vec<String> = receiver.iter().collect();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(lines[0].starts_with("epoch    1/1000 loss: 0.1234 "));
    assert!(lines[1].starts_with("epoch  201/1000 "));
    assert!(lines[5].starts_with("epoch 1000/1000 ") && lines[5].ends_with("samples/s\n"));
}

#[test]
fn the_last_epoch_of_a_training_that_ends_early_is_printed() {
    let (sender, receiver) = mpsc::channel();
    let mut progress = Progress::to(Box::new(Out(Some(sender))), None, [200, 1, 1]);
    let start = progress.start;
    // a second fit goes on counting
    (201..=203).for_each(|number| progress.end_epoch_at(&epoch(number), start));
    drop(progress);
    let lines: Vec<String> = receiver.iter().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("epoch 201/400 ") && lines[1].starts_with("epoch 203/400 "), "{lines:?}");
}

#[test]
fn a_closed_pipe_does_not_end_the_training() {
    let mut progress = Progress::to(Box::new(Out(None)), None, [1, 1, 1]);
    progress.batch(1, 1, || scores(0.5));
    progress.end_epoch(&epoch(1));
    progress.finish();
}

#[test]
fn there_may_be_any_number_of_epochs() {
    let (sender, receiver) = mpsc::channel();
    let mut progress = Progress::to(Box::new(Out(Some(sender))), None, [usize::MAX, usize::MAX, 1]);
    progress.ended = 4;
    let (share, epochs) = progress.done(usize::MAX / 2 + 1);
    assert!((epochs - 4.5).abs() < 1e-9 && (share * usize::MAX as f64 - 4.5).abs() < 1e-9, "{share}, {epochs}");
    progress.ended = 0;
    // of a second fit
    progress.end_epoch(&epoch(3));
    drop(progress);
    let most = format!("{}", usize::MAX);
    let begin = format!("epoch {:>width$}/{most}", 3, width = most.len());
    assert!(receiver.iter().next().is_some_and(|line| line.starts_with(&begin)));
}
