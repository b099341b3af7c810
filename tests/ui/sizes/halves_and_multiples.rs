//! Layers that give another number of numbers than they can.
//~ 4 mistakes
typenet::network! {
    Xor = Dense(2 -> 5), Glu, Dense(2, softmax);
    Half = Dense(2 -> 6), Glu(6 -> 2);
    Several = RepeatVector(4 -> 6);
    Rows = Embedding(3 -> 7, input_dim = 9)
}

include!("../program.rs");
