//! Networks too large for the stack are built on the heap.

use crate::rng;

typenet::network! { Large = Dense(2 -> 300, relu), Dense(300, relu), Dense(1) }

#[test]
fn boxed() {
    let large: Box<Large> = Large::boxed(&mut rng());
    assert_eq!(large.predict(&[0.0, 0.0]), [0.0]);
    assert!(size_of::<Large>() > 128 * 1024);
}
