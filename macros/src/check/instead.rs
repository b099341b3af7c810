//! What to write in place of an option or a value that nobody knows.

use crate::catalogue::{self, ACTIVATIONS, Entry, LAYERS, Named};
use crate::errors::{listed, similar};
use crate::syntax::{Value, text};

/// Names that sizes have elsewhere.
const SIZES: &[&str] = &["units", "input_dim", "output_dim", "input_shape", "in_features", "out_features"];

/// What to write in place of an option that the layer does not have.
pub(super) fn instead_of_option(row: &catalogue::Layer, written: &str) -> String {
    let known = || row.options.iter().map(|option| option.name);
    if written == "use_bias" && known().any(|option| option == "bias") {
        return "`use_bias` is called `bias` here".to_owned();
    }
    if SIZES.contains(&written) {
        return "sizes come first and have no name, as `Dense(2 -> 4)`".to_owned();
    }
    if written == "name" {
        return format!("write it before the layer, as `first: {}(...)`", row.name);
    }
    if let Some(known) = similar(written, known()) {
        return format!("an option with a similar name exists: `{known}`");
    }
    if let Some(activation) = catalogue::find(ACTIVATIONS, written) {
        return format!("`{written}` is an activation: write `{}`", activation.example());
    }
    if let Some(layer) = LAYERS.iter().find(|layer| layer.name.eq_ignore_ascii_case(written)) {
        return format!("`{}` is a layer of its own: write it after this one", layer.name);
    }
    // `init` of `kernel_initializer`
    let longer: Vec<_> = known().filter(|known| known.contains(written)).collect();
    match (longer.as_slice(), row.options) {
        ([], [option]) => format!("its only option is `{}`", option.name),
        ([], _) => format!("its options are {}", listed(known())),
        _ => format!("options with longer names exist: {}", listed(longer)),
    }
}

/// What to write in place of a value that is no name.
pub(super) fn instead_of(value: &Value, rows: &'static [Named]) -> String {
    let shown = text(value);
    match shown.strip_prefix('"').and_then(|name| catalogue::find(rows, name.strip_suffix('"')?)) {
        Some(row) => format!("write it without quotes, as `{}`", row.example()),
        None => names_of(rows),
    }
}

/// The names that there are.
pub(super) fn names_of(rows: &'static [Named]) -> String {
    format!("there are {}", listed(rows.iter().map(Entry::name)))
}
