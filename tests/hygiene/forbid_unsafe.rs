//! A crate that forbids `unsafe` may have networks: what they need of it is the macro's, and proven there.
#![forbid(unsafe_code)]

use rand::SeedableRng;

renamed::network! {
    Xor = Dense(2 -> 4, relu), Dense(4 -> 2, softmax)
}

#[test]
fn networks_work_where_unsafe_is_forbidden() {
    let xor = Xor::new(&mut rand::rngs::StdRng::seed_from_u64(0));
    let [a, b] = xor.predict(&[0.5, -0.5]);
    assert!((a + b - 1.0).abs() < 1e-6);
}
