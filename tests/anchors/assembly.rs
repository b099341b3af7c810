//! Assembly as the compiler writes it: functions, jumps and loops.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The functions of a program by their symbols.
pub struct Assembly<'a>(HashMap<&'a str, Function<'a>>);

/// A function's instructions, and before which of them its labels stand.
#[derive(Default)]
pub struct Function<'a> {
    pub instructions: Vec<Instruction<'a>>,
    labels: HashMap<&'a str, usize>,
}

#[derive(Clone, Copy)]
pub struct Instruction<'a> {
    pub name: &'a str,
    pub operands: &'a str,
}

impl<'a> Assembly<'a> {
    pub fn parse(text: &'a str) -> Self {
        let mut functions = HashMap::new();
        let mut current: Option<(&str, Function)> = None;
        for line in text.lines() {
            if let Some(label) = line.strip_suffix(':') {
                if label.starts_with(".Lfunc_end") {
                    functions.extend(current.take());
                } else if !label.starts_with('.') {
                    current = Some((label, Function::default()));
                } else if let Some((_, function)) = &mut current {
                    function.labels.insert(label, function.instructions.len());
                }
            } else if let Some((_, function)) = &mut current
                && let Some(instruction) = line.strip_prefix('\t').filter(|line| !line.starts_with(['.', '#']))
            {
                let (name, operands) = instruction.split_once('\t').unwrap_or((instruction, ""));
                function.instructions.push(Instruction { name, operands });
            }
        }
        Self(functions)
    }

    /// The functions with `code` in their symbols that are called first on the ways from those with `root` in theirs.
    pub fn reached(&self, root: &str, code: &str) -> Vec<&Function<'a>> {
        let mut next: Vec<&str> = self.0.keys().copied().filter(|symbol| symbol.contains(root)).collect();
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        while let Some(symbol) = next.pop() {
            let Some(function) = self.0.get(symbol).filter(|_| seen.insert(symbol)) else { continue };
            if symbol.contains(code) {
                found.push(function);
            } else if !symbol.contains("9vectorize") {
                next.extend(function.instructions.iter().filter_map(Instruction::callee));
            }
        }
        found
    }
}

impl<'a> Instruction<'a> {
    /// The function that it calls or goes on with.
    pub fn callee(&self) -> Option<&'a str> {
        let symbol = self.operands.trim_start_matches('*').split(['@', '(']).next()?;
        (self.calls() || self.jumps() && !symbol.starts_with('.')).then_some(symbol)
    }

    pub fn calls(&self) -> bool {
        self.name.starts_with("call")
    }

    pub fn jumps(&self) -> bool {
        self.name.starts_with('j')
    }

    /// Calls what ends in a panic.
    fn panics(&self) -> bool {
        let ends = ["9panicking", "5slice5index", "13unwrap_failed", "13expect_failed"];
        self.callee().is_some_and(|symbol| ends.iter().any(|end| symbol.contains(end)))
    }
}

impl<'a> Function<'a> {
    /// The loops that hold an instruction that begins with `name`, from a label to the last jump back to it, and no other
    /// such loop.
    pub fn loops(&self, name: &str) -> Vec<&[Instruction<'a>]> {
        let mut ends = BTreeMap::new();
        for (end, jump) in self.instructions.iter().enumerate().filter(|(_, instruction)| instruction.jumps()) {
            if let Some(&start) = self.labels.get(jump.operands).filter(|&&start| start <= end) {
                ends.insert(start, end);
            }
        }
        let body = |(&start, &end): (&usize, &usize)| &self.instructions[start..=end];
        ends.retain(|start, end| body((start, end)).iter().any(|instruction| instruction.name.starts_with(name)));
        let innermost = |&(&start, &end): &(&usize, &usize)| ends.range(start + 1..=end).next().is_none();
        ends.iter().filter(innermost).map(body).collect()
    }

    /// Whether `instructions` of this function lead to a panic.
    pub fn panics(&self, instructions: &[Instruction<'a>]) -> bool {
        instructions.iter().any(|instruction| instruction.panics() || self.jumps_to_panic(instruction))
    }

    /// Whether what is jumped to does nothing but prepare a panic.
    fn jumps_to_panic(&self, jump: &Instruction<'a>) -> bool {
        let Some(start) = self.labels.get(jump.operands).filter(|_| jump.jumps()) else { return false };
        let end = |instruction: &&Instruction| instruction.calls() || instruction.jumps() || instruction.name == "retq";
        self.instructions[*start..].iter().find(end).is_some_and(Instruction::panics)
    }
}
