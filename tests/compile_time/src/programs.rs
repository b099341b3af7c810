//! The programs whose compilation is timed: the same networks as users of each library would write them.

/// A user's program: networks that it declares, trains for a moment and predicts with.
pub struct Program {
    pub name: &'static str,
    pub about: &'static str,
    /// The sizes between the layers of each network.
    networks: Vec<Vec<usize>>,
    /// The layers in `network!`, where there is a shorter notation than one after the other.
    notation: Option<&'static str>,
}

impl Program {
    /// One that does nothing.
    pub const EMPTY: Self = Self { name: "empty", about: "`fn main() {}`", networks: vec![], notation: None };
    /// One that predicts with Xor, and does nothing else.
    pub const PREDICT: Self = Self::alone("predict", "the prediction of 2-4-4-2");
    /// The same with a network that is built in.
    pub const INCLUDED: Self = Self::alone("included", "the prediction of 2-4-4-2, built in");
    /// The same in integers.
    pub const INCLUDED_INT8: Self = Self::alone("included_int8", "the prediction of 2-4-4-2, built in, in integers");

    /// One that has a file of its own.
    const fn alone(name: &'static str, about: &'static str) -> Self {
        Self { name, about, networks: vec![], notation: None }
    }

    /// Those whose compilation is timed.
    pub fn timed() -> Vec<Self> {
        let program = |name, about, networks, notation| Self { name, about, networks, notation };
        let equal = [vec![64; 51], vec![10]].concat();
        let repeated = Some("[Dense(64 -> 64, relu); 50], Dense(64 -> 10, softmax)");
        let different = (0..=50).map(|index| 16 + (index * 37) % 101).collect();
        let many = (0..100).map(|index| vec![2 + index % 10, 4, 4 + index / 10, 2]).collect();
        vec![
            Self::EMPTY,
            program("xor", "2-4-4-2", vec![vec![2, 4, 4, 2]], None),
            program("mlp", "784-512-512-10", vec![vec![784, 512, 512, 10]], None),
            program("equal", "50 layers 64-64", vec![equal], repeated),
            program("different", "50 layers of 50 sizes, 16 to 116", vec![different], None),
            program("many", "100 networks of 3 layers, each of other sizes", many, None),
        ]
    }

    /// The source as a user of `library` writes it. `number` is one in `main`, to be changed.
    pub fn source(&self, library: &str, number: u32) -> String {
        let small = self.networks.iter().flatten().all(|&size| size <= 16);
        let template = match library {
            _ if self.name == "empty" => include_str!("../users/empty.rs"),
            _ if self.name == "predict" => include_str!("../users/typenet_predict.rs"),
            _ if self.name == "included" => include_str!("../users/typenet_included.rs"),
            _ if self.name == "included_int8" => include_str!("../users/typenet_included_int8.rs"),
            "typenet" => include_str!("../users/typenet.rs"),
            "nalgebra" if small => include_str!("../users/nalgebra_static.rs"),
            "nalgebra" => include_str!("../users/nalgebra_dynamic.rs"),
            "burn" => include_str!("../users/burn.rs"),
            "dfdx" => include_str!("../users/dfdx.rs"),
            _ => include_str!("../users/candle.rs"),
        };
        let mut source = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("// for each network\n") {
            let (repeated, after) = after.split_once("// end\n").unwrap_or((after, ""));
            source.push_str(before.trim_end_matches(' '));
            for index in 0..self.networks.len() {
                source.push_str(&self.fill(repeated.trim_end_matches(' '), index));
            }
            rest = after;
        }
        (source + rest).replace("{number}", &number.to_string())
    }

    /// `template` for one of the networks.
    fn fill(&self, template: &str, index: usize) -> String {
        let sizes = &self.networks[index];
        let last = sizes.len() - 2;
        let layers = sizes.windows(2).enumerate().map(|(layer, size)| {
            let activation = if layer == last { "softmax" } else { "relu" };
            format!("Dense({} -> {}, {activation})", size[0], size[1])
        });
        let layers = self.notation.map_or_else(|| layers.collect::<Vec<_>>().join(", "), str::to_owned);
        let written = sizes.iter().map(usize::to_string).collect::<Vec<_>>();
        template
            .replace("{name}", &format!("Net{index}"))
            .replace("{layers}", &layers)
            .replace("{modules}", &self.modules(sizes))
            .replace("{sizes}", &written.join(", "))
            .replace("{inputs}", &written[0])
            .replace("{outputs}", &written[last + 1])
    }

    /// The layers as dfdx's users write them: tuples of at most six, or a repetition.
    fn modules(&self, sizes: &[usize]) -> String {
        let linear = |size: &[usize]| format!("Linear<{}, {}>", size[0], size[1]);
        let layers: Vec<_> = sizes.windows(2).collect();
        let Some((last, hidden)) = layers.split_last() else { return String::new() };
        if self.notation.is_some() {
            return format!("(Repeated<({}, ReLU), {}>, {})", linear(hidden[0]), hidden.len(), linear(last));
        }
        let mut modules: Vec<_> = hidden.iter().map(|size| format!("({}, ReLU)", linear(size))).collect();
        modules.push(linear(last));
        while modules.len() > 6 {
            modules = modules.chunks(6).map(|some| format!("({},)", some.join(", "))).collect();
        }
        format!("({},)", modules.join(", "))
    }
}
