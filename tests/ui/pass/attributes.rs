//! Attributes and documentation pass through to the struct.

typenet::network! {
    /// Documented,
    /// on two lines.
    #[derive(Copy)]
    #[must_use]
    pub Derived = Dense(2 -> 1);

    #[doc(hidden)]
    #[allow(dead_code, reason = "nobody uses it")]
    Hidden = Dense(2 -> 1);

    #[cfg(any())]
    Absent = Dense(2 -> NOT_THERE);

    #[cfg(all())]
    Present = Dense(2 -> 1);

    #[cfg_attr(all(), derive(Copy))]
    Conditional = Dense(2 -> 1)
}

#[test]
fn attributes_act_on_the_struct() {
    let network = Derived::new(&mut crate::rng());
    copied(network);
    assert_eq!(Present::PARAMETERS, 3);
    let network = Conditional::new(&mut crate::rng());
    copied(network);
}

fn copied(network: impl Copy) {
    let _ = network;
}
