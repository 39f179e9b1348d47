//! Finding pictures that look alike among a hundred thousand, without comparing each with each.
//!
//! A coarse hash of 64 bits is cut into four bands of 16 bits. Two hashes that differ in at most seven bits differ in at most one
//! bit of some band (four bands with two differences each would be eight), so looking up each band, and each of its 16
//! neighbours, finds every pair that there is. With bands spread over 65,536 places the work grows nearly in step with the number
//! of pictures.

use std::collections::HashMap;

use super::fingerprint::{COARSE_AT_MOST, Look};
use super::union::Union;
use crate::base::CancelToken;

/// Bands of a coarse hash.
const BANDS: usize = 4;
/// Bits of a band.
const BAND_BITS: u32 = 16;

// What the documentation above counts on: one difference a band is looked for.
const _: () = assert!(COARSE_AT_MOST < 2 * BANDS as u32 && BANDS as u32 * BAND_BITS == 64);

/// Of pictures that share a band (thousands of scans of one form), each is compared with at most this many: such a pile must not
/// take quadratic time. Those whose hashes are equal are joined before, however many they are.
const MOST_COMPARED: usize = 256;

/// Joins the pictures that look alike, or like each other's mirror image. `looks`: of each picture its own look and its mirror
/// image's; none: it takes no part. `false`: cancelled.
pub(super) fn join_alike(looks: &[Option<[Look; 2]>], union: &mut Union, cancel: &CancelToken) -> bool {
    let mut first_of: HashMap<Look, usize> = HashMap::new();
    let mut distinct = looks.to_vec();
    for (position, both) in distinct.iter_mut().enumerate() {
        let Some([own, _]) = both else { continue };
        match first_of.get(own) {
            Some(first) => {
                union.join(*first, position);
                *both = None;
            }
            None => {
                first_of.insert(*own, position);
            }
        }
    }
    let looks = distinct.as_slice();
    let bands = Bands::of(looks);
    for (position, both) in looks.iter().enumerate() {
        if position % 1024 == 0 && cancel.is_cancelled() {
            return false;
        }
        for look in both.iter().flatten() {
            bands.candidates(look.coarse, |other| {
                let is_like = || looks.get(other).and_then(Option::as_ref).is_some_and(|[own, _]| own.is_like(look));
                if other != position && union.root(other) != union.root(position) && is_like() {
                    union.join(other, position);
                }
            });
        }
    }
    true
}

/// The pictures by each band of their coarse hash.
struct Bands {
    /// For each band: where the pictures of a value begin in `members`.
    starts: Vec<Vec<u32>>,
    members: Vec<Vec<u32>>,
}

impl Bands {
    fn of(looks: &[Option<[Look; 2]>]) -> Self {
        let own = || looks.iter().enumerate().filter_map(|(position, both)| Some((position, both.as_ref()?[0].coarse)));
        let mut bands = Self { starts: Vec::new(), members: Vec::new() };
        for band in 0..BANDS {
            // A counting sort by the band's value.
            let mut starts = vec![0_u32; (1 << BAND_BITS) + 1];
            for (_, coarse) in own() {
                starts[value(coarse, band) + 1] += 1;
            }
            for at in 1..starts.len() {
                starts[at] += starts[at - 1];
            }
            let mut next = starts.clone();
            let mut members = vec![0; own().count()];
            for (position, coarse) in own() {
                let place = &mut next[value(coarse, band)];
                members[*place as usize] = position as u32;
                *place += 1;
            }
            bands.starts.push(starts);
            bands.members.push(members);
        }
        bands
    }

    /// Calls `found` with every picture that may be within reach of a coarse hash, some of them more than once.
    fn candidates(&self, coarse: u64, mut found: impl FnMut(usize)) {
        for (band, (starts, members)) in self.starts.iter().zip(&self.members).enumerate() {
            let own = value(coarse, band);
            for wanted in std::iter::once(own).chain((0..BAND_BITS).map(|bit| own ^ (1 << bit))) {
                let (from, to) = (starts[wanted] as usize, starts[wanted + 1] as usize);
                for member in members.get(from..to).unwrap_or_default().iter().take(MOST_COMPARED) {
                    found(*member as usize);
                }
            }
        }
    }
}

fn value(coarse: u64, band: usize) -> usize {
    (coarse >> (band as u32 * BAND_BITS)) as usize & ((1 << BAND_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng_for;
    use proptest::prelude::*;
    use rand::Rng;

    fn look(coarse: u64) -> Look {
        Look { coarse, fine: [coarse.rotate_left(7); 4] }
    }

    fn groups(looks: &[Option<[Look; 2]>]) -> Vec<Vec<usize>> {
        let mut union = Union::new(looks.len());
        assert!(join_alike(looks, &mut union, &CancelToken::new()));
        union.groups()
    }

    proptest! {
        #[test]
        fn bands_find_every_pair_that_comparing_each_with_each_finds(
            seed: u64, flips in proptest::collection::vec((0_usize..20, 0_u32..64, 0_u32..9), 1..40),
        ) {
            let mut rng = rng_for(seed, 1, 1);
            let mut hashes: Vec<u64> = (0..20).map(|_| rng.next_u64()).collect();
            for (of, first, count) in flips {
                let mask = (0..count).fold(0_u64, |mask, number| mask | 1 << ((first + number * 11) % 64));
                hashes.push(hashes[of] ^ mask);
            }
            // The fine hashes agree: only the bands are looked at.
            let looks: Vec<Option<[Look; 2]>> = hashes
                .iter()
                .map(|coarse| Some([Look { coarse: *coarse, fine: [0; 4] }, Look { coarse: !coarse, fine: [u64::MAX; 4] }]))
                .collect();
            let mut expected = Union::new(looks.len());
            for a in 0..looks.len() {
                for b in 0..a {
                    if looks[a].unwrap()[0].is_like(&looks[b].unwrap()[0]) {
                        expected.join(a, b);
                    }
                }
            }
            prop_assert_eq!(groups(&looks), expected.groups());
        }
    }

    #[test]
    fn a_mirror_image_is_found_and_a_picture_that_shows_nothing_is_left_out() {
        let (a, mirrored, other) =
            (look(0x1234_5678_9ABC_DEF0), look(0x0F0F_3355_AA00_1177), look(0xFEDC_0000_1111_9999));
        let looks = [Some([a, mirrored]), None, Some([other, other]), Some([mirrored, a]), None];
        assert_eq!(groups(&looks), [vec![0, 3]]);
    }

    #[test]
    fn a_pile_of_pictures_that_look_the_same_is_one_group() {
        let same = look(0x0000_FFFF_0000_FFFF);
        let looks = vec![Some([same, look(0xAAAA_0000_5555_1234)]); 5000];
        assert_eq!(groups(&looks).len(), 1);
        assert_eq!(groups(&looks)[0].len(), 5000);
    }

    #[test]
    fn a_cancelled_search_ends() {
        let cancel = CancelToken::new();
        cancel.cancel();
        assert!(!join_alike(&[Some([look(1), look(2)])], &mut Union::new(1), &cancel));
    }
}
