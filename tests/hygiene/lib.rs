//! What `network!` writes works wherever a user puts it; see the files beside this one.
