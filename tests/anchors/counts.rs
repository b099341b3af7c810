//! Kinds of instructions.

use std::fmt;

use crate::MULTIPLY_ADD;
use crate::assembly::Instruction;

/// How many instructions of each kind there are.
#[derive(Default)]
pub struct Counts {
    instructions: usize,
    /// Multiply and add vectors.
    fma: usize,
    /// Read vectors from memory, or a number for all their lanes.
    load: usize,
    broadcast: usize,
    store: usize,
    /// Loads and stores whose place is the stack.
    stack: usize,
    branch: usize,
    call: usize,
}

impl Counts {
    pub fn of(instructions: &[Instruction]) -> Self {
        let mut counts = Self { instructions: instructions.len(), ..Self::default() };
        for instruction in instructions {
            counts.add(instruction);
        }
        counts
    }

    fn add(&mut self, Instruction { name, operands }: &Instruction) {
        if name.starts_with('j') {
            self.branch += 1;
        } else if name.starts_with("call") {
            self.call += 1;
        } else if name.starts_with('v') {
            self.fma += usize::from(name.starts_with(MULTIPLY_ADD));
            let broadcast = name.contains("broadcast") || operands.contains("{1to");
            self.broadcast += usize::from(broadcast);
            if operands.contains('(') {
                // the last operand is where the result goes
                let store = operands.ends_with(')') && name.starts_with("vmov");
                self.store += usize::from(store);
                self.load += usize::from(!store && !broadcast);
                self.stack += usize::from(operands.contains("(%rsp"));
            }
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { instructions, fma, load, broadcast, store, stack, branch, call } = self;
        write!(
            f,
            "{instructions:>5} instructions: {fma:>3} fma {load:>3} load {broadcast:>3} broadcast {store:>3} store \
             {stack:>3} stack {branch:>3} branch {call:>2} call"
        )
    }
}
