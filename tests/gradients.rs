//! Every layer, activation and loss against central differences, in f64.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "a test fails by panicking")]

#[path = "support/differences.rs"]
mod differences;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use typenet::prelude::*;

use crate::differences::{SAMPLES, check_loss, check_pass, close, filled, numbers, probabilities};

/// For one activation: a network that has it inside, as a layer of its own, and at the end.
macro_rules! activation {
    ($activation:ident) => {
        #[test]
        fn $activation() {
            typenet::network! {
                Acting: f64 = Dense(3 -> 4, $activation), Dense(3), $activation, Dense(3, $activation)
            }
            let rng = &mut StdRng::seed_from_u64(7);
            check_pass(stringify!($activation), &mut filled::<Acting>(rng), rng);
            let (x, y) = (numbers::<3>(rng), numbers::<3>(rng));
            check_loss::<Acting, _, _, _>(stringify!($activation), MeanSquaredError, &x, &y);
            check_loss::<Acting, _, _, _>(stringify!($activation), MeanAbsoluteError, &x, &y);
        }
    };
}

activation!(linear);
activation!(relu);
activation!(leaky_relu);
activation!(elu);
activation!(gelu);
activation!(silu);
activation!(sigmoid);
activation!(tanh);
activation!(softplus);
activation!(softmax);

/// Activations that look across a sample, and those with numbers, as the macro writes them.
#[test]
fn across_and_with_numbers() {
    typenet::network! {
        Mixed: f64 = Dense(3 -> 5, leaky_relu(0.3)), log_softmax, Dense(4, sparsemax), Dense(4, celu(0.5)),
            Dense(3, squareplus)
    }
    let rng = &mut StdRng::seed_from_u64(10);
    check_pass("mixed", &mut filled::<Mixed>(rng), rng);
}

typenet::network! {
    OnItsOwn: f64 = Dense(3 -> 4, bias = false), Activation(softmax), Dense(3), Activation(tanh);
    Logits: f64 = Dense(3 -> 3);
    Sigmoid: f64 = Dense(3 -> 3, sigmoid);
    One: f64 = Dense(3 -> 1, sigmoid);
    Two: f64 = Dense(3 -> 2, softmax);
    Three: f64 = Dense(3 -> 3, softmax);
    Inside: f64 = Dense(3 -> 4, tanh), Dense(3, softmax)
}

#[test]
fn an_activation_at_the_end_on_its_own() {
    let rng = &mut StdRng::seed_from_u64(7);
    check_pass("on its own", &mut filled::<OnItsOwn>(rng), rng);
}

/// Targets are probabilities, in most tests of their own, so that they do not sum to one. The network is one layer:
/// what a loss gives to the layers before it is the gradient with respect to its logits, and nothing else.
#[test]
fn cross_entropies() {
    let rng = &mut StdRng::seed_from_u64(8);
    let x = numbers::<3>(rng);
    let (one, two, three) = (probabilities::<1>(rng), probabilities::<2>(rng), probabilities::<3>(rng));
    let apart: Vec<[f64; 3]> = three.iter().map(|t| [t[0], 1.0 - t[1], t[2] * 0.5]).collect();
    let apart_two: Vec<[f64; 2]> = two.iter().map(|t| [t[0], t[1] * 0.5]).collect();
    let classes: Vec<usize> = (0..SAMPLES).map(|_| rng.random_range(0..3)).collect();
    check_loss::<One, _, _, _>("binary, one output", BinaryCrossEntropy, &x, &one);
    check_loss::<Sigmoid, _, _, _>("binary, sigmoid", BinaryCrossEntropy, &x, &apart);
    check_loss::<Two, _, _, _>("binary, softmax of two", BinaryCrossEntropy, &x, &two);
    check_loss::<Two, _, _, _>("binary, softmax of two, apart", BinaryCrossEntropy, &x, &apart_two);
    check_loss::<Three, _, _, _>("binary, softmax of three", BinaryCrossEntropy, &x, &apart);
    check_loss::<Logits, _, _, _>("binary, logits", FromLogits(BinaryCrossEntropy), &x, &apart);
    check_loss::<Three, _, _, _>("categorical", CategoricalCrossEntropy, &x, &three);
    check_loss::<Three, _, _, _>("categorical, apart", CategoricalCrossEntropy, &x, &apart);
    check_loss::<Logits, _, _, _>("categorical, logits", FromLogits(CategoricalCrossEntropy), &x, &three);
    check_loss::<Three, _, _, _>("sparse", SparseCategoricalCrossEntropy, &x, &classes);
    check_loss::<Logits, _, _, _>("sparse, logits", FromLogits(SparseCategoricalCrossEntropy), &x, &classes);
    let generalized = CategoricalGeneralizedCrossEntropy(0.75);
    check_loss::<Three, _, _, _>("generalised", generalized, &x, &classes);
    check_loss::<Logits, _, _, _>("generalised, logits", FromLogits(generalized), &x, &classes);
    check_loss::<Inside, _, _, _>("categorical, two layers", CategoricalCrossEntropy, &x, &apart);
}

