//! What is asked for while labelling. All of it is about the pictures that are selected (in Results: the one that is looked at
//! closely), or about a class.

use crate::dataset::Split;
use crate::dataset::labels::{ClassColor, Edit, Mark};

/// What is asked for while labelling.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelCommand {
    /// Give the selected pictures this class, or none, and move on to the next picture.
    Label(Option<usize>),
    /// Give each of the selected pictures the class that the model suggests, and move on to the next picture.
    AcceptSuggestions,
    /// Set a mark on the selected pictures (or take it away where all have it), and move on to the next picture.
    Mark(Mark),
    /// Move the selected pictures to a split.
    MoveTo(Split),
    /// Give the selected pictures this class without moving on (they were dragged there).
    Drop(Split, usize),
    /// Set pictures aside, by their positions in the data set.
    SetAside(Vec<usize>),
    /// Carry out what a table of labels asks for.
    TakeOver(Vec<Edit>),
    /// Take back the last action.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Make a class.
    CreateClass(String),
    /// Call a class otherwise.
    RenameClass(usize, String),
    /// Put all pictures of the first class into the second.
    MergeClasses(usize, usize),
    /// Give a class another colour; none: its usual one.
    ColorClass(usize, Option<ClassColor>),
    /// Give a class a letter that labels with it, or none.
    GiveLetter(usize, Option<char>),
    /// Move a class to another place among the classes.
    MoveClass(usize, usize),
}
