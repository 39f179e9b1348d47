//! How a convolution's work is cut: into strips (a few rows of the output), and those into groups.
//!
//! Strips are taken in groups whose lifted matrices fit the last cache, small pictures several at a time, so that each matrix
//! product has enough rows. The cut depends on the shape alone.

use std::ops::Range;

use rayon::prelude::*;

use super::lifting::Lifting;
use super::norm::{self, Affine};
use super::planes::{Planes, Scratch};
use super::shape::ConvShape;

/// Numbers of a group's lifted input and product together: 4 MB.
const GROUP_NUMBERS: usize = 1 << 20;
/// Rows that a matrix product should have, even where that needs more memory.
const GROUP_ROWS: usize = 64;

/// Where a convolution's input comes from.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    /// The map itself, n × h × w × c.
    Map(&'a [f32]),
    /// ReLU of a normalised map: formed from the map a few rows at a time, so that it never exists as a whole.
    Normed(&'a [f32], Affine<'a>),
}

/// Strips that are computed together: of one picture, or all strips of several.
pub(super) struct Group {
    /// Counted over all pictures.
    pub(super) strips: Range<usize>,
}

/// The convolution's sizes as its lifting cuts them.
pub(super) struct Cut<'a, L> {
    pub(super) lifting: &'a L,
    pub(super) s: ConvShape,
    /// Strips of a picture.
    pub(super) strips: usize,
}

impl<'a, L: Lifting> Cut<'a, L> {
    pub(super) fn new(lifting: &'a L) -> Self {
        Self { lifting, s: *lifting.shape(), strips: lifting.strips() }
    }

    pub(super) fn groups(&self) -> Vec<Group> {
        let rows = self.lifting.strip_rows().max(1);
        let numbers = self.lifting.planes() * rows * (self.lifting.width() + self.s.o);
        let size = (GROUP_NUMBERS / numbers.max(1)).max(GROUP_ROWS.div_ceil(rows));
        let all = self.s.n * self.strips;
        if size >= self.strips {
            let step = size / self.strips * self.strips;
            (0..all).step_by(step).map(|first| Group { strips: first..(first + step).min(all) }).collect()
        } else {
            // Of nearly equal size.
            let step = self.strips.div_ceil(self.strips.div_ceil(size));
            let pictures = (0..all).step_by(self.strips);
            let groups = pictures.flat_map(|start| {
                let end = start + self.strips;
                (start..end).step_by(step).map(move |first| Group { strips: first..(first + step).min(end) })
            });
            groups.collect()
        }
    }

    /// The picture and the number within it of strip `strip`.
    pub(super) fn place(&self, strip: usize) -> (usize, usize) {
        (strip / self.strips, strip % self.strips)
    }

    /// Output rows (counted over all pictures) before strip `strip`.
    pub(super) fn rows_before(&self, strip: usize) -> usize {
        let (picture, strip) = self.place(strip);
        picture * self.s.oh + (strip * self.lifting.strip()).min(self.s.oh)
    }

    /// Output rows of `strips`, counted over all pictures.
    pub(super) fn rows(&self, strips: &Range<usize>) -> Range<usize> {
        self.rows_before(strips.start)..self.rows_before(strips.end)
    }

    /// The group's part of a map with `row_len` numbers in each of the output's rows.
    pub(super) fn part<'b, T>(&self, group: &Group, map: &'b [T], row_len: usize) -> &'b [T] {
        let rows = self.rows(&group.strips);
        &map[rows.start * row_len..rows.end * row_len]
    }

    /// The same, to write to.
    pub(super) fn part_mut<'b, T>(&self, group: &Group, map: &'b mut [T], row_len: usize) -> &'b mut [T] {
        let rows = self.rows(&group.strips);
        &mut map[rows.start * row_len..rows.end * row_len]
    }

    /// The group's part of a map, cut into strips: `row_len` numbers for each of the output's rows.
    pub(super) fn split<'b, T>(&self, group: &Group, part: &'b mut [T], row_len: usize) -> Vec<&'b mut [T]> {
        let mut rest = part;
        let lengths = group.strips.clone().map(|strip| self.rows(&(strip..strip + 1)).len() * row_len);
        let strips = lengths.map(|length| {
            let (strip, tail) = std::mem::take(&mut rest).split_at_mut(length);
            rest = tail;
            strip
        });
        strips.collect()
    }

    pub(super) fn planes(&self, group: &Group, width: usize) -> Planes {
        Planes::take(self.lifting.planes(), group.strips.len() * self.lifting.strip_rows(), width)
    }

    /// Rows of the input that strip number `strip` of a picture is computed from.
    fn input_rows(&self, strip: usize) -> Range<usize> {
        let s = &self.s;
        let (first, last) = (strip * self.lifting.strip(), (strip + 1) * self.lifting.strip() - 1);
        let top = (first * s.stride).saturating_sub(s.padding).min(s.h);
        let bottom = (last * s.stride + s.kh).saturating_sub(s.padding).min(s.h);
        top..bottom.max(top)
    }

    pub(super) fn lift_input(&self, group: &Group, x: Input<'_>) -> Planes {
        let mut lifted = self.planes(group, self.lifting.width());
        let pieces = lifted.pieces_mut(self.lifting.strip_rows());
        pieces.into_par_iter().zip(group.strips.clone()).for_each(|(mut piece, strip)| {
            let (picture, strip) = self.place(strip);
            let rows = self.input_rows(strip);
            let row = self.s.w * self.s.c;
            let part = picture * self.s.input_len() + rows.start * row..picture * self.s.input_len() + rows.end * row;
            match x {
                Input::Map(x) => self.lifting.lift_input(&x[part], rows.start, strip, &mut piece),
                Input::Normed(map, affine) => {
                    let mut x = Scratch::take(part.len());
                    norm::apply_rows(&map[part], affine, true, &mut x);
                    self.lifting.lift_input(&x, rows.start, strip, &mut piece);
                }
            }
        });
        lifted
    }

    /// The rows of strip number `index` of the group, of every plane.
    pub(super) fn strip_of<'b>(&self, planes: &'b Planes, index: usize) -> Vec<&'b [f32]> {
        let rows = self.lifting.strip_rows();
        planes.rows(index * rows..(index + 1) * rows)
    }
}
