//! Colours for a terminal, in the manner of clang's sanitizers.

/// Whether there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Colour,
}

/// What a text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Bold.
    Red,
    /// Bold.
    Yellow,
    Blue,
    Green,
}

impl Paint {
    /// What goes before a text in this ink.
    #[must_use]
    pub const fn begin(self, ink: Ink) -> &'static str {
        match (self, ink) {
            (Self::Plain, _) => "",
            (Self::Colour, Ink::Red) => "\x1b[1;31m",
            (Self::Colour, Ink::Yellow) => "\x1b[1;33m",
            (Self::Colour, Ink::Blue) => "\x1b[34m",
            (Self::Colour, Ink::Green) => "\x1b[32m",
        }
    }

    /// What goes behind it.
    #[must_use]
    pub const fn end(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Colour => "\x1b[0m",
        }
    }
}
