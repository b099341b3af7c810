//! Visibility, names and scalar types.

use crate::{rng, shapes};

mod inner {
    typenet::network! {
        pub Public = Dense(2 -> 1);
        pub(crate) InCrate: f64 = Dense(2 -> 1);
        pub(super) Above: f32 = Dense(2 -> 1);
        pub(in crate::networks) Within = Dense(2 -> 1);
        pub(self) Here = Dense(3 -> 1)
    }
    pub const HERE: usize = Here::PARAMETERS;
}

typenet::network! {
    lower_case = Dense(2 -> 1);
    r#match = Dense(2 -> 1);
    Größe = Dense(2 -> 1)
}

#[test]
fn networks_of_every_kind() {
    let single: [f32; 1] = inner::Public::new(&mut rng()).predict(&[0.0_f32; 2]);
    let double: [f64; 1] = inner::InCrate::new(&mut rng()).predict(&[0.0_f64; 2]);
    assert_eq!((f64::from(single[0]), double[0]), (0.0, 0.0));
    assert_eq!(shapes::<inner::Above>(), shapes::<inner::Within>());
    assert_eq!(inner::HERE, 4);
    assert_eq!(shapes::<lower_case>(), shapes::<r#match>());
    assert_eq!(Größe::summary().name, "Größe");
}

#[test]
fn a_network_is_a_plain_struct() {
    fn plain<N: Clone + std::fmt::Debug + PartialEq + Send + Sync + Unpin + 'static>(_: &N) {}
    let network = inner::Public::new(&mut rng());
    plain(&network);
    assert_eq!(network, network.clone());
    assert!(format!("{network:?}").starts_with("Public { dense: "));
}
