//! The list of layers, and several networks.

use crate::shapes;

typenet::network! {}

typenet::network!(Parentheses = Dense(2 -> 1));
typenet::network![Brackets = Dense(2 -> 1)];

typenet::network! { Angles = < Dense(2->4, relu), Dense(4->4, relu), Dense(4->2, softmax) > }

typenet::network! {
    Trailing = Dense(2 -> 4, relu,), Dense(4 -> 2,),;
    TrailingAngles = <Dense(2 -> 4), Dense(3),>;
}

#[test]
fn lists_and_their_ends() {
    assert_eq!(shapes::<Parentheses>(), [(2, 1)]);
    assert_eq!(shapes::<Brackets>(), [(2, 1)]);
    assert_eq!(shapes::<Angles>(), [(2, 4), (4, 4), (4, 2)]);
    assert_eq!(shapes::<Trailing>(), [(2, 4), (4, 2)]);
    assert_eq!(shapes::<TrailingAngles>(), [(2, 4), (4, 3)]);
}
