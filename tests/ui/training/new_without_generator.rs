//! `new` without a generator.

typenet::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

fn main() {
    let xor = Xor::new();
    println!("{:?}", xor.predict(&[0.5, -0.5]));
}
