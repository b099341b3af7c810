//! Sizes in all their forms.

use crate::shapes;

const HIDDEN: usize = 4;

mod of {
    pub const HIDDEN: usize = 5;
    pub struct Of;
    impl Of {
        pub const HIDDEN: usize = 6;
    }
    pub const fn twice(n: usize) -> usize {
        2 * n
    }
}

typenet::network! {
    Literals = Dense(2 -> 0x10), Dense(16 -> 1_0), Dense(10 -> 4usize), Dense(0b11);
    Constants = Dense(HIDDEN -> HIDDEN), Dense(self::of::HIDDEN), Dense(crate::sizes::of::HIDDEN -> of::Of::HIDDEN);
    Expressions = Dense({ 1 + 1 } -> { HIDDEN * 2 }), Dense({ 2 * HIDDEN } -> { of::twice(3) }), Dense(6 -> { if HIDDEN > 3 { 2 } else { 1 } });
    Met = Dense(2 -> HIDDEN), Dense(4 -> of::HIDDEN), Dense({ HIDDEN + 1 } -> 3), Dense(_ -> HIDDEN), Dense(HIDDEN -> 2);
    Taken = Dense(2 -> 4), Dense(_ -> 3), Dense(2), Dense(_ -> { HIDDEN });
    GivenBack = [Dense(HIDDEN -> { 2 + 2 }); 3], Residual(Dense(4 -> 8), Dense(HIDDEN))
}

#[test]
fn all_forms_of_sizes() {
    assert_eq!(shapes::<Literals>(), [(2, 16), (16, 10), (10, 4), (4, 3)]);
    assert_eq!(shapes::<Constants>(), [(4, 4), (4, 5), (5, 6)]);
    assert_eq!(shapes::<Expressions>(), [(2, 8), (8, 6), (6, 2)]);
    assert_eq!(shapes::<Met>(), [(2, 4), (4, 5), (5, 3), (3, 4), (4, 2)]);
    assert_eq!(shapes::<GivenBack>(), [(4, 4), (4, 4)]);
    assert_eq!(shapes::<Taken>(), [(2, 4), (4, 3), (3, 2), (2, 4)]);
}
