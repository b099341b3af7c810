//! Each mistake has its message, and hides no other.

use super::check;
use crate::errors::Errors;
use crate::expand::expand;
use crate::syntax;

/// The messages of a declaration, first lines only; and how many networks come out of it, which must expand.
fn mistakes(declaration: &str) -> (Vec<String>, usize) {
    let tokens = format!("::typenet; {declaration}").parse().unwrap_or_default();
    let mut errors = Errors::default();
    let declaration = syntax::parse(tokens, &mut errors);
    let networks = check(declaration.networks, &declaration.typenet, &mut errors);
    for network in &networks {
        let code = expand(network, &declaration.typenet).to_string();
        assert!(code.contains("impl __typenet :: Network"), "{code}");
    }
    let first = |error: syn::Error| error.to_string().lines().next().unwrap_or_default().to_owned();
    (errors.into_vec().into_iter().map(first).collect(), networks.len())
}

#[test]
fn every_construct_is_taken() {
    for declaration in [
        "pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax)",
        "Xor = < Dense(2->4, relu), Dense(4->4, relu), Dense(4->2, softmax) >",
        "#[doc = \"a\"] pub(crate) Xor: f64 = input: Dense(2 -> HIDDEN), relu, Dense(_ -> { 2 * 2 }, bias = false), Dense(1,);",
        "Own = my::Gate(2 -> 4, gain = 2.0), Activation(my::Act), Dense(3, kernel_initializer = constant(0.1))",
        "Same = Dense(2 -> 4), Activation(4 -> 4, relu), tanh",
        "Numbers = Dense(2 -> 4, leaky_relu), Dense(4, leaky_relu(0.01)), elu, Dense(2, threshold(0.5, -1))",
        "Normal = LayerNormalization(4), LayerNormalization, LayerNormalization(_, scale = false), relu, LayerNormalization(4 -> 4)",
        "Drop = Dropout(4, 0.5), Dropout(0.5), Dropout(rate = 0), Dropout(4 -> 4, RATE), Dropout(RATE), Dropout(4, { RATE })",
        "Noise = GaussianNoise(N, 3), AlphaDropout({ 0.5 * RATE }), GaussianDropout(_, 0.5), Dense(2, relu), dropout: Dropout(0.1)",
        "Epsilon = LayerNormalization(4, epsilon = 1e-6), LayerNormalization(epsilon = 1), LayerNormalization(epsilon = { 2.0 * EPSILON })",
        "Parts = First(7 -> 5), Last(_ -> 5), Last(2), First(N), Last(M -> 1)",
        "Shaped = Embedding(3 -> 24, input_dim = WORDS), Glu, Dense(N), Glu(N -> M), RepeatVector(M -> 12), RepeatVector(24)",
        "Vast = [[[[Dense(4294967295 -> 4294967295); 4294967295]; 4294967295]; 4294967295]; 4294967295]",
        "Bare = Dense(2 -> 4), leaky_relu(0.3), threshold(1, 0), Dense(2, elu(alpha::<A, B>())), elu(-1,)",
    ] {
        assert_eq!(mistakes(declaration), (vec![], 1), "{declaration}");
    }
    assert_eq!(mistakes("A = Dense(1 -> 1); pub B: f64 = Dense(1 -> 2);"), (vec![], 2));
}

