//! Layers, activations and initialisers as types and as values.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::catalogue::{ACTIVATIONS, CHECKED, LayerOption, Named, Number, OptionKind, ShapeRule};
use crate::checked::{checked, of_sizes};
use crate::network::{Item, Kind, Layer, Network, Setting, Size};

/// The activation of the last layer, which the network's losses take apart from it.
pub fn head(network: &Network) -> Item {
    network.layers.last().and_then(Layer::activation).unwrap_or_else(linear)
}

fn linear() -> Item {
    Item::BuiltIn { row: &ACTIVATIONS[0], span: Span::mixed_site(), number: None }
}

/// The type of a layer in the network's body: the last one is without its activation.
pub fn body_type(network: &Network, index: usize, prefix: &TokenStream) -> TokenStream {
    layer_type(&network.layers[index], index + 1 == network.layers.len(), prefix, &network.scalar)
}

/// The value of a layer in the network's body.
pub fn body_value(network: &Network, index: usize, prefix: &TokenStream) -> TokenStream {
    layer_value(&network.layers[index], index + 1 == network.layers.len(), prefix, &network.scalar)
}

fn layer_type(layer: &Layer, last: bool, prefix: &TokenStream, scalar: &Ident) -> TokenStream {
    let (inputs, outputs) = (&layer.inputs, &layer.outputs);
    match &layer.kind {
        Kind::BuiltIn { row, span, .. } => {
            let item = named(row.item, *span);
            let sizes = match row.shape {
                ShapeRule::Free
                | ShapeRule::Half
                | ShapeRule::OfHalves
                | ShapeRule::Part
                | ShapeRule::Multiple
                | ShapeRule::Rows => vec![inputs, outputs],
                ShapeRule::Same | ShapeRule::Around | ShapeRule::Branches => vec![outputs],
            };
            let width = (row.shape == ShapeRule::Rows).then(|| {
                let width = width(layer, prefix);
                quote_spanned!(Span::mixed_site()=> , #width)
            });
            let settings = body_settings(layer, last);
            let written = settings.iter().rposition(|(option, setting)| in_type(option) && differs(option, setting));
            let arguments = settings.iter().take(written.map_or(0, |last| last + 1));
            let arguments = arguments.filter(|(option, _)| in_type(option));
            let arguments = arguments.filter_map(|(option, setting)| match setting {
                Setting::Item(item) => Some(item_type_of(option.value, item, prefix)),
                Setting::Flag(on) => Some(usize::from(*on).to_token_stream()),
                Setting::Size(size) => Some(size.to_token_stream()),
                Setting::Number(_) | Setting::Nothing => None,
            });
            quote_spanned!(Span::mixed_site()=> #prefix::layers::#item<#(#sizes),* #width #(, #arguments)*>)
        }
        Kind::Own { path, .. } => {
            let span = path.segments.last().map_or_else(Span::mixed_site, |last| last.ident.span());
            // numbers at the name: a layer that takes but one size is what must be mended, not these two
            let at_name = [inputs, outputs].map(|size| match size {
                Size::Literal { value, .. } => Size::literal(*value, span),
                other => other.clone(),
            });
            let own = quote_spanned!(span=> #path<#(#at_name),*>);
            let scalar = quote_spanned!(Span::mixed_site()=> ::core::primitive::#scalar);
            checked(&own, "is_layer", &quote!(#own, #scalar, #inputs, #outputs), prefix)
        }
        Kind::Network { network, .. } => {
            let head = item_type(&head_of(layer, last), prefix);
            quote_spanned!(Span::mixed_site()=> #prefix::layers::Block<#network, #head>)
        }
        Kind::Residual { span, inner } => {
            let (item, layer) = (named("Residual", *span), layer_type(inner, false, prefix, scalar));
            let around = quote_spanned!(Span::mixed_site()=> #prefix::layers::#item<#layer>);
            giving_back(around, inner, prefix)
        }
        Kind::Concatenate { .. } => branches_type(layer, prefix, scalar),
        Kind::Repeat { inner, copies } => {
            let layer = layer_type(inner, false, prefix, scalar);
            let repeated = quote_spanned!(Span::mixed_site()=> #prefix::layers::Repeat<#layer, #copies>);
            giving_back(repeated, inner, prefix)
        }
    }
}

/// The type of a layer with branches, `Concatenate<A, Concatenate<B, C, ...>, ...>`. It is written from left to right: where
/// each type would be copied into the one around it, a thousand branches would take seconds.
fn branches_type(layer: &Layer, prefix: &TokenStream, scalar: &Ident) -> TokenStream {
    let (mut tokens, mut layer, mut ends) = (TokenStream::new(), layer, Vec::new());
    while let Kind::Concatenate { span, first, second } = &layer.kind {
        let (item, branch) = (named("Concatenate", *span), layer_type(first, false, prefix, scalar));
        tokens.extend(quote_spanned!(Span::mixed_site()=> #prefix::layers::#item<#branch,));
        let (a, b, outputs) = (&first.outputs, &second.outputs, &layer.outputs);
        ends.push(quote_spanned!(Span::mixed_site()=> , #a, #b, #outputs>));
        layer = second;
    }
    tokens.extend(layer_type(layer, false, prefix, scalar));
    tokens.extend(ends.into_iter().rev());
    tokens
}

/// How many numbers come out of a layer for each that goes in.
pub fn width(layer: &Layer, prefix: &TokenStream) -> TokenStream {
    let (inputs, outputs) = (&layer.inputs, &layer.outputs);
    match (inputs, outputs) {
        (Size::Literal { value: inputs, .. }, Size::Literal { value: outputs, .. }) => {
            Literal::u32_unsuffixed(outputs / (*inputs).max(1)).to_token_stream()
        }
        // generated code has no arithmetic of its own, which a user's lints may deny
        _ => quote_spanned!(Span::mixed_site()=> { #prefix::layers::width(#inputs, #outputs) }),
    }
}

/// The type of a layer with others within it, which must give back as much as they take.
fn giving_back(outer: TokenStream, inner: &Layer, prefix: &TokenStream) -> TokenStream {
    let (taken, given) = (&inner.inputs, &inner.outputs);
    if taken.meets(given).is_some() {
        return outer;
    }
    // what is given back is what must be mended
    of_sizes(&outer, "gives_back", [taken, given], given.span(), prefix)
}

fn layer_value(layer: &Layer, last: bool, prefix: &TokenStream, scalar: &Ident) -> TokenStream {
    match &layer.kind {
        Kind::BuiltIn { row, span, names, .. } => {
            let item = named(row.item, *span);
            let settings = body_settings(layer, last);
            let activation = settings.iter().find_map(|(option, setting)| match setting {
                Setting::Item(item) if option.value == OptionKind::Activation => Some(item_value(item, prefix)),
                _ => None,
            });
            // the activation has gone to `new`
            let calls = settings.iter().filter(|(option, _)| {
                !matches!(option.value, OptionKind::Activation | OptionKind::Size) && in_value(option)
            });
            let calls = calls.filter(|(option, setting)| differs(option, setting)).map(|(option, setting)| {
                let written = names.iter().find(|name| *name == option.name);
                let method = named(option.method, written.map_or_else(Span::mixed_site, Ident::span));
                let value = match setting {
                    Setting::Item(item) => item_value_of(option.value, item, prefix),
                    Setting::Flag(_) | Setting::Nothing | Setting::Size(_) => TokenStream::new(),
                    Setting::Number(number) => {
                        let number = in_parentheses(&number.clone().unwrap_or_default());
                        return quote_spanned!(Span::mixed_site()=> .#method #number);
                    }
                };
                quote_spanned!(Span::mixed_site()=> .#method(#value))
            });
            quote_spanned!(Span::mixed_site()=> #prefix::layers::#item::new(#activation)#(#calls)*)
        }
        Kind::Own { calls, .. } => {
            let own = layer_type(layer, last, prefix, scalar);
            let calls = calls.iter().map(|(method, value)| {
                let value = in_parentheses(value);
                quote_spanned!(Span::mixed_site()=> .#method #value)
            });
            quote_spanned!(Span::mixed_site()=> <#own>::new()#(#calls)*)
        }
        Kind::Network { .. } => {
            let head = item_value(&head_of(layer, last), prefix);
            quote_spanned!(Span::mixed_site()=> #prefix::layers::Block::new(#head))
        }
        Kind::Residual { inner, .. } => {
            let inner = layer_value(inner, false, prefix, scalar);
            quote_spanned!(Span::mixed_site()=> #prefix::layers::Residual::new(#inner))
        }
        Kind::Concatenate { first, second, .. } => {
            let (first, second) =
                (layer_value(first, false, prefix, scalar), layer_value(second, false, prefix, scalar));
            quote_spanned!(Span::mixed_site()=> #prefix::layers::Concatenate::new(#first, #second))
        }
        Kind::Repeat { inner, .. } => {
            let inner = layer_value(inner, false, prefix, scalar);
            quote_spanned!(Span::mixed_site()=> #prefix::layers::Repeat::new(#inner))
        }
    }
}

/// What a network as a layer ends in: nothing, if it is the last layer of another.
fn head_of(layer: &Layer, last: bool) -> Item {
    layer.activation().filter(|_| !last).unwrap_or_else(linear)
}

/// The options of a built-in layer with their values; of the last layer without its activation.
fn body_settings(layer: &Layer, last: bool) -> Vec<(&'static LayerOption, Setting)> {
    let Kind::BuiltIn { row, settings, .. } = &layer.kind else { return Vec::new() };
    let settings = row.options.iter().zip(settings).map(|(option, setting)| {
        let is_head = last && option.value == OptionKind::Activation;
        (option, if is_head { Setting::Item(linear()) } else { setting.clone() })
    });
    settings.collect()
}

/// Whether an option must be written.
fn differs(option: &LayerOption, setting: &Setting) -> bool {
    match setting {
        Setting::Number(written) => written.is_some(),
        _ => option.default.is_none_or(|default| !setting.is(default)),
    }
}

/// Whether an option is one of the type's parameters.
fn in_type(option: &LayerOption) -> bool {
    !matches!(option.value, OptionKind::Number | OptionKind::Alone(_)) && in_value(option)
}

/// Whether the layer knows of an option; if not, the network does.
fn in_value(option: &LayerOption) -> bool {
    !matches!(option.value, OptionKind::Regularizer | OptionKind::Constraint | OptionKind::Trainable)
}

/// The type of an activation.
pub fn item_type(item: &Item, prefix: &TokenStream) -> TokenStream {
    item_type_of(OptionKind::Activation, item, prefix)
}

/// The value of an activation.
pub fn item_value(item: &Item, prefix: &TokenStream) -> TokenStream {
    item_value_of(OptionKind::Activation, item, prefix)
}

/// The value of a regularizer or a constraint.
pub fn setting_value(kind: OptionKind, item: &Item) -> TokenStream {
    item_value_of(kind, item, &super::private())
}

fn item_type_of(kind: OptionKind, item: &Item, prefix: &TokenStream) -> TokenStream {
    match item {
        Item::BuiltIn { row, span, .. } => built_in(kind, row, *span, prefix),
        Item::Own(path) => {
            let check = if kind == OptionKind::Activation { "is_activation" } else { "is_initializer" };
            checked(path, check, &path.to_token_stream(), prefix)
        }
        Item::HeadOf(network, _) => quote_spanned!(Span::mixed_site()=> <#network as #prefix::Network>::Head),
        Item::Unknown(mistake) => quote_spanned!(Span::mixed_site()=> [(); #mistake]),
    }
}

fn item_value_of(kind: OptionKind, item: &Item, prefix: &TokenStream) -> TokenStream {
    match item {
        Item::BuiltIn { row, span, number: Some(number) } => {
            let item = built_in(kind, row, *span, prefix);
            let number = in_parentheses(number);
            let checked = row.numbers().iter().any(|name| CHECKED.contains(name));
            let checked = checked.then(|| quote_spanned!(Span::mixed_site()=> .checked()));
            quote_spanned!(Span::mixed_site()=> #item #number #checked)
        }
        Item::Own(path) if matches!(kind, OptionKind::Activation | OptionKind::Initializer) => {
            // not by its path once more: a name that nobody knows is an error as a type already
            let own = item_type_of(kind, item, prefix);
            let span = path.span().resolved_at(Span::mixed_site());
            quote_spanned!(span=> { type __Own = #own; __Own {} })
        }
        Item::Own(path) => path.to_token_stream(),
        Item::Unknown(mistake) => mistake.to_token_stream(),
        Item::HeadOf(network, _) => quote_spanned!(Span::mixed_site()=> <#network as #prefix::Network>::HEAD),
        Item::BuiltIn { row: Named { number: Number::May(defaults), .. }, .. } => {
            let item = item_type_of(kind, item, prefix);
            let defaults = defaults.iter().map(|(_, default)| number_tokens(*default));
            quote_spanned!(Span::mixed_site()=> #item(#(#defaults),*))
        }
        Item::BuiltIn { .. } => item_type_of(kind, item, prefix),
    }
}

/// An expression of the user's as an argument: where something is missing in it, the compiler points at it.
fn in_parentheses(expression: &TokenStream) -> TokenStream {
    let span = expression.span().resolved_at(Span::mixed_site());
    quote_spanned!(span=> (#expression))
}

fn built_in(kind: OptionKind, row: &Named, span: Span, prefix: &TokenStream) -> TokenStream {
    let module = match kind {
        OptionKind::Regularizer => "regularizers",
        OptionKind::Constraint => "constraints",
        OptionKind::Initializer => "initializers",
        _ => "activations",
    };
    let (module, item) = (Ident::new(module, Span::mixed_site()), named(row.item, span));
    quote_spanned!(Span::mixed_site()=> #prefix::#module::#item)
}

/// A number as tokens; a literal alone has no sign.
fn number_tokens(number: f64) -> TokenStream {
    let size = Literal::f64_unsuffixed(number.abs());
    if number < 0.0 { quote_spanned!(Span::mixed_site()=> -#size) } else { size.to_token_stream() }
}

/// A name of the runtime with the place in the source of what stands for it, so that editors find it there.
fn named(item: &str, span: Span) -> Ident {
    format_ident!("{item}", span = span.resolved_at(Span::mixed_site()))
}