/// Losses of the outputs go back through every head in the same way: here one that there is not, one that acts on each
/// number, and one across all.
#[test]
fn losses_of_outputs() {
    let rng = &mut StdRng::seed_from_u64(8);
    let (x, y) = (numbers::<3>(rng), numbers::<3>(rng));
    check_loss::<Logits, _, _, _>("squared, linear", MeanSquaredError, &x, &y);
    check_loss::<Logits, _, _, _>("absolute, linear", MeanAbsoluteError, &x, &y);
    check_loss::<Sigmoid, _, _, _>("squared, sigmoid", MeanSquaredError, &x, &y);
    check_loss::<Three, _, _, _>("squared, softmax", MeanSquaredError, &x, &y);
    check_loss::<Three, _, _, _>("absolute, softmax", MeanAbsoluteError, &x, &y);
}

#[test]
fn an_evaluation_gives_the_loss_of_a_step() {
    let rng = &mut StdRng::seed_from_u64(8);
    let (x, y) = (numbers::<3>(rng), probabilities::<3>(rng));
    let mut network = filled::<Inside>(rng);
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(1.0));
    let evaluated = trainer.evaluate(&network, (&x, &y)).unwrap().loss;
    close("evaluation", 0, trainer.train_on_batch(&mut network, (&x, &y)).unwrap(), evaluated);
}

typenet::network! {
    Body: f64 = Dense(3 -> 4, tanh), Dense(3, softmax);
    Repeated: f64 = Dense(2 -> 3), [Dense(3 -> 3, tanh); 3], Dense(1);
    FirstAndLast: f64 = [Dense(3 -> 3, tanh, bias = false); 2];
    Around: f64 = Residual(Dense(3 -> 4, tanh), Dense(3)), Residual(Dense(3, silu));
    Blocks: f64 = Dense(2 -> 3), Body, [Body; 2];
    Together: f64 = [Residual(Dense(3 -> 4, silu), [Dense(4 -> 4, tanh); 2], Dense(3)); 2], Body;
    // large enough that gradients wait for the end of the batch
    Large: f64 = [Residual(Dense(18 -> 18, tanh), Dense(18)); 2], [Dense(18 -> 18); 2]
}

typenet::network! {
    Within: f64 = Dense(3 -> 4, tanh), ActivityRegularization(l1 = 0.3, l2 = 0.2), Dense(3, tanh);
    Costly: f64 = Dense(3 -> 3, silu), Residual(Dense(3, tanh), ActivityRegularization(l2 = 0.5)),
        [ActivityRegularization(l1 = 0.1, l2 = 0.4); 2], Within, ActivityRegularization(l2 = 0.2)
}

/// The cost of outputs is in the loss and its gradient, not in a gradient from outside.
#[test]
fn outputs_that_cost() {
    let rng = &mut StdRng::seed_from_u64(12);
    let (x, y) = (numbers::<3>(rng), numbers::<3>(rng));
    check_loss::<Costly, _, _, _>("costly outputs", MeanSquaredError, &x, &y);
    check_loss::<Within, _, _, _>("costly outputs, one layer", MeanSquaredError, &x, &y);
    check_pass("costly outputs", &mut filled::<Costly>(rng), rng);
}

typenet::network! {
    LayerNormal: f64 = Dense(3 -> 5), LayerNormalization, tanh, LayerNormalization(5, scale = false, epsilon = 0.1),
        Dense(3), LayerNormalization(3 -> 3, center = false);
    // a moving average that stays where it is has a gradient of 0
    BatchNormal: f64 =
        Dense(3 -> 4, tanh), BatchNormalization(momentum = 1), Dense(3), BatchNormalization(center = false, momentum = 1);
    BatchNormals: f64 =
        BatchNormalization(3, scale = false, momentum = 1),
        [Residual(Dense(3 -> 4), BatchNormalization(momentum = 1), tanh, Dense(3)); 2],
        Residual(BatchNormalization(3, momentum = 1)),
        Dense(3, tanh, trainable = true);
    // that of the inputs is wanted only by who asks
    FirstNormal: f64 = LayerNormalization(3), Residual(LayerNormalization, Dense(3, tanh)), [LayerNormalization; 2];
    // with a small epsilon groups of two are nearly steps, of which difference quotients are no measure
    GroupNormals: f64 = GroupNormalization(3, groups = 1, epsilon = 0.5), Dense(6, tanh),
        GroupNormalization(groups = 2, epsilon = 0.25),
        [Residual(GroupNormalization(groups = 3, center = false, epsilon = 1), Dense(6, tanh)); 2],
        GroupNormalization(groups = 3, scale = false, epsilon = 0.5), Dense(2);
    RmsNormals: f64 = RMSNormalization(3), Dense(5, tanh), RMSNormalization(epsilon = 0.1), Dense(2);
    UnitNormals: f64 = UnitNormalization(3), Dense(4, tanh), UnitNormalization, Dense(2);
    Rectifiers: f64 = PReLU(3), Dense(4), PReLU, Dense(2);
    Rescaled: f64 = Rescaling(3, scale = 0.5), Dense(4, tanh), Rescaling(scale = 2, offset = -1), Dense(2);
    Products: f64 = Concatenate(Dense(3 -> 4, tanh), Dense(4)), Concatenate(Dot, Dot(normalize = true), (Dense(6, tanh), Dot));
    Normals: f64 = Normalization(3), Dense(4, tanh), Normalization, [Residual(Normalization(invert = true), Dense(4, tanh)); 2],
        Concatenate(Dense(3), Normalization), Normalization(invert = true)
}

