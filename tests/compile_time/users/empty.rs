fn main() {
    std::process::exit({number} % 2);
}
