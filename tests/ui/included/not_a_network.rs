//! A type that is none.
typenet::include_network!(XOR: [f32; 42] = "xor.safetensors");

fn main() {
    println!("{:?}", XOR);
}
