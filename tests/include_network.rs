//! `include_network!`: what is built in is what would be loaded.

use std::fs;
use std::path::Path;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use typenet::Error;
use typenet::prelude::*;
use typenet::quantized::{Quantizable, QuantizableNetwork, Quantized};

network! {
    pub Xor = Dense(2 -> 4, relu), Dense(4 -> 4, relu), Dense(4 -> 2, softmax);
    Body = Dense(4 -> 6, tanh), Dense(6 -> 4);
    /// Layers within layers, whose tensors stand in the file in another order than in memory.
    Nested: f64 = Dense(3 -> 4), tower: [Residual(Dense(4 -> 4, relu, bias = false)); 12], relu, Dense(4 -> 2);
    Blocks = Dense(2 -> 4), body: Body, Dense(4 -> 1, sigmoid);
    Bend = Dense(3 -> 3, tanh);
    Measured = Normalization(2), Dense(3, tanh), Dense(2), Normalization(invert = true);
    /// Odd sizes, so that there is padding between the layers of integers in memory.
    Chain = Dense(2 -> 4, relu), relu, body: Body, tower: [Residual(Dense(4 -> 4, tanh, bias = false)); 12], Dense(4 -> 3),
        [Residual(Bend); 2], Dense(3 -> 1);
    /// Twenty networks within each other.
    Level0 = Dense(2 -> 2, tanh);
    Level1 = level: Level0;
    Level2 = level: Level1;
    Level3 = level: Level2;
    Level4 = level: Level3;
    Level5 = level: Level4;
    Level6 = level: Level5;
    Level7 = level: Level6;
    Level8 = level: Level7;
    Level9 = level: Level8;
    Level10 = level: Level9;
    Level11 = level: Level10;
    Level12 = level: Level11;
    Level13 = level: Level12;
    Level14 = level: Level13;
    Level15 = level: Level14;
    Level16 = level: Level15;
    Level17 = level: Level16;
    Level18 = level: Level17;
    Level19 = level: Level18;
    Deep = [Level19; 2]
}

include_network! {
    /// Trained by the example.
    pub XOR: Xor = "../examples/data/xor.safetensors"
}
include_network!(NESTED: Nested = "fixtures/included/nested.safetensors");
include_network!(MEASURED: Measured = "fixtures/included/measured.safetensors");
include_network!(BLOCKS: Blocks = "fixtures/included/blocks.safetensors");

include_network! {
    /// The same in integers.
    pub INTEGERS: Quantized<Xor> = "../examples/data/xor.int8.safetensors"
}
include_network!(MEASURED_INTEGERS: Quantized<Measured> = "fixtures/included/measured.int8.safetensors");
include_network!(CHAIN: Quantized<Chain> = "fixtures/included/chain.int8.safetensors");
include_network!(DEEP: Quantized<Deep> = "fixtures/included/deep.int8.safetensors");

/// In a constant too, and more than one network from one file.
static BOTH: [&Xor; 2] = [&XOR, {
    include_network!(AGAIN: Xor = "../examples/data/xor.safetensors");
    &AGAIN
}];

/// That the static is what `load` reads from its file.
fn is_loaded<N: Network>(built_in: &N, file: &str) -> Result<(), Error> {
    let mut network = built_in.clone();
    network.initialize(&mut StdRng::seed_from_u64(7));
    assert_ne!(&network, built_in);
    network.load(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))?;
    assert_eq!(&network, built_in);
    Ok(())
}

#[test]
fn built_in_is_as_loaded() -> Result<(), Error> {
    is_loaded(&XOR, "../examples/data/xor.safetensors")?;
    is_loaded(&NESTED, "fixtures/included/nested.safetensors")?;
    is_loaded(&MEASURED, "fixtures/included/measured.safetensors")?;
    is_loaded(&BLOCKS, "fixtures/included/blocks.safetensors")
}

/// The same of integers.
fn is_loaded_in_integers<N: QuantizableNetwork>(built_in: &Quantized<N>, file: &str) -> Result<(), Error> {
    assert_eq!(&*Quantized::load(Path::new(env!("CARGO_MANIFEST_DIR")).join(file))?, built_in);
    Ok(())
}

/// With `UPDATE_EXPECT=1` it writes the file anew.
fn is_written<N>(built_in: &Quantized<N>, network: &N, file: &str) -> Result<(), Error>
where
    N: QuantizableNetwork<Chain: Quantizable<Input = Tile<f32, 2>>>,
{
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return Quantized::new(network, &[[1.0, -1.0], [-2.0, 0.5]])?
            .save(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
    }
    is_loaded_in_integers(built_in, file)
}

#[test]
fn built_in_integers_are_as_loaded() -> Result<(), Error> {
    let rng = &mut StdRng::seed_from_u64(7);
    is_loaded_in_integers(&INTEGERS, "../examples/data/xor.int8.safetensors")?;
    is_written(&CHAIN, &Chain::new(rng), "fixtures/included/chain.int8.safetensors")?;
    is_written(&MEASURED_INTEGERS, &MEASURED, "fixtures/included/measured.int8.safetensors")?;
    is_written(&DEEP, &Deep::new(rng), "fixtures/included/deep.int8.safetensors")
}

#[test]
fn it_is_the_trained_network_in_integers() {
    for (point, class) in [([1.0, 1.0], 0), ([-1.0, -1.0], 0), ([1.0, -1.0], 1), ([-1.0, 1.0], 1)] {
        assert!(INTEGERS.predict(&point)[class] > 0.9, "{point:?}");
    }
}

#[test]
fn it_is_the_trained_network() {
    for network in BOTH {
        for (point, class) in [([1.0, 1.0], 0), ([-1.0, -1.0], 0), ([1.0, -1.0], 1), ([-1.0, 1.0], 1)] {
            assert!(network.predict(&point)[class] > 0.9, "{point:?}");
        }
    }
}

/// Cargo knows that the program depends on the file: it is in what the compiler says that it has read.
#[test]
fn the_file_is_tracked() -> Result<(), Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?;
    let read = fs::read_to_string(program.with_extension("d"))?;
    assert!(read.contains("xor.safetensors"), "{read}");
    Ok(())
}

/// A header that is as it should be up to the last tensor, and not after it.
#[test]
fn what_follows_the_last_tensor_is_looked_at() -> Result<(), Error> {
    let mut bytes = XOR.to_bytes()?;
    let header = 8 + usize::from(bytes[0]) + 256 * usize::from(bytes[1]);
    let end = bytes[..header].iter().rposition(|sign| *sign == b'}').unwrap_or_default();
    for other in *b" \",{" {
        bytes[end] = other;
        let built = std::panic::catch_unwind(|| typenet::__private::included::<Xor>(&bytes, "xor.safetensors"));
        let said = built.err().and_then(|said| said.downcast::<String>().ok());
        let fault =
            "`xor.safetensors` does not hold `Xor`: it is no safetensors file: its header is not as it should be";
        assert_eq!(said.as_deref().map(|said| &**said), Some(fault), "{}", char::from(other));
    }
    Ok(())
}
