//! What fills the places that a geometric step looks for outside the picture: the five ways, as NumPy's `pad` names them.

use crate::augment::params::{Choice, choice};

/// The way a border is filled. For the row `a b c d`:
///
/// | way | left of it | right of it |
/// |---|---|---|
/// | constant | `k k k` | `k k k` |
/// | edge | `a a a` | `d d d` |
/// | reflect | `d c b` | `c b a` |
/// | symmetric | `c b a` | `d c b` |
/// | wrap | `b c d` | `a b c` |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Border {
    /// One colour everywhere.
    #[default]
    Constant,
    /// The outermost pixel goes on.
    Edge,
    /// Mirrored about the outermost pixel, which is not repeated.
    Reflect,
    /// Mirrored about the edge, so that the outermost pixel is repeated.
    Symmetric,
    /// The picture begins again at its other side.
    Wrap,
}

choice!(Border { Constant = "constant", Edge = "edge", Reflect = "reflect", Symmetric = "symmetric", Wrap = "wrap" });

impl Border {
    /// The name, as in files: `reflect`.
    pub fn name(self) -> &'static str {
        self.names()[self.index()]
    }

    /// The place of pixel `i` in a row of `n` ≥ 1 pixels, for every way but `Constant`, which is treated as `Edge`.
    pub(crate) fn place(self, i: i64, n: i64) -> i64 {
        match self {
            Border::Constant | Border::Edge => i.clamp(0, n - 1),
            Border::Wrap => i.rem_euclid(n),
            Border::Symmetric => {
                let m = i.rem_euclid(2 * n);
                if m < n { m } else { 2 * n - 1 - m }
            }
            Border::Reflect => {
                if n == 1 {
                    return 0;
                }
                let m = i.rem_euclid(2 * n - 2);
                if m < n { m } else { 2 * n - 2 - m }
            }
        }
    }

    /// The same for a continuous coordinate in a row from 0 to `n`; `None` outside with `Constant`.
    pub(crate) fn place_between(self, x: f64, n: f64) -> Option<f64> {
        if x >= 0.0 && x <= n {
            return Some(x);
        }
        match self {
            Border::Constant => None,
            Border::Edge => Some(x.clamp(0.5_f64.min(n / 2.0), (n - 0.5).max(n / 2.0))),
            Border::Wrap => Some(x.rem_euclid(n)),
            Border::Symmetric => {
                let m = x.rem_euclid(2.0 * n);
                Some(if m <= n { m } else { 2.0 * n - m })
            }
            Border::Reflect => {
                if n <= 1.0 {
                    return Some(n / 2.0);
                }
                let m = (x - 0.5).rem_euclid(2.0 * n - 2.0);
                Some(0.5 + if m <= n - 1.0 { m } else { 2.0 * n - 2.0 - m })
            }
        }
    }
}

/// A way and, for `Constant`, its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filling {
    pub border: Border,
    pub color: [u8; 3],
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a b c d` with four places on either side, as `numpy.pad` fills them.
    fn padded(border: Border) -> String {
        (-4..8).map(|i| ['a', 'b', 'c', 'd'][border.place(i, 4) as usize]).collect()
    }

    #[test]
    fn the_ways_agree_with_numpy_pad() {
        assert_eq!(padded(Border::Edge), "aaaaabcddddd");
        assert_eq!(padded(Border::Reflect), "cdcbabcdcbab");
        assert_eq!(padded(Border::Symmetric), "dcbaabcddcba");
        assert_eq!(padded(Border::Wrap), "abcdabcdabcd");
    }

    #[test]
    fn a_single_pixel_fills_everything_with_itself() {
        for border in [Border::Edge, Border::Reflect, Border::Symmetric, Border::Wrap] {
            assert!((-9..9).all(|i| border.place(i, 1) == 0));
            assert!(border.place_between(-7.3, 1.0).is_some_and(|x| (0.0..=1.0).contains(&x)));
        }
    }

    #[test]
    fn places_between_pixels_agree_with_whole_places_at_pixel_centres() {
        for border in [Border::Edge, Border::Reflect, Border::Symmetric, Border::Wrap] {
            for i in -20..20_i64 {
                let between = border.place_between(i as f64 + 0.5, 5.0).unwrap();
                assert!((between - 0.5 - border.place(i, 5) as f64).abs() < 1e-9, "{border:?} {i}");
            }
        }
        assert_eq!(Border::Constant.place_between(-0.1, 5.0), None);
    }
}