#[test]
fn normalizations() {
    let rng = &mut StdRng::seed_from_u64(11);
    check_pass("layer normalization", &mut filled::<LayerNormal>(rng), rng);
    check_pass("layer normalization first", &mut filled::<FirstNormal>(rng), rng);
    let (x, y) = (numbers::<3>(rng), numbers::<3>(rng));
    check_loss::<FirstNormal, _, _, _>("layer normalization, a step", MeanSquaredError, &x, &y);
    check_loss::<BatchNormal, _, _, _>("batch normalization", MeanSquaredError, &x, &y);
    check_loss::<BatchNormals, _, _, _>("batch normalizations", MeanSquaredError, &x, &y);
    check_pass("group normalization", &mut filled::<GroupNormals>(rng), rng);
    check_pass("rms normalization", &mut filled::<RmsNormals>(rng), rng);
    check_pass("unit normalization", &mut filled::<UnitNormals>(rng), rng);
    check_pass("prelu", &mut filled::<Rectifiers>(rng), rng);
    check_pass("rescaling", &mut filled::<Rescaled>(rng), rng);
    check_pass("dot", &mut filled::<Products>(rng), rng);
    check_pass("normalization", &mut filled::<Normals>(rng), rng);
    let (x, y) = (numbers::<3>(rng), numbers::<7>(rng));
    check_loss::<Normals, _, _, _>("normalization, a step", MeanSquaredError, &x, &y);
}

#[test]
fn layers_within_layers() {
    let rng = &mut StdRng::seed_from_u64(10);
    check_pass("repeated", &mut filled::<Repeated>(rng), rng);
    check_pass("first and last", &mut filled::<FirstAndLast>(rng), rng);
    check_pass("around", &mut filled::<Around>(rng), rng);
    check_pass("blocks", &mut filled::<Blocks>(rng), rng);
    check_pass("together", &mut filled::<Together>(rng), rng);
    let (x, y) = (numbers::<3>(rng), probabilities::<3>(rng));
    check_loss::<Together, _, _, _>("together, after a network's softmax", CategoricalCrossEntropy, &x, &y);
    let (x, y) = (numbers::<18>(rng), numbers::<18>(rng));
    check_loss::<Large, _, _, _>("large", MeanSquaredError, &x, &y);
}

/// Sizes on both sides of every threshold of the kernels: unrolled or shared, gathered or transposed, whole vectors
/// or tails.
macro_rules! sizes {
    ($($test:ident: $in:literal -> $middle:literal -> $out:literal $bias:literal;)*) => {$(
        #[test]
        fn $test() {
            typenet::network! {
                Widths: f64 = Dense($in -> $middle, tanh, bias = $bias), Dense(_ -> $out, bias = $bias)
            }
            let rng = &mut StdRng::seed_from_u64(9);
            check_pass(stringify!($test), &mut filled::<Widths>(rng), rng);
        }
    )*};
}

sizes! {
    ones: 1 -> 1 -> 1 true;
    one_to_seventeen: 1 -> 17 -> 1 true;
    two_and_three: 2 -> 3 -> 5 true;
    eights: 8 -> 8 -> 8 false;
    unrolled_to_shared: 9 -> 8 -> 7 true;
    sixteen: 16 -> 16 -> 16 true;
    beside_sixteen: 15 -> 17 -> 15 true;
    gathered_to_transposed: 17 -> 16 -> 3 false;
    wide_to_narrow: 131 -> 5 -> 1 true;
    narrow_to_wide: 3 -> 127 -> 2 true;
    thirty_three: 33 -> 34 -> 9 true;
}
