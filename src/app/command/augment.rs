//! What the Augment workspace asks for.

/// What the Augment workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum AugmentCommand {
    /// The same pictures with other random numbers.
    Reroll,
}
