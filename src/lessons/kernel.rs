//! Kernels with a name.

/// A 3 × 3 kernel that everybody should have seen once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// The picture as it is.
    Identity,
    /// The average of nine pixels.
    BoxBlur,
    /// An average in which near pixels count more.
    GaussianBlur,
    /// Differences to the neighbours, added to the picture.
    Sharpen,
    /// Sobel's operator: brighter below than above.
    HorizontalEdges,
    /// Sobel's operator: brighter at the right than at the left.
    VerticalEdges,
    /// Laplace's operator with diagonals: other than all around.
    Outline,
    /// Light from the upper left corner.
    Emboss,
}

impl Kernel {
    /// All of them, simplest first.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::BoxBlur,
        Self::GaussianBlur,
        Self::Sharpen,
        Self::HorizontalEdges,
        Self::VerticalEdges,
        Self::Outline,
        Self::Emboss,
    ];

    /// Its weights, row by row. Like a network's they are laid on the picture as they stand, not turned round.
    pub fn weights(self) -> [f32; 9] {
        const NINTH: f32 = 1.0 / 9.0;
        match self {
            Self::Identity => [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
            Self::BoxBlur => [NINTH; 9],
            Self::GaussianBlur => [1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0].map(|weight| weight / 16.0),
            Self::Sharpen => [0.0, -1.0, 0.0, -1.0, 5.0, -1.0, 0.0, -1.0, 0.0],
            Self::HorizontalEdges => [-1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0],
            Self::VerticalEdges => [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0],
            Self::Outline => [-1.0, -1.0, -1.0, -1.0, 8.0, -1.0, -1.0, -1.0, -1.0],
            Self::Emboss => [-2.0, -1.0, 0.0, -1.0, 1.0, 1.0, 0.0, 1.0, 2.0],
        }
    }

    /// The kernel with these weights.
    pub fn of_weights(weights: &[f32; 9]) -> Option<Self> {
        Self::ALL.into_iter().find(|kernel| kernel.weights() == *weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_keep_the_brightness_and_edge_finders_see_nothing_on_an_even_wall() {
        for kernel in Kernel::ALL {
            let sum: f32 = kernel.weights().iter().sum();
            let expected = match kernel {
                Kernel::HorizontalEdges | Kernel::VerticalEdges | Kernel::Outline => 0.0,
                _ => 1.0,
            };
            assert!((sum - expected).abs() < 1e-6, "{kernel:?}: {sum}");
            assert_eq!(Kernel::of_weights(&kernel.weights()), Some(kernel));
        }
        assert_eq!(Kernel::of_weights(&[0.5; 9]), None);
    }
}
