//! The sizes that a layer's arguments state.

use syn::{Lit, LitFloat, Path};

use super::layers::{Flow, takes_numbers};
use super::sizes::{example, gives, size};
use crate::catalogue::{self, ACTIVATIONS, Named, ShapeRule};
use crate::network::Size;
use crate::syntax::{self, Argument, Single, Value, text};

impl Flow<'_> {
    /// The sizes of a layer that has a comma between them, as other languages write it, taken from the arguments.
    pub(super) fn commas(
        &mut self,
        written: &Single,
        row: Option<&catalogue::Layer>,
        bare: Option<&Named>,
        arguments: &mut Vec<&Argument>,
    ) -> Option<syntax::Shape> {
        let may_be_numbers = row.is_some_and(catalogue::Layer::takes_number) || bare.is_some_and(takes_numbers);
        let &[input, output, ..] = arguments.as_slice() else { return None };
        let are_sizes = [input, output].iter().all(|size| size.name.is_none() && is_number(size));
        if written.shape.is_some() || may_be_numbers || !are_sizes {
            return None;
        }
        arguments.drain(..2);
        if row.is_some_and(|row| row.shape == ShapeRule::Rows) {
            // Keras's number of rows, and how many numbers there are in each
            let (rows, width) = (text(input), text(output));
            let help = format!("write `Embedding(1 -> {width}, input_dim = {rows})` for one number that comes in");
            self.errors.at(output, "expected `->` between two sizes, found `,`", help);
            return Some(syntax::Shape { input: Value::Missing, output: Value::Missing });
        }
        let help = format_args!("write `{} -> {}`", text(input), text(output));
        self.errors.at(output, "expected `->` between two sizes, found `,`", help);
        Some(syntax::Shape { input: input.value.clone(), output: output.value.clone() })
    }

    /// Says so where a layer that gives as many numbers as it takes states something else.
    pub(super) fn same(&mut self, name: &str, inputs: &Size, stated: Option<&Size>, shape: Option<&syntax::Shape>) {
        let taken = stated.unwrap_or(inputs);
        if let Some(given) = shape.and_then(|shape| size(&shape.output, self.errors))
            && !matches!((&given, taken), (Size::Unknown(_), _) | (_, Size::Unknown(_)))
            && given.to_string() != taken.to_string()
        {
            let message = format_args!("layer `{name}` gives as many numbers as it takes, {taken}, not {given}");
            self.errors.at_span(given.span(), message, format_args!("write `{inputs}`, or leave the sizes out"));
        }
    }

    /// What comes out of a layer that does not give as much as it takes, if it can be so.
    pub(super) fn produced(
        &mut self,
        written: &Single,
        inputs: &Size,
        shape: Option<&syntax::Shape>,
        arguments: &mut Vec<&Argument>,
        row: Option<&catalogue::Layer>,
    ) -> Size {
        let size = self.stated(written, inputs, shape, arguments, row);
        if row.is_none_or(|row| gives(row, inputs, &size, self.errors)) { size } else { self.unknown() }
    }

    /// As its shape says, or the first of its arguments.
    fn stated(
        &mut self,
        written: &Single,
        inputs: &Size,
        shape: Option<&syntax::Shape>,
        arguments: &mut Vec<&Argument>,
        row: Option<&catalogue::Layer>,
    ) -> Size {
        if let Some(shape) = shape {
            size(&shape.output, self.errors).unwrap_or_else(|| {
                let help = "write how many numbers the layer produces; only its input can be `_`";
                self.errors.at(&shape.output, "`_` cannot be an output", help);
                self.unknown()
            })
        } else if arguments.first().is_some_and(|argument| is_size(argument)) {
            size(&arguments.remove(0).value, self.errors).unwrap_or_else(|| {
                self.errors.at(&written.kind, "`_` cannot be an output", "write how many numbers the layer produces");
                self.unknown()
            })
        } else if let Some(misplaced) =
            arguments.iter().position(|argument| is_number(argument) && !is_option(argument, row))
        {
            let argument = arguments.remove(misplaced);
            let number = text(&argument.value);
            if argument.name.is_some() {
                self.errors.at(argument, "a size has no name", format_args!("write `{number}` first, and alone"));
            } else {
                self.errors.at(argument, "the sizes stand after an option", "write them before the options");
            }
            size(&argument.value, self.errors).unwrap_or_else(|| self.unknown())
        } else if let (Some(ShapeRule::Half), Size::Literal { value, span }) = (row.map(|row| row.shape), inputs) {
            // half of what is odd is said to be a mistake
            Size::literal((value / 2).max(1), *span)
        } else if let (Some(ShapeRule::Half), Size::Unknown(_)) = (row.map(|row| row.shape), inputs) {
            inputs.clone()
        } else if row.is_some_and(|row| row.shape == ShapeRule::OfHalves) {
            // what is not known stands nowhere, and this one is known
            let here = written.kind.segments.last().map(|last| last.ident.span());
            let span = here.filter(|_| matches!(inputs, Size::Unknown(_))).unwrap_or_else(|| inputs.span());
            Size::literal(1, span)
        } else {
            let name = text(&written.kind);
            let (inputs, outputs) = example(row.map(|row| row.shape), inputs);
            let help = format_args!("write `{name}({outputs})`, or `{name}({inputs} -> {outputs})`, its sizes first");
            self.errors.at(&written.kind, format_args!("layer `{name}` has no size"), help);
            self.unknown()
        }
    }
}

/// Whether an argument can be meant as a size: neither named nor an activation.
fn is_size(argument: &Argument) -> bool {
    let is_activation = |path: &Path| catalogue::find(ACTIVATIONS, &text(path)).is_some();
    argument.name.is_none() && !matches!(&argument.value, Value::Path(path) if is_activation(path))
}

/// The size that stands alone, taken from the arguments. Where a number can stand so, an integer is the size, and so is
/// the first of two.
pub(super) fn lone_size<'a>(arguments: &mut Vec<&'a Argument>, takes_number: bool) -> Option<&'a Argument> {
    let first = arguments.first().filter(|first| is_size(first) && !is_fraction(first))?;
    let others = arguments[1..].iter().any(|argument| is_size(argument));
    (!takes_number || others || is_number(first)).then(|| arguments.remove(0))
}

/// Whether an argument is an option of the layer; those of a user's own layer nobody knows.
fn is_option(argument: &Argument, row: Option<&catalogue::Layer>) -> bool {
    row.is_none_or(|row| {
        row.options.iter().any(|option| argument.name.as_ref().is_some_and(|name| name == option.name))
    })
}

/// Whether an argument is a number that can be no size, but an option whose name was forgotten.
fn is_fraction(argument: &Argument) -> bool {
    let fraction = |literal: &LitFloat| literal.base10_parse::<f64>().is_ok_and(|number| number.fract() != 0.0);
    matches!(&argument.value, Value::Literal(Lit::Float(literal)) if fraction(literal))
}

/// Whether an argument is an integer.
fn is_number(argument: &Argument) -> bool {
    matches!(argument.value, Value::Literal(Lit::Int(_)))
}
