//! Plane projective maps: 3 × 3 matrices on (x, y, 1).

/// A projective map of the plane; affine where the last row is (0, 0, 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Map(pub [[f64; 3]; 3]);

/// Smallest denominator that still counts as in front of the horizon of a perspective.
const HORIZON: f64 = 1e-6;

impl Map {
    pub const IDENTITY: Map = Map([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    /// x → a·x + b·y + c, y → d·x + e·y + f.
    pub fn affine([a, b, c]: [f64; 3], [d, e, f]: [f64; 3]) -> Map {
        Map([[a, b, c], [d, e, f], [0.0, 0.0, 1.0]])
    }

    /// The linear map [[a, b], [d, e]] that leaves `centre` where it is.
    pub fn linear_about(centre: (f64, f64), [a, b]: [f64; 2], [d, e]: [f64; 2]) -> Map {
        let (x, y) = centre;
        Map::affine([a, b, x - a * x - b * y], [d, e, y - d * x - e * y])
    }

    /// First `inner`, then this one.
    pub fn after(&self, inner: &Map) -> Map {
        let mut product = [[0.0; 3]; 3];
        for (i, row) in product.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                *cell = (0..3).map(|k| self.0[i][k] * inner.0[k][j]).sum();
            }
        }
        Map(product)
    }

    /// Where (x, y) goes. Places behind the horizon of a perspective go very far away.
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.0;
        let (px, py) = (a * x + b * y + c, d * x + e * y + f);
        if g == 0.0 && h == 0.0 {
            return if i == 1.0 { (px, py) } else { (px / i, py / i) };
        }
        let w = (g * x + h * y + i).max(HORIZON);
        (px / w, py / w)
    }

    /// Whether (x, y) is in front of the horizon.
    pub fn sees(&self, x: f64, y: f64) -> bool {
        let [.., [g, h, i]] = self.0;
        g * x + h * y + i > HORIZON
    }

    pub fn is_affine(&self) -> bool {
        let [.., [g, h, i]] = self.0;
        g == 0.0 && h == 0.0 && i == 1.0
    }

    /// The inverse map; `None` for one that flattens the plane.
    pub fn inverse(&self) -> Option<Map> {
        let [[a, b, c], [d, e, f], [g, h, i]] = self.0;
        let det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
        if det.abs() < 1e-12 {
            return None;
        }
        let adjugate = [
            [e * i - f * h, c * h - b * i, b * f - c * e],
            [f * g - d * i, a * i - c * g, c * d - a * f],
            [d * h - e * g, b * g - a * h, a * e - b * d],
        ];
        let last = adjugate[2][2];
        let scale = if last.abs() > 1e-12 { last } else { det };
        Some(Map(adjugate.map(|row| row.map(|cell| cell / scale))))
    }

    /// The map that takes the corners (0, 0), (w, 0), (w, h), (0, h) to `quad` (Heckbert, "Fundamentals of texture mapping
    /// and image warping", 1989).
    pub fn rectangle_to_quad(width: f64, height: f64, quad: [(f64, f64); 4]) -> Map {
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = quad;
        let (sx, sy) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
        let (dx1, dx2, dy1, dy2) = (x1 - x2, x3 - x2, y1 - y2, y3 - y2);
        let det = dx1 * dy2 - dx2 * dy1;
        let (g, h) =
            if det.abs() < 1e-12 { (0.0, 0.0) } else { ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det) };
        let unit =
            Map([[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]]);
        unit.after(&Map::affine([1.0 / width, 0.0, 0.0], [0.0, 1.0 / height, 0.0]))
    }

    /// How far one pixel of the result reaches in the picture at (x, y), along the picture's axes: the lengths of the rows
    /// of the Jacobian.
    pub fn reach(&self, x: f64, y: f64) -> (f64, f64) {
        let [[a, b, _], [d, e, _], [g, h, i]] = self.0;
        let w = (g * x + h * y + i).max(HORIZON);
        let (u, v) = self.apply(x, y);
        let row = |p: f64, q: f64, r: f64| ((p - r * g) / w).hypot((q - r * h) / w);
        (row(a, b, u), row(d, e, v))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9
    }

    #[test]
    fn a_rectangle_goes_to_its_quadrilateral_and_back() {
        let quad = [(1.0, 2.0), (9.0, 1.0), (8.0, 6.0), (2.0, 5.0)];
        let map = Map::rectangle_to_quad(10.0, 7.0, quad);
        let back = map.inverse().unwrap();
        for (corner, place) in [(0.0, 0.0), (10.0, 0.0), (10.0, 7.0), (0.0, 7.0)].into_iter().zip(quad) {
            assert!(close(map.apply(corner.0, corner.1), place));
            assert!(close(back.apply(place.0, place.1), corner));
        }
    }

    #[test]
    fn composition_applies_the_inner_map_first() {
        let double = Map::affine([2.0, 0.0, 0.0], [0.0, 2.0, 0.0]);
        let shift = Map::affine([1.0, 0.0, 3.0], [0.0, 1.0, 0.0]);
        assert!(close(double.after(&shift).apply(1.0, 1.0), (8.0, 2.0)));
        assert_eq!(double.reach(0.0, 0.0), (2.0, 2.0));
    }
}
