//! Convex polygons: what is left of a picture after several cuts one upon another.

/// A place this many pixels outside still counts as inside: the same edge, met twice, differs by its rounding.
const SLACK: f64 = 1e-6;

/// The area, positive where the corners go round as the corners of a picture do: left top, right top, right bottom, left
/// bottom.
pub(super) fn signed_area<N: Copy + Into<f64>>(corners: &[(N, N)]) -> f64 {
    let mut sum = 0.0;
    for (i, corner) in corners.iter().enumerate() {
        let ((ax, ay), (bx, by)) = (number(*corner), number(corners[(i + 1) % corners.len()]));
        sum += ax * by - bx * ay;
    }
    sum / 2.0
}

/// The area, whichever way round.
pub(super) fn area<N: Copy + Into<f64>>(corners: &[(N, N)]) -> f64 {
    signed_area(corners).abs()
}

/// Whether a place is within a convex polygon, whichever way round its corners go.
pub(super) fn contains<N: Copy + Into<f64>>(corners: &[(N, N)], (x, y): (f64, f64)) -> bool {
    let turn = signed_area(corners).signum();
    corners.len() >= 3
        && corners.iter().enumerate().all(|(i, corner)| {
            let ((ax, ay), (bx, by)) = (number(*corner), number(corners[(i + 1) % corners.len()]));
            turn * ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) >= 0.0
        })
}

fn number<N: Into<f64>>((x, y): (N, N)) -> (f64, f64) {
    (x.into(), y.into())
}

/// The part of `polygon` within a convex `window` (Sutherland and Hodgman, 1974). A window without an area leaves nothing.
pub(super) fn clip(polygon: &[(f64, f64)], window: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let turn = signed_area(window);
    if turn == 0.0 || !turn.is_finite() {
        return Vec::new();
    }
    let mut polygon = polygon.to_vec();
    for (i, (ax, ay)) in window.iter().enumerate() {
        let (bx, by) = window[(i + 1) % window.len()];
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx.hypot(dy) * turn.signum();
        if length == 0.0 {
            continue;
        }
        // The distance from this side in pixels, positive inside.
        let depth = |(x, y): (f64, f64)| (dx * (y - ay) - dy * (x - ax)) / length;
        let mut kept = Vec::with_capacity(polygon.len() + 2);
        for (i, &here) in polygon.iter().enumerate() {
            let next = polygon[(i + 1) % polygon.len()];
            let (a, b) = (depth(here), depth(next));
            if a >= -SLACK {
                kept.push(here);
            }
            if (a >= -SLACK) != (b >= -SLACK) {
                let t = (a / (a - b)).clamp(0.0, 1.0);
                kept.push((here.0 + t * (next.0 - here.0), here.1 + t * (next.1 - here.1)));
            }
        }
        polygon = kept;
    }
    polygon
}

/// The corners of a picture.
pub(super) fn rectangle(width: f64, height: f64) -> [(f64, f64); 4] {
    [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_square_is_the_same_whichever_way_round_the_window_goes() {
        let square = rectangle(10.0, 10.0);
        let diamond = [(5.0, -5.0), (15.0, 5.0), (5.0, 15.0), (-5.0, 5.0)];
        let mut other_way = diamond;
        other_way.reverse();
        assert!((area(&clip(&square, &diamond)) - 100.0).abs() < 1e-3);
        let half = [(5.0, 0.0), (20.0, 0.0), (20.0, 10.0), (5.0, 10.0)];
        assert!((area(&clip(&square, &half)) - 50.0).abs() < 1e-9);
        assert_eq!(clip(&square, &diamond).len(), clip(&square, &other_way).len());
        assert!(clip(&square, &[(20.0, 0.0), (30.0, 0.0), (30.0, 10.0), (20.0, 10.0)]).is_empty());
        assert!(clip(&square, &[(1.0, 1.0); 4]).is_empty());
    }

    #[test]
    fn cutting_along_the_same_edge_again_cuts_nothing_off() {
        let square = rectangle(10.0, 10.0).to_vec();
        let again = (0..50).fold(square, |polygon, _| clip(&polygon, &rectangle(10.0 - 1e-9, 10.0)));
        assert!((area(&again) - 100.0).abs() < 1e-6 && again.len() == 4);
    }

    #[test]
    fn nothing_is_within_nothing() {
        assert!(contains(&rectangle(4.0, 2.0), (1.0, 1.0)) && !contains(&rectangle(4.0, 2.0), (5.0, 1.0)));
        assert!(!contains::<f64>(&[], (0.0, 0.0)));
    }
}