#[test]
fn every_mistake_has_its_message() {
    for (declaration, message) in [
        ("X = Dense(2 -> 4), Dense(5 -> 4)", "layer `Dense` takes 5 inputs, but the layer before it produces 4"),
        ("X = Dense(2 -> 4, rellu)", "unknown activation `rellu`"),
        ("X = Dens(2 -> 4)", "unknown layer `Dens`"),
        ("X = Dense(2 -> 4, kernel_initializer = he)", "unknown initializer `he`"),
        ("X = Dense(2 -> 4, size = 3)", "layer `Dense` has no option `size`"),
        ("X = Dense(2 -> 4, relu, tanh)", "option `activation` is given twice"),
        ("X = Dense(2 -> 4, bias = false, bias = true)", "option `bias` is given twice"),
        ("X = Dense(2 -> 4, bias = 1)", "option `bias` is `true` or `false`"),
        ("X = Dense(2 -> 4, 7)", "`7` is not an activation"),
        ("X = Dense(4)", "the first layer must state how many inputs it takes"),
        ("X = Dense(_ -> 4)", "the first layer must state how many inputs it takes"),
        ("X = Dense(2 -> 0)", "`0` is not a size"),
        ("X = Dense(2 -> 1.5)", "`1.5` is not a size"),
        ("X = Dense(2 -> 99999999999)", "`99999999999` is not a size"),
        ("X = Dense(2 -> 1, softmax)", "`softmax` over one output is always 1"),
        ("X = Dense(2 -> 1, sparsemax)", "`sparsemax` over one output is always 1"),
        ("X = Dense(2 -> 1), log_softmax", "`log_softmax` over one output is always 0"),
        ("X = Dense(2 -> 4, leaky_relu(0.1, 0.2))", "`leaky_relu` takes 1 value, `negative_slope`, not 2"),
        ("X = Dense(2 -> 4), leaky_relu()", "`leaky_relu` takes 1 value, `negative_slope`, not 0"),
        ("X = Dense(2 -> 4), threshold", "`threshold` needs a number"),
        ("X = Dense(2 -> 4, leaky_relu(-0.1))", "`leaky_relu` takes no negative number as its `negative_slope`"),
        ("X = Dense(2 -> 4, elu(alpha = 0.1))", "`elu` takes its numbers without names"),
        (
            "X = Dense(2 -> 4, kernel_initializer = random_normal(0.05))",
            "`random_normal` takes 2 values, `mean` and `stddev`, not 1",
        ),
        ("X = Dense(2 -> 4), relu(3)", "layer `relu` takes no argument"),
        (
            "X = Dense(2 -> 4), Activation(4 -> 7, relu)",
            "layer `Activation` gives as many numbers as it takes, 4, not 7",
        ),
        ("X = Dense(2 -> 4), Activation", "layer `Activation` has no activation"),
        ("X = LayerNormalization", "the first layer must state how many inputs it takes"),
        (
            "X = LayerNormalization(4), LayerNormalization(5)",
            "layer `LayerNormalization` takes 5 inputs, but the layer before it produces 4",
        ),
        ("X = LayerNormalization(4 -> 5)", "layer `LayerNormalization` gives as many numbers as it takes, 4, not 5"),
        ("X = LayerNormalization(4, relu)", "layer `LayerNormalization` takes no activation"),
        ("X = LayerNormalization(4, 1e-6)", "an option of layer `LayerNormalization` must be named"),
        ("X = Glu(5 -> 2)", "layer `Glu` gives half as many numbers as it takes, and there is no half of 5"),
        ("X = Dense(2 -> 5), Glu", "layer `Glu` gives half as many numbers as it takes, and there is no half of 5"),
        ("X = Glu(6 -> 2)", "layer `Glu` gives half as many numbers as it takes, and 2 is not half of 6"),
        ("X = Dense(2 -> N), Glu", "layer `Glu` has no size"),
        ("X = Dense(2 -> 4), Last(5)", "layer `Last` gives some of the numbers that it takes, and 5 are more than 4"),
        ("X = First", "the first layer must state how many inputs it takes"),
        ("X = Dense(2 -> 4), First", "layer `First` has no size"),
        (
            "X = RepeatVector(4 -> 6)",
            "layer `RepeatVector` gives several numbers for each of 4, and 6 is no multiple of it",
        ),
        (
            "X = Embedding(3 -> 7, input_dim = 9)",
            "layer `Embedding` gives several numbers for each of 3, and 7 is no multiple of it",
        ),
        ("X = Embedding(3 -> 6)", "layer `Embedding` has no input_dim"),
        ("X = Embedding(3 -> 6, input_dim = 0)", "`0` is not a size"),
        ("X = Dropout(0.5)", "the first layer must state how many inputs it takes"),
        ("X = Dropout(4)", "layer `Dropout` has no rate"),
        ("X = Dropout(4, 1)", "option `rate` is at least 0 and less than 1"),
        ("X = Dropout(4, -0.1)", "option `rate` is at least 0 and less than 1"),
        ("X = Dropout(4, rate = 1.0)", "option `rate` is at least 0 and less than 1"),
        ("X = Dropout(4, \"half\")", "option `rate` is a number"),
        ("X = Dropout(4, 0.5, 0.5)", "option `rate` is given twice"),
        ("X = Dropout(4, 0.5, relu)", "layer `Dropout` takes no activation"),
        ("X = GaussianNoise(4, -1)", "option `stddev` is not negative"),
        ("X = LayerNormalization(4, epsilon = \"small\")", "option `epsilon` is a number"),
        ("X = Rescaling(4)", "layer `Rescaling` has no scale"),
        ("X = my::Gate(2 -> 4, relu)", "an option of layer `my::Gate` must be named"),
        ("X = a: Dense(2 -> 4), a: Dense(4)", "two layers are called `a`"),
        ("X = dense: relu, Dense(2 -> 4)", "the first layer must state how many inputs it takes"),
        ("X = type: Dense(2 -> 4)", "label `type` is a keyword"),
        ("X: f16 = Dense(2 -> 4)", "unknown scalar type `f16`"),
        ("X = Dense(2 -> 4, bias_initializer = constant)", "`constant` needs a number"),
        ("X = Dense(2 -> 4, bias_initializer = zeros(1))", "`zeros` takes no number"),
        ("X = Dense(2 -> 4); X = Dense(2 -> 4)", "two networks are called `X`"),
        ("#[repr(packed)] X = Dense(2 -> 4)", "`repr` cannot apply to a network, whose layout is fixed"),
    ] {
        let (messages, networks) = mistakes(declaration);
        assert!(messages.iter().any(|found| found == message), "{declaration}: {messages:?}");
        assert_eq!(networks, 1, "{declaration}: the rest of the program finds its network");
    }
}

#[test]
fn no_mistake_hides_another() {
    let (messages, networks) =
        mistakes("A = Dense(2 -> 4, rellu), Dense(5 -> 4, bais = true), Dens(4 -> 0); B: f32 = Dense(4, softmx)");
    assert_eq!(
        messages,
        [
            "unknown activation `rellu`",
            "layer `Dense` takes 5 inputs, but the layer before it produces 4",
            "layer `Dense` has no option `bais`",
            "unknown layer `Dens`",
            "`0` is not a size",
            "the first layer must state how many inputs it takes",
            "unknown activation `softmx`",
        ]
    );
    assert_eq!(networks, 2);
}

#[test]
fn default_labels_are_those_of_keras() {
    let declaration =
        "X = Dense(2 -> 4), my::RMSNormalization(4 -> 4), my::PReLU(4 -> 4), my::Conv2D(4 -> 4), Dense(4)";
    let mut errors = Errors::default();
    let tokens = format!("::typenet; {declaration}").parse().unwrap_or_default();
    let networks = check(syntax::parse(tokens, &mut errors).networks, &quote::quote!(::typenet), &mut errors);
    let labels: Vec<String> = networks[0].layers.iter().map(|layer| layer.label.to_string()).collect();
    assert_eq!(labels, ["dense", "rms_normalization", "p_re_lu", "conv2d", "dense_1"]);
}
