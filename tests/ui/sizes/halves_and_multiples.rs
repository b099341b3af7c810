//! Layers that give another number of numbers than they can.
//~ 5 mistakes
typenet::network! {
    Xor = Dense(2 -> 5), Glu, Dense(2, softmax);
    Half = Dense(2 -> 6), Glu(6 -> 2);
    Part = Dense(2 -> 4), Last(5);
    Several = RepeatVector(4 -> 6);
    Rows = Embedding(3 -> 7, input_dim = 9)
}

include!("../program.rs");
