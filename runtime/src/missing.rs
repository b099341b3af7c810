//! What a program reads that calls a method whose feature is off: the feature's name, where rustc would say that there
//! is no such method.

macro_rules! features {
    ($($feature:literal $name:ident $message:literal $note:literal;)*) => {$(
        /// The feature is on. Nothing implements it: where the feature is on nobody asks.
        #[cfg(not(feature = $feature))]
        #[allow(dead_code, reason = "without a heap there is nothing that has threads")]
        #[diagnostic::on_unimplemented(
            message = $message,
            label = "needs a feature that is not enabled",
            note = $note
        )]
        pub trait $name {
            /// Nobody can call it.
            fn missing<T>() -> T;
        }
    )*};
}

features! {
    "rayon" Rayon
        "the feature `rayon` of typenet is not enabled"
        "write `cargo add typenet --features rayon`";
    "safetensors" Safetensors
        "the feature `safetensors` of typenet is not enabled"
        "write `cargo add typenet --features safetensors`";
    "onnx" Onnx
        "the feature `onnx` of typenet is not enabled"
        "write `cargo add typenet --features onnx`";
}

/// Methods that are there only with a feature, for where it is off: nobody can call them, and who tries reads why. What
/// bears the bound is a generic parameter, since a bound that nothing can ever meet is an error where it stands.
macro_rules! missing {
    ($feature:ident of $bearer:ty { $($visibility:vis fn $name:ident($($argument:tt)*) -> $output:ty;)* }) => {$(
        #[doc(hidden)]
        #[allow(clippy::return_self_not_must_use, reason = "nothing is returned")]
        $visibility fn $name($($argument)*) -> $output
        where
            $bearer: $crate::missing::$feature,
        {
            <$bearer as $crate::missing::$feature>::missing()
        }
    )*};
}
pub(crate) use missing;
